"""Batches: decoded pictures -> augmented, normalised tensors, in an order that only the seed decides."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from lenslet.data.augment import Augment
from lenslet.image import Preprocess


class Batches:
    """Iterating gives (images, targets) of one epoch; each further epoch has an order and an augmentation of its own.

    Args:
        pixels: all decoded pictures, uint8; may be memory-mapped.
        rows: which of them, by row.
        targets: anything that a tensor of row numbers can index; for classes, their indices.
        preprocess: gives mean and standard deviation.
        size: pictures in a batch.
        augment: changes the pictures, if given; then the order is shuffled, too.
        seed: of order and augmentation.
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
        seed: int = 0,
        watch: Callable[[int], Any] | None = None,
    ) -> None:
        self.pixels, self.rows, self.targets = pixels, rows, targets
        self.size, self.augment, self.shuffle, self.seed, self.watch = size, augment, shuffle, seed, watch
        self.epoch = 0
        self.mean = torch.tensor(preprocess.mean).view(1, -1, 1, 1)
        self.std = torch.tensor(preprocess.std).view(1, -1, 1, 1)

    def __len__(self) -> int:
        """Batches in an epoch. A last one of a single picture is left out when shuffling: batch norm cannot learn
        from it."""
        whole, rest = divmod(len(self.rows), self.size)
        return whole + (rest > 1 or (rest == 1 and (not self.shuffle or whole == 0)))

    def __iter__(self) -> Iterator[tuple[Float[Tensor, "b c h w"], Tensor]]:
        # 1000003: epochs of neighbouring seeds must not share a stream
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        order = torch.randperm(len(self.rows), generator=generator) if self.shuffle else torch.arange(len(self.rows))
        self.epoch += 1
        for number in range(len(self)):
            chosen = order[number * self.size : (number + 1) * self.size]
            taken = np.ascontiguousarray(self.pixels[self.rows[chosen.numpy()]])
            yield self._tensor(taken, generator), self.targets[chosen]
            if self.watch is not None:
                self.watch(len(chosen))

    def example(self, count: int) -> UInt8[np.ndarray, "count h w 3"]:
        """Evenly spaced pictures as the net is shown them, augmented, as RGB; for a report."""
        rows = self.rows[:: max(1, len(self.rows) // count)][:count]
        generator = torch.Generator().manual_seed(self.seed)
        images = self._tensor(np.ascontiguousarray(self.pixels[rows]), generator) * self.std + self.mean
        shown = (images.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
        return shown if shown.shape[3] == 3 else np.repeat(shown, 3, axis=3)

    def _tensor(self, taken: UInt8[np.ndarray, "b h w c"], generator: torch.Generator) -> Float[Tensor, "b c h w"]:
        """Augment and normalise; the memory stays in NHWC order, which is what channels_last nets read fastest."""
        images = torch.from_numpy(taken).permute(0, 3, 1, 2)
        changed = self.augment(images, generator) if self.augment is not None else images.float().div_(255)
        return changed.sub_(self.mean).div_(self.std)


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
