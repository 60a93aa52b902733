"""Detection as `fit` sees it."""

import math
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lenslet.results import Evaluation
from lenslet.tasks.detect.coco import measure
from lenslet.tasks.detect.decode import said, truths
from lenslet.tasks.detect.head import Head
from lenslet.tasks.detect.metrics import evaluate


class Detect:
    """The task: the head's loss to learn, mean average precision to choose the best epoch by.

    Args:
        head: what the net's maps mean.
        names: of the classes.
    """

    goal = "map"

    def __init__(self, head: Head, names: tuple[str, ...]) -> None:
        self.head, self.names = head, names

    def loss(self, raw: tuple[Tensor, ...], targets: Float[Tensor, "n m 5"]) -> dict[str, Tensor]:
        """Parts of the loss, see the head."""
        return self.head.loss(raw, targets)

    def measure(self, outputs: Iterable[tuple[tuple[Tensor, ...], Tensor]]) -> dict[str, float]:
        """map50 and map (COCO's), at the size that the net sees."""
        answers, truth = [], []
        for raw, targets in outputs:
            answers += list(said(raw, self.head, self.names))
            truth += list(truths(targets, self.names))
        found = measure(answers, truth)
        # where there is nothing to find, as far as one knows: 0, which can be compared
        return {"map50": _number(found.mean(0)), "map": _number(found.mean())}

    @torch.no_grad()
    def evaluated(self, net: nn.Module, feed: Iterable[tuple[Tensor, Tensor]]) -> Evaluation:
        """The whole measurement, on pictures that are decoded already; pixels are those of the net's input."""
        answers, truth = [], []
        device = next(net.parameters()).device  # a GPU, where it has just learned there
        for images, targets in feed:
            answers += list(said(net(images.to(device)), self.head, self.names, at_least=0.001))
            truth += list(truths(targets, self.names))
        return evaluate(answers, truth)


def _number(value: float) -> float:
    return 0.0 if math.isnan(value) else value
