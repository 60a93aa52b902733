"""Pictures with places in them, boxes or points -> batches, in which the places follow their pictures."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from lenslet.data.augment import Augment
from lenslet.data.joined import Joined
from lenslet.data.mosaic import mosaic
from lenslet.data.order import InOrder, Order
from lenslet.image import Preprocess

Follow = Callable[[Tensor, Tensor, int, int], Tensor]
"""(truth, matrices, height, width) -> truth after the pictures were read through the matrices; see `data.follow`."""

_MOSAIC_UNTIL = 0.8  # of the budget: at the end pictures are shown as they will be met


class Placed(InOrder):
    """Iterating gives (images, truth) of one epoch; truth is in pixels of the net's input.

    Args:
        pixels: all decoded pictures, uint8; may be memory-mapped.
        rows: which of them, by row.
        truth: of each of those; of boxes see `stacked`.
        preprocess: gives mean and standard deviation.
        follow: moves the truth with its picture.
        size: pictures in a batch.
        augment: changes pictures and truth, if given.
        mosaic: share of the pictures that are put together of four, until four fifths of the budget (boxes only).
        shuffle: a new order in each epoch.
        seed: of order and augmentation.
        share: (rank, processes): each batch is `processes` times as large, and this process gets its part of it.
        watch: called with the number of pictures of each batch handed out.
    """

    def __init__(
        self,
        pixels: UInt8[np.ndarray, "n h w c"] | Joined,
        rows: Int[np.ndarray, " m"],
        truth: Float[Tensor, "m k _"],
        preprocess: Preprocess,
        *,
        follow: Follow,
        size: int,
        augment: Augment | None = None,
        mosaic: int | float = 0.0,
        shuffle: bool = False,
        seed: int = 0,
        share: tuple[int, int] = (0, 1),
        watch: Callable[[int], Any] | None = None,
    ) -> None:
        rank, processes = share
        self.pixels, self.rows, self.truth, self.follow = pixels, rows, truth, follow
        self.augment, self.mosaic, self.watch = augment, float(mosaic), watch
        super().__init__(Order(len(rows), size * processes, shuffle, None, seed, rank, processes))
        self.mean, self.std = preprocess.mean, preprocess.std
        self.fraction: int | float = 0.0

    def at(self, fraction: int | float) -> None:
        """Of the budget, so much (0 to 1) is spent when the next epoch begins: near the end there are no mosaics."""
        self.fraction = fraction

    def __iter__(self) -> Iterator[tuple[Float[Tensor, "b c h w"], Tensor]]:
        share = self.mosaic if self.fraction < _MOSAIC_UNTIL else 0.0
        for epoch, number, chosen in self.turn():
            yield self._batch(chosen, self.order.dice(epoch, number, self.order.rank), share)
            if self.watch is not None:
                self.watch(len(chosen) * self.order.processes)

    def example(self, count: int) -> tuple[UInt8[np.ndarray, "count h w 3"], Tensor]:
        """Evenly spaced pictures as the net is shown them, as RGB, with their truth; for a report."""
        chosen = torch.arange(0, len(self.rows), max(1, len(self.rows) // count))[:count]
        images, truth = self._batch(chosen, self.order.dice(0), self.mosaic)
        mean, std = self._scale()
        shown = ((images * std + mean).clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
        return shown if shown.shape[3] == 3 else np.repeat(shown, 3, axis=3), truth

    def _batch(self, chosen: Tensor, dice: torch.Generator, share: float) -> tuple[Tensor, Tensor]:
        taken = np.ascontiguousarray(self.pixels[self.rows[chosen.numpy()]])
        images, truth = torch.from_numpy(taken).permute(0, 3, 1, 2), self.truth[chosen]
        if self.augment is None:
            mean, std = self._scale()
            return images.float().div_(255).sub_(mean).div_(std), truth
        if share:
            images, truth = mosaic(images, truth, share, dice)
        drawn = self.augment.draw(len(chosen), dice)
        height, width = images.shape[2:]
        truth = self.follow(truth, self.augment.matrices(drawn, height, width), height, width)
        return self.augment.apply(images, drawn, mean=self.mean, std=self.std), truth

    def _scale(self) -> tuple[Tensor, Tensor]:
        mean, std = (torch.tensor(v).view(1, -1, 1, 1) for v in (self.mean, self.std))
        return mean, std


def stacked(truth: list[Float[np.ndarray, "_ 5"]]) -> Float[Tensor, "n m 5"]:
    """Class and corners of the boxes of each picture as one tensor, filled up with class -1."""
    most = max((len(one) for one in truth), default=0)
    table = torch.full((len(truth), max(most, 1), 5), -1.0)
    for row, one in zip(table, truth, strict=True):
        row[: len(one)] = torch.from_numpy(np.asarray(one, np.float32))
    return table
