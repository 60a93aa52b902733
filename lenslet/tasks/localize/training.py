"""Localisation as `fit` sees it."""

from collections.abc import Iterable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from lenslet.results import Evaluation, Localization
from lenslet.tasks.localize.decode import said, truths
from lenslet.tasks.localize.loss import losses
from lenslet.tasks.localize.metrics import evaluate, overlap


class Localize:
    """The task: the masked loss to learn, how well things are placed to choose the best epoch by.

    Args:
        names: of the classes.
        size: (height, width) of the net's input, pixels.
        smoothing: of the labels.
    """

    goal = "placed"

    def __init__(self, names: tuple[str, ...], size: tuple[int, int], smoothing: int | float = 0.0) -> None:
        self.names, self.size, self.smoothing = names, size, smoothing

    def loss(self, raw: Float[Tensor, "n o"], targets: Float[Tensor, "n 1 5"]) -> dict[str, Tensor]:
        """See `losses`."""
        return losses(raw, targets, self.size, smoothing=self.smoothing)

    def measure(self, outputs: Iterable[tuple[Tensor, Tensor]]) -> dict[str, float]:
        """mean_iou, found, right (accuracy), and `placed`: the mean IoU where the class is right, 1 where nothing is
        and nothing is said, else 0."""
        answers, truth = self._pairs(outputs)
        right = np.array([a.label == t.label for a, t in zip(answers, truth, strict=True)])
        over = np.array([overlap(a, t) if t.found else 1.0 for a, t in zip(answers, truth, strict=True)])
        found = evaluate(answers, truth, worst=0)
        numbers = {"mean_iou": found["mean_iou"], "found": found["found"], "right": found["accuracy"]}
        told = {name: float(value) for name, value in numbers.items() if np.isfinite(value)}
        return told | {"placed": float((over * right).mean())}

    @torch.no_grad()
    def evaluated(self, net: nn.Module, feed: Iterable[tuple[Tensor, Tensor]]) -> Evaluation:
        """The whole measurement, on pictures that are decoded already; pixels are those of the net's input."""
        device = next(net.parameters()).device  # a GPU, where it has just learned there
        answers, truth = self._pairs((net(images.to(device)), targets) for images, targets in feed)
        return evaluate(answers, truth)

    def _pairs(self, outputs: Iterable[tuple[Tensor, Tensor]]) -> tuple[list[Localization], list[Localization]]:
        answers: list[Localization] = []
        truth: list[Localization] = []
        for raw, targets in outputs:
            answers += said(raw, self.names, self.size)
            truth += truths(targets, self.names, self.size)
        return answers, truth
