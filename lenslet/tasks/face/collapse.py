"""When all encodings become one: the loss then stands at the margin, and nothing is learned any more."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["Collapse", "spread"]

_PATIENCE = 20  # batches in a row
_NARROW = 1e-3  # mean squared distance between encodings of length 1; those that know nothing have 2
_AT_THE_MARGIN = 0.02


@torch.no_grad()
def spread(encodings: Float[Tensor, "n d"]) -> float:
    """The mean squared distance between two encodings of a batch: 2 where they point anywhere, 0 where all are one."""
    n = len(encodings)
    if n < 2:
        return 2.0
    total = encodings.float().sum(0)
    return float((2 * n * n - 2 * (total @ total)) / (n * (n - 1)))


@dataclass
class Collapse:
    """Watches batch after batch; see `seen`.

    Args:
        margin: where the loss stands when all encodings are one; None where the loss has no such place.
    """

    margin: int | float | None
    batches: int = 0

    def seen(self, loss: int | float, wide: int | float) -> bool:
        """Whether the encodings have collapsed: for twenty batches in a row they were all but one, or the loss of a
        nearly closed fan stood at the margin.

        Args:
            loss: of a batch.
            wide: its `spread`.

        Source: course item 4.6.
        """
        stands = self.margin is not None and abs(loss - self.margin) < _AT_THE_MARGIN * self.margin and wide < 0.05
        self.batches = self.batches + 1 if wide < _NARROW or stands else 0
        return self.batches >= _PATIENCE
