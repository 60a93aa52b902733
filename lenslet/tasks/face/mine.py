"""Which triplets of a batch to learn from: most are learned already, and teach nothing."""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lenslet.errors import CallError

__all__ = ["MINERS", "mine"]

MINERS = ("random", "all", "semi-hard", "batch-hard")


def mine(
    distances: Float[Tensor, "n n"], identities: Int[Tensor, " n"], miner: str, *, alpha: int | float = 0.2
) -> Int[Tensor, "t 3"]:
    """Rows (anchor, positive, negative) of numbers of pictures.

    - random: for every anchor and positive one negative, whichever.
    - all: every triplet there is.
    - semi-hard: for every anchor and positive, the nearest negative that is farther than the positive but by less than
      alpha; where there is none, the farthest of those that are nearer than the positive, or else the nearest at all.
    - batch-hard: for every anchor its farthest positive and its nearest negative.

    Args:
        distances: squared, between all pictures of the batch.
        identities: whose each is.
        miner: one of `MINERS`.
        alpha: margin of the loss.

    Raises:
        CallError: no such miner.

    Source: course item 4.6; Schroff et al. 2015, section 3.2 (semi-hard); Hermans et al. 2017 (batch-hard).
    """
    if miner not in WAYS:
        raise CallError(f"miner is {miner!r}: give one of {', '.join(MINERS)}")
    same = identities[:, None] == identities[None, :]
    other = ~same
    same = same & ~torch.eye(len(identities), dtype=torch.bool, device=same.device)
    useful = other.any(1) & same.any(1)  # as anchors: whoever is alone, or has nobody beside, makes no triplet
    return WAYS[miner](distances.detach(), same & useful[:, None], other, alpha)


def _random(_: Tensor, same: Bool[Tensor, "n n"], other: Bool[Tensor, "n n"], __: int | float) -> Int[Tensor, "t 3"]:
    anchors, positives = same.nonzero(as_tuple=True)
    if not len(anchors):
        return _none(same)
    drawn = torch.multinomial(other[anchors].float(), 1).squeeze(1)
    return torch.stack([anchors, positives, drawn], 1)


def _all(_: Tensor, same: Bool[Tensor, "n n"], other: Bool[Tensor, "n n"], __: int | float) -> Int[Tensor, "t 3"]:
    return (same[:, :, None] & other[:, None, :]).nonzero()


def _semi_hard(
    distances: Float[Tensor, "n n"], same: Bool[Tensor, "n n"], other: Bool[Tensor, "n n"], alpha: int | float
) -> Int[Tensor, "t 3"]:
    anchors, positives = same.nonzero(as_tuple=True)
    if not len(anchors):
        return _none(same)
    near = distances[anchors, positives][:, None]
    rows, allowed = distances[anchors], other[anchors]
    beyond = allowed & (rows > near)
    between = beyond & (rows < near + alpha)
    first = torch.where(between, rows, torch.inf)
    nearer = torch.where(allowed & ~beyond, rows, -torch.inf)
    farthest_nearer = torch.where(
        (allowed & ~beyond).any(1), nearer.argmax(1), torch.where(allowed, rows, torch.inf).argmin(1)
    )
    return torch.stack([anchors, positives, torch.where(between.any(1), first.argmin(1), farthest_nearer)], 1)


def _batch_hard(
    distances: Float[Tensor, "n n"], same: Bool[Tensor, "n n"], other: Bool[Tensor, "n n"], _: float
) -> Int[Tensor, "t 3"]:
    anchors = same.any(1).nonzero().squeeze(1)
    farthest = torch.where(same, distances, -torch.inf)[anchors].argmax(1)
    nearest = torch.where(other, distances, torch.inf)[anchors].argmin(1)
    return torch.stack([anchors, farthest, nearest], 1)


def _none(like: Tensor) -> Int[Tensor, "0 3"]:
    return torch.zeros((0, 3), dtype=torch.int64, device=like.device)


Way = Callable[[Tensor, Tensor, Tensor, float], Tensor]
WAYS: dict[str, Way] = {"random": _random, "all": _all, "semi-hard": _semi_hard, "batch-hard": _batch_hard}
