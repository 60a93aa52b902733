"""Landmarks as `fit` sees them."""

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lenslet.results import Evaluation, Points
from lenslet.tasks.landmark.decode import said, truths
from lenslet.tasks.landmark.loss import losses
from lenslet.tasks.landmark.metrics import evaluate


class Landmark:
    """The task: places and maps to learn, closeness to choose the best epoch by.

    Args:
        names: of the points.
        size: (height, width) of the net's input, pixels.
        unit: in which distances are told, see `metrics.UNITS`; there by the known points of what the net sees.
    """

    goal = "closeness"

    def __init__(self, names: tuple[str, ...], size: tuple[int, int], unit: str) -> None:
        self.names, self.size, self.unit = names, size, unit

    def loss(self, raw: Float[Tensor, "n k h w"], targets: Float[Tensor, "n k 3"]) -> dict[str, Tensor]:
        """See `losses`."""
        return losses(raw, targets, self.size)

    def measure(self, outputs: Iterable[tuple[Tensor, Tensor]]) -> dict[str, float]:
        """nme, in pixels of the net's input; `closeness` is 1 - nme: higher is better."""
        answers, truth = self._pairs(outputs)
        nme = float(evaluate(answers, truth, unit=self.unit, worst=0)["nme"])
        return {"nme": nme, "closeness": 1 - nme}

    @torch.no_grad()
    def evaluated(self, net: nn.Module, feed: Iterable[tuple[Tensor, Tensor]]) -> Evaluation:
        """The whole measurement, on pictures that are decoded already; pixels are those of the net's input."""
        device = next(net.parameters()).device  # a GPU, where it has just learned there
        answers, truth = self._pairs((net(images.to(device)), targets) for images, targets in feed)
        return evaluate(answers, truth, unit=self.unit)

    def _pairs(self, outputs: Iterable[tuple[Tensor, Tensor]]) -> tuple[list[Points], list[Points]]:
        answers: list[Points] = []
        truth: list[Points] = []
        for raw, targets in outputs:
            answers += said(raw, self.names, self.size)
            truth += truths(targets, self.names, self.size)
        return answers, truth
