"""Which pictures come when: an order that only the seed decides, in which every batch is known by its place."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

__all__ = ["InOrder", "Order", "chances"]


@dataclass(frozen=True)
class Order:
    """The batches of every epoch, as numbers of pictures.

    Args:
        count: of pictures.
        size: of a batch, over all processes.
        shuffle: a new order in each epoch.
        chances: of each picture to be drawn, where they are drawn rather than shuffled; see `chances`.
        seed: of the order.
        rank: of this process.
        processes: that share each batch.
    """

    count: int
    size: int
    shuffle: bool = False
    chances: Float[Tensor, " m"] | None = None
    seed: int = 0
    rank: int = 0
    processes: int = 1

    def __len__(self) -> int:
        """Batches in an epoch. A last one that has not two pictures for each process is left out when shuffling: batch
        norm cannot learn from one."""
        whole, rest = divmod(self.count, self.size)
        least = min(2 * self.processes, self.size) if self.shuffle and whole else self.processes
        return whole + (rest >= least)

    def batches(self, epoch: int, first: int = 0) -> Iterator[tuple[int, Int[Tensor, " b"]]]:
        """(number of the batch, this process's pictures in it) of an epoch (from 0), from the batch `first` on."""
        order = self._of(epoch)
        for number in range(first, len(self)):
            whole = order[number * self.size : (number + 1) * self.size]
            yield number, whole.tensor_split(self.processes)[self.rank]

    def dice(self, *place: int) -> torch.Generator:
        """A generator for one place in the run; streams of neighbouring places and seeds have nothing in common."""
        # how long the place is belongs to it: a SeedSequence fills short ones up with zeros
        mixed = np.random.SeedSequence([self.seed & (2**63 - 1), len(place), *place])
        entropy = mixed.generate_state(1, np.uint64)
        return torch.Generator().manual_seed(int(entropy[0]))

    def _of(self, epoch: int) -> Int[Tensor, " m"]:
        if self.chances is not None:
            return torch.multinomial(self.chances, self.count, replacement=True, generator=self.dice(epoch))
        return torch.randperm(self.count, generator=self.dice(epoch)) if self.shuffle else torch.arange(self.count)


class InOrder:
    """What feeds that follow an `Order` have in common: their length, and where the next iteration begins."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.epoch = self.first = 0

    def __len__(self) -> int:
        """Batches in an epoch."""
        return len(self.order)

    def seek(self, epoch: int, batch: int) -> None:
        """Let the next iteration be that of `epoch` (from 0), from `batch` on: the same batches as ever."""
        self.epoch, self.first = epoch, batch

    def turn(self) -> Iterator[tuple[int, int, Int[Tensor, " b"]]]:
        """(epoch, number of the batch, pictures) of the epoch whose turn it is; the next turn is the next epoch's."""
        epoch, first = self.epoch, self.first
        self.epoch, self.first = epoch + 1, 0
        for number, chosen in self.order.batches(epoch, first):
            yield epoch, number, chosen


def chances(targets: Int[Tensor, " m"]) -> Float[Tensor, " m"]:
    """How likely each picture must be drawn for all classes to come equally often."""
    return 1 / torch.bincount(targets)[targets].double()
