"""Photos to learn a style on: crops, and for some of them a second view a few pixels aside, as in a film."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from lenslet.data.order import InOrder, Order
from lenslet.image import Preprocess

__all__ = ["Photos", "Views"]

Views = tuple[Float[Tensor, "n 3 h w"], Int[Tensor, "m 2"]]
"""The photos, values in 0..1; and how far the second views of the first m of them lie aside: rows, columns."""

_ASIDE = 7  # pixels at the most
_NOISE, _LIGHT = 0.02, 0.05  # of a second view, values in 0..1: what a camera adds from frame to frame


class Photos(InOrder):
    """Iterating gives (pictures, views) of one epoch: the photos' crops, second views behind them, and `Views`.

    Args:
        pixels: decoded photos; may be memory-mapped.
        rows: which of them.
        preprocess: gives mean and standard deviation.
        crop: side of what the net sees, pixels.
        size: photos in a batch.
        moving: share of the photos that have a second view.
        shuffle: a new order, new places and mirror images in each epoch; otherwise the middle of each photo.
        seed: of all that.
        share: (rank, processes) as in `data.Batches`.
        watch: called with the number of photos of each batch handed out.
    """

    def __init__(
        self,
        pixels: UInt8[np.ndarray, "n h w 3"],
        rows: Int[np.ndarray, " m"],
        preprocess: Preprocess,
        *,
        crop: int,
        size: int,
        moving: float | int = 0.0,
        shuffle: bool = False,
        seed: int = 0,
        share: tuple[int, int] = (0, 1),
        watch: Callable[[int], Any] | None = None,
    ) -> None:
        rank, processes = share
        self.pixels, self.rows, self.crop, self.moving, self.watch = pixels, rows, crop, moving, watch
        self.mean = torch.tensor(preprocess.mean).view(1, -1, 1, 1)
        self.std = torch.tensor(preprocess.std).view(1, -1, 1, 1)
        super().__init__(Order(len(rows), size * processes, shuffle, None, seed, rank, processes))

    def __iter__(self) -> Iterator[tuple[Float[Tensor, "k 3 h w"], Views]]:
        for epoch, number, chosen in self.turn():
            taken = np.asarray(self.pixels[self.rows[chosen.numpy()]])
            if self.order.shuffle:
                photos, seconds, aside = self._drawn(taken, self.order.dice(epoch, number, self.order.rank))
            else:
                photos = self._middle(taken)
                seconds, aside = photos[:0], torch.zeros(0, 2, dtype=torch.int64)
            yield (torch.cat([photos, seconds]) - self.mean) / self.std, (photos, aside)
            if self.watch is not None:
                self.watch(len(chosen) * self.order.processes)

    def example(self, count: int) -> UInt8[np.ndarray, "count h w 3"]:
        """Evenly spaced photos as the net is shown them, for a report."""
        rows = self.rows[:: max(1, len(self.rows) // count)][:count]
        found = self._middle(np.asarray(self.pixels[rows]))
        return (found * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()

    def _middle(self, taken: UInt8[np.ndarray, "b h w 3"]) -> Float[Tensor, "b 3 s s"]:
        top, left = ((side - self.crop) // 2 for side in taken.shape[1:3])
        return _floats(taken[:, top : top + self.crop, left : left + self.crop])

    def _drawn(
        self, taken: UInt8[np.ndarray, "b h w 3"], dice: torch.Generator
    ) -> tuple[Float[Tensor, "b 3 s s"], Float[Tensor, "m 3 s s"], Int[Tensor, "m 2"]]:
        """Crops at random places, mirrored or not; the second views."""
        count, crop = len(taken), self.crop
        room = [side - crop for side in taken.shape[1:3]]
        places = torch.stack([torch.randint(0, most + 1, (count,), generator=dice) for most in room], 1)
        mirrored = torch.rand(count, generator=dice) < 0.5
        whole = [photo[:, ::-1] if flip else photo for photo, flip in zip(taken, mirrored.tolist(), strict=True)]

        def cut(at: Int[Tensor, "k 2"]) -> Float[Tensor, "k 3 s s"]:
            pieces = [photo[y : y + crop, x : x + crop] for photo, (y, x) in zip(whole, at.tolist(), strict=False)]
            return _floats(np.stack(pieces)) if pieces else torch.zeros(0, 3, crop, crop)

        second = round(self.moving * count + 0.25) if self.moving else 0
        there = places[:second] + torch.randint(-_ASIDE, _ASIDE + 1, (second, 2), generator=dice)
        there = torch.minimum(there.clamp(min=0), torch.tensor(room))
        views = cut(there)
        light = 1 + _LIGHT * (2 * torch.rand(second, 1, 1, 1, generator=dice) - 1)
        noise = _NOISE * torch.randn(views.shape, generator=dice)
        return cut(places), (views * light + noise).clamp(0, 1), there - places[:second]


def _floats(taken: UInt8[np.ndarray, "b h w 3"]) -> Float[Tensor, "b 3 h w"]:
    """Bytes to values in 0..1; the memory stays in the order of positions."""
    return torch.from_numpy(np.ascontiguousarray(taken)).permute(0, 3, 1, 2).float().div_(255)
