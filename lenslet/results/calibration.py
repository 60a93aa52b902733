"""How far the confidence of a classifier can be believed, before and after its temperature was fitted."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from lenslet.errors import CallError
from lenslet.results.evaluation import Evaluation

COLDEST, HOTTEST = 0.05, 20.0


@dataclass(frozen=True, eq=False, repr=False)
class Calibration:
    """One temperature, and what it did on held-out pictures.

    `nll` and `ece` are (before, after), and so are the columns of `confidence`. What stands under "after" is
    cross-fitted: each half of the pictures is measured with the temperature that was fitted on the other half, because
    on the pictures it was fitted on, a temperature always looks a little better than it is.

    Args:
        temperature: what logits are divided by from now on; 1 changes nothing.
        n: pictures.
        nll: mean negative logarithm of the probability given to the truth.
        ece: expected calibration error.
        confidence: of each answer.
        right: whether it was right.
        why_not: why the temperature is 1, in a sentence; empty where one was fitted.

    Source: Guo et al. 2017, On Calibration of Modern Neural Networks.
    """

    temperature: int | float
    n: int
    nll: tuple[float, float] | None
    ece: tuple[float, float] | None
    confidence: Float[np.ndarray, "n 2"]
    right: Bool[np.ndarray, " n"]
    why_not: str = ""

    def __post_init__(self) -> None:
        if not COLDEST <= self.temperature <= HOTTEST:  # NaN fails this, too
            raise CallError(f"a temperature lies between {COLDEST:g} and {HOTTEST:g}, not at {self.temperature}")
        if len(self.confidence) != self.n or len(self.right) != self.n:
            raise CallError(f"{self.n} pictures, but {len(self.confidence)} confidences and {len(self.right)} truths")

    @property
    def thresholds(self) -> dict[str, Any]:
        """What a card keeps of it."""
        kept: dict[str, Any] = {"temperature": float(self.temperature)}
        if self.why_not:
            return kept | {"temperature_from": f"not fitted: {self.why_not}"}
        kept["temperature_from"] = f"{self.n} pictures held out"
        for name, pair in (("nll", self.nll), ("ece", self.ece)):
            if pair is not None:
                kept |= {f"{name}_before": pair[0], f"{name}_after": pair[1]}
        return kept | {"after": "cross-fitted: each half with the temperature of the other"}

    def cross_fitted(self, evaluation: Evaluation) -> Evaluation:
        """The evaluation of these very pictures, with `loss` and `ece` as the cross-fitting has them; else as it is."""
        if self.why_not or self.nll is None or self.ece is None or evaluation.n != self.n:
            return evaluation
        note = "loss and ece are cross-fitted: each half of the pictures with the temperature that fits the other half"
        metrics = {**evaluation.metrics, "loss": self.nll[1], "ece": self.ece[1]}
        return replace(evaluation, metrics=metrics, notes=(*evaluation.notes, note))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, without the single answers."""
        return {"n": self.n, "why_not": self.why_not, **self.thresholds}

    def __repr__(self) -> str:
        return f"Calibration(temperature {self.temperature:.3g}, n={self.n})"
