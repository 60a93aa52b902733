"""The net with what helps it to learn, and is thrown away afterwards."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lenslet.errors import CallError
from lenslet.tasks.face.binary import BinaryHead
from lenslet.tasks.face.distance import unit
from lenslet.tasks.face.margin import Centres

__all__ = ["LOSSES", "Learning", "Raw", "head_for"]

LOSSES = ("margin", "triplet", "contrastive", "binary")


@dataclass(frozen=True)
class Raw:
    """What the net says of a batch while it learns.

    Args:
        encodings: of length 1.
        beside: what the head says: cosines to the identities' directions, or logits of pairs; None without a head.
    """

    encodings: Float[Tensor, "n d"]
    beside: Float[Tensor, "n m"] | None = None


class Learning(nn.Module):
    """One net for all pictures (Siamese: what compares two shares all weights), and the head of its loss.

    Args:
        net: gives numbers.
        head: of the loss; None for those on distances alone.
        frozen: the net stays as it is, and the head alone learns.

    Source: course items 4.5, 4.7.
    """

    def __init__(self, net: nn.Module, head: nn.Module | None, *, frozen: bool = False):
        super().__init__()
        self.net = net
        self.head = head
        self.frozen = frozen
        if frozen:
            net.requires_grad_(False)

    def train(self, mode: bool = True) -> "Learning":
        """As of any module; a net that is frozen keeps the statistics of its batch norm, too."""
        super().train(mode)
        if self.frozen:
            self.net.eval()
        return self

    def forward(self, images: Float[Tensor, "n c h w"]) -> Raw:
        """Encodings of length 1; while learning also what the head says."""
        encodings = unit(self.net(images))
        if self.head is None or not self.training:
            return Raw(encodings)
        with torch.autocast(images.device.type, enabled=False):  # differences of cosines are too fine for bf16
            beside = self.head(encodings, encodings) if isinstance(self.head, BinaryHead) else self.head(encodings)
        return Raw(encodings, beside)


def head_for(loss: str, *, identities: int, dimensions: int) -> nn.Module | None:
    """What a loss needs beside the encodings.

    Raises:
        CallError: no such loss.
    """
    if loss not in LOSSES:
        raise CallError(f"loss is {loss!r}: give one of {', '.join(LOSSES)}")
    if loss == "margin":
        return Centres(identities, dimensions)
    return BinaryHead(dimensions) if loss == "binary" else None
