"""What all trained models have in common, beside what their task can do."""

from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from lenslet.card import Card, fingerprint, save
from lenslet.exporting import Plan, write
from lenslet.results import Evaluation
from lenslet.results.exported import Exported
from lenslet.results.learning_curve import LearningCurve

__all__ = ["TrainedModel"]

Same = TypeVar("Same", bound="TrainedModel")  # not `Self`, which beartype knows in whole classes only


class TrainedModel(ABC):
    """A net with its card, that can be saved and exported.

    Args:
        net: gives what the task decodes.
        card: labels, preprocessing and all that is known about it.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
    """

    def __init__(
        self, net: nn.Module, card: Card, *, evaluation: Evaluation | None = None, folder: Path | None = None
    ) -> None:
        self.net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.card, self.evaluation, self.folder = card, evaluation, folder
        self.curve: LearningCurve | None = None  # of how many pictures would help, where `train` was asked for one

    @property
    def fingerprint(self) -> str:
        """Hexadecimal; another wherever answers could be."""
        return fingerprint(self.card, self.state())

    def state(self) -> dict[str, Tensor]:
        """Everything that `save` writes, by name."""
        own: dict[str, Tensor] = self.net.state_dict()
        return own

    def save(self, folder: str | Path) -> Path:
        """Write card.json and model.safetensors into `folder`, whole or not at all.

        Raises:
            OSError: the folder cannot be written.
        """
        self.folder = Path(folder)
        self.card = save(self.folder, self.card, self.state())
        return self.folder

    def export(self, out: str | Path, **how: Any) -> Exported:
        """Write the model as one ONNX file, checked against this one; see `lenslet.exporting.write`.

        Raises:
            MissingError: the packages for it are not installed.
            WorkError: the file's answers are too far from this model's; it is not left behind.
        """
        return write(self._plan(), Path(out), **how)

    @abstractmethod
    def _plan(self) -> Plan:
        """How it is exported."""

    def with_evaluation(self: Same, evaluation: Evaluation, measured_on: str) -> Same:
        """The same model with its numbers on the card; what they could not tell (NaN) is not on it."""
        metrics = {name: value for name, value in evaluation.metrics.items() if np.isfinite(value)}
        intervals = {name: between for name, between in evaluation.intervals.items() if name in metrics}
        card = replace(self.card, metrics=metrics, intervals=intervals, measured_on=measured_on)
        return self._with(card, evaluation)

    def _with(self: Same, card: Card, evaluation: Evaluation | None) -> Same:
        """The same net with another card."""
        return type(self)(self.net, card, evaluation=evaluation, folder=self.folder)

    def _images(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[Tensor, "n c h w"]:
        """Pictures at the net's size, as it takes them, beside its weights; in float32, so that an answer depends on
        its own picture alone."""
        images = torch.from_numpy(self.card.preprocess.normalised(prepared))
        return images.to(next(self.net.parameters()).device, memory_format=torch.channels_last)
