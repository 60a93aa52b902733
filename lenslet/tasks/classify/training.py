"""Classification as `fit` sees it."""

from collections.abc import Iterable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lenslet.tasks.classify.loss import cross_entropy


class Classify:
    """The task: smoothed cross-entropy to learn, accuracy to choose the best epoch by.

    Args:
        smoothing: of the labels, while learning.
        auxiliary: weight of each auxiliary head's loss (GoogLeNet: 0.3).
    """

    goal = "accuracy"

    def __init__(self, *, smoothing: float = 0.0, auxiliary: float = 0.3) -> None:
        self.smoothing = smoothing
        self.auxiliary = auxiliary

    def loss(
        self, raw: Tensor | tuple[Tensor, ...], targets: Int[Tensor, " n"] | Float[Tensor, "n classes"]
    ) -> dict[str, Tensor]:
        """Cross-entropy of the logits, and of every further head that the net returns behind them.

        Args:
            raw: logits, or a tuple that begins with them.
            targets: class indices, or the share of each class where pictures were mixed.
        """
        main, *others = raw if isinstance(raw, tuple) else (raw,)
        parts = {"loss": cross_entropy(main, targets, smoothing=self.smoothing)}
        for number, logits in enumerate(others, start=1):
            parts[f"auxiliary{number}"] = self.auxiliary * cross_entropy(logits, targets, smoothing=self.smoothing)
        return parts

    def measure(self, outputs: Iterable[tuple[Tensor | tuple[Tensor, ...], Tensor]]) -> dict[str, float]:
        """Accuracy and mean cross-entropy (not smoothed)."""
        right = total = 0
        loss = 0.0
        for raw, targets in outputs:
            logits = (raw[0] if isinstance(raw, tuple) else raw).float()
            right += int((logits.argmax(1) == targets).sum())
            loss += float(torch.nn.functional.cross_entropy(logits, targets, reduction="sum"))
            total += len(targets)
        return {"accuracy": right / max(total, 1), "loss": loss / max(total, 1)}
