"""Batches: decoded pictures -> augmented, normalised tensors, in an order that only the seed decides."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from lenslet.data.augment import Augment
from lenslet.data.mixup import mixup as mix
from lenslet.data.order import InOrder, Order, chances
from lenslet.image import Preprocess


class Batches(InOrder):
    """Iterating gives (images, targets) of one epoch; each further epoch has an order and an augmentation of its own.

    Args:
        pixels: all decoded pictures, uint8; may be memory-mapped.
        rows: which of them, by row.
        targets: anything that a tensor of row numbers can index; for classes, their indices.
        preprocess: gives mean and standard deviation.
        size: pictures in a batch.
        augment: changes the pictures, if given.
        shuffle: a new order in each epoch.
        balance: draw the pictures of each epoch so that all classes come equally often; rare ones then come several
            times, and some of the frequent ones not at all (needs targets that are classes, and `shuffle`).
        mixup: (alpha, classes): lay pictures over each other, see `data.mixup`; targets are then shares of the classes.
        seed: of order and augmentation.
        share: (rank, processes): each batch is `processes` times as large, and this process gets its part of it.
        watch: called with the number of pictures of each batch handed out, for a progress bar.
    """

    def __init__(
        self,
        pixels: UInt8[np.ndarray, "n h w c"],
        rows: Int[np.ndarray, " m"],
        targets: Int[Tensor, " m"],
        preprocess: Preprocess,
        *,
        size: int,
        augment: Augment | None = None,
        shuffle: bool = False,
        balance: bool = False,
        mixup: tuple[int | float, int] | None = None,
        seed: int = 0,
        share: tuple[int, int] = (0, 1),
        watch: Callable[[int], Any] | None = None,
    ) -> None:
        rank, processes = share
        self.pixels, self.rows, self.targets = pixels, rows, targets
        self.augment, self.mixup, self.watch = augment, mixup, watch
        drawn = chances(targets) if balance else None
        super().__init__(Order(len(rows), size * processes, shuffle, drawn, seed, rank, processes))
        self.mean = torch.tensor(preprocess.mean).view(1, -1, 1, 1)
        self.std = torch.tensor(preprocess.std).view(1, -1, 1, 1)

    def __iter__(self) -> Iterator[tuple[Float[Tensor, "b c h w"], Tensor]]:
        for epoch, number, chosen in self.turn():
            taken = self._taken(chosen)
            # each batch has dice of its own, so that a run can go on from any of them
            dice = self.order.dice(epoch, number, self.order.rank)
            images, targets = self._tensor(taken, dice), self.targets[chosen]
            if self.mixup is not None:
                images, targets = mix(images, targets, self.mixup[1], self.mixup[0], dice)
            yield images, targets
            if self.watch is not None:
                self.watch(len(chosen) * self.order.processes)

    def example(self, count: int) -> UInt8[np.ndarray, "count h w 3"]:
        """Evenly spaced pictures as the net is shown them, augmented, as RGB; for a report."""
        rows = self.rows[:: max(1, len(self.rows) // count)][:count]
        generator = self.order.dice(0)
        images = self._tensor(np.ascontiguousarray(self.pixels[rows]), generator) * self.std + self.mean
        shown = (images.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
        return shown if shown.shape[3] == 3 else np.repeat(shown, 3, axis=3)

    def _taken(self, chosen: Int[Tensor, " b"]) -> UInt8[np.ndarray, "b h w c"]:
        """The pictures of a batch, as they were decoded."""
        return np.ascontiguousarray(self.pixels[self.rows[chosen.numpy()]])

    def _tensor(self, taken: UInt8[np.ndarray, "b h w c"], generator: torch.Generator) -> Float[Tensor, "b c h w"]:
        """Augment and normalise; the memory stays in NHWC order, which is what channels_last nets read fastest."""
        images = torch.from_numpy(taken).permute(0, 3, 1, 2)
        if self.augment is not None:
            return self.augment(images, generator, mean=self.mean.flatten().tolist(), std=self.std.flatten().tolist())
        return images.float().div_(255).sub_(self.mean).div_(self.std)


def channel_statistics(
    pixels: UInt8[np.ndarray, "n h w c"], rows: Int[np.ndarray, " m"], *, most: int = 2000
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel over at most `most` evenly spaced pictures, for pixels in [0, 1]."""
    step = max(1, len(rows) // most)
    sample = np.asarray(pixels[rows[::step][:most]], np.float32) / 255
    mean = sample.mean((0, 1, 2), dtype=np.float64)
    std = sample.std((0, 1, 2), dtype=np.float64)
    # a blank channel would divide by zero; 1/255 is one grey level
    return tuple(float(round(m, 4)) for m in mean), tuple(float(max(round(s, 4), 1 / 255)) for s in std)
