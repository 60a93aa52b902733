"""Batches to compare within: several pictures of each of several identities."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Int, UInt8
from torch import Tensor

from lenslet.data.augment import Augment
from lenslet.data.batches import Batches
from lenslet.data.order import Order
from lenslet.image import Preprocess

__all__ = ["SYMMETRIES", "Compared", "PerIdentity", "symmetric"]

SYMMETRIES = 8
"""Of a square: four turns, each as it is and mirrored."""


@dataclass(frozen=True)
class PerIdentity(Order):
    """An order in which `each` pictures of one identity follow each other; every picture comes at least once an epoch.

    Args:
        identities: whose each picture is.
        each: K: pictures of one identity in a row; who has a rest that is fewer gets some twice.
    """

    identities: Int[Tensor, " m"] = field(default_factory=lambda: torch.zeros(0, dtype=torch.int64))
    each: int = 2

    def _of(self, epoch: int) -> Int[Tensor, " _"]:
        dice = self.dice(epoch)
        mixed = torch.randperm(len(self.identities), generator=dice)
        mixed = mixed[torch.argsort(self.identities[mixed], stable=True)]
        counts = torch.bincount(self.identities)
        rows = []
        for own in torch.split(mixed, counts[counts > 0].tolist()):
            lacking = -len(own) % self.each
            more = own[torch.randint(len(own), (lacking,), generator=dice)]
            rows.append(torch.cat([own, more]).view(-1, self.each))
        table = torch.cat(rows)
        return table[torch.randperm(len(table), generator=dice)].flatten()


class Compared(Batches):
    """Iterating gives (images, identities) of one epoch, P identities with K pictures each in a batch.

    Args:
        pixels: all decoded pictures, uint8; square where there are symmetries.
        rows: which of them, by row.
        identities: whose each is.
        preprocess: gives mean and standard deviation.
        size: pictures in a batch, P x K.
        each: K.
        symmetries: 1; or 8: what is turned by quarters or mirrored is an identity of its own, eight times as many: a
            letter upside down is another letter, and a face is not.
        augment: changes the pictures, if given.
        seed: of order and augmentation.
        share: (rank, processes) of this one.
        watch: called with the number of pictures of each batch handed out.
    """

    def __init__(
        self,
        pixels: UInt8[np.ndarray, "n h w c"],
        rows: Int[np.ndarray, " m"],
        identities: Int[Tensor, " m"],
        preprocess: Preprocess,
        *,
        size: int,
        each: int = 2,
        symmetries: int = 1,
        augment: Augment | None = None,
        seed: int = 0,
        share: tuple[int, int] = (0, 1),
        watch: Callable[[int], Any] | None = None,
    ) -> None:
        own = int(identities.max()) + 1 if len(identities) else 0
        turned = torch.cat([identities + own * number for number in range(symmetries)])
        super().__init__(
            pixels, np.tile(rows, symmetries), turned, preprocess,
            size=size, augment=augment, shuffle=True, seed=seed, share=share, watch=watch,
        )  # fmt: skip
        counts = torch.bincount(turned)
        filled = int((-(-counts // each) * each).sum())
        self.turns = torch.arange(symmetries).repeat_interleave(len(rows))
        self.count = int((counts > 0).sum())
        rank, processes = share
        whole = -(-size // each) * each * processes
        self.order = PerIdentity(filled, whole, True, None, seed, rank, processes, identities=turned, each=each)

    def _taken(self, chosen: Int[Tensor, " b"]) -> UInt8[np.ndarray, "b h w c"]:
        taken = super()._taken(chosen)
        turns = self.turns[chosen].numpy()
        for number in np.unique(turns[turns > 0]):
            which = turns == number
            taken[which] = symmetric(taken[which], int(number))
        return taken


def symmetric(pictures: UInt8[np.ndarray, "n h w c"], number: int) -> UInt8[np.ndarray, "n h w c"]:
    """Square pictures in one of the eight symmetries: 0 as they are, 1 to 3 turned, 4 to 7 mirrored, then turned."""
    if number >= SYMMETRIES // 2:
        pictures = pictures[:, :, ::-1]
    return np.ascontiguousarray(np.rot90(pictures, number % 4, (1, 2)))
