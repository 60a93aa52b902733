"""Which cell is to say which truth: by rule (the cell that holds the centre), or by what the net says already."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lenslet.boxes import paired_iou
from lenslet.loops import world
from lenslet.tasks.detect.cells import Cells

RULES = ("aligned", "centre")


@dataclass(frozen=True)
class Assigned:
    """The places (picture, box of a cell) that own a truth, one row each.

    Args:
        picture, place: which.
        truth: number of the truth in its picture.
        worth: what its score for the class is to be, 0 to 1.
    """

    picture: Int[Tensor, " k"]
    place: Int[Tensor, " k"]
    truth: Int[Tensor, " k"]
    worth: Float[Tensor, " k"]


@torch.no_grad()
def task_aligned(
    scores: Float[Tensor, "n p c"],
    boxes: Float[Tensor, "n p 4"],
    centres: Float[Tensor, "p 2"],
    truth: Float[Tensor, "n m 4"],
    kinds: Int[Tensor, "n m"],
    *,
    most: int = 10,
    power: tuple[float, float] = (0.5, 6.0),
    floor: float = 0.3,
) -> Assigned:
    """Of the cells inside each truth, those that say it best own it; a cell that two want goes to the one it fits best.

    Args:
        scores: probabilities of the classes.
        boxes: what the cells say, corners, pixels.
        centres: of the cells, pixels.
        truth: corners, pixels; rows without one may hold anything.
        kinds: class of each truth; -1 where there is none.
        most: cells a truth.
        power: of the score and of the IoU in the measure of how well a cell does.
        floor: what the best cell of a truth is worth at least: one that nobody says well yet must not be forgotten.

    Source: Feng et al. 2021, TOOD, section 3.2.
    """
    if not bool((kinds >= 0).any()):
        return nothing(scores)
    left, top, right, bottom = truth[..., None].unbind(2)
    x, y = centres.T
    inside = (x > left) & (x < right) & (y > top) & (y < bottom) & (kinds >= 0)[..., None]
    overlap = paired_iou(truth[:, :, None], boxes[:, None]) * inside
    own = scores.gather(2, kinds.clamp(min=0)[:, None].expand(-1, scores.shape[1], -1)).transpose(1, 2)
    fit = own.pow(power[0]) * overlap.pow(power[1])
    best = fit.topk(min(most, fit.shape[2]), dim=2)
    wanted = torch.zeros_like(inside).scatter_(2, best.indices, best.values > 0) & inside
    wanted |= _forgotten(wanted, centres, truth, kinds)
    claim = torch.where(wanted, overlap, -1.0).max(1)
    owned = claim.values >= 0
    chosen = torch.zeros_like(wanted).scatter_(1, claim.indices[:, None], owned[:, None])
    fit = fit * chosen
    peak, reach = fit.amax(2, keepdim=True), (overlap * chosen).amax(2, keepdim=True)
    worth = (fit / peak.clamp(min=1e-30) * reach.clamp(min=floor)).amax(1)
    picture, place = owned.nonzero(as_tuple=True)
    return Assigned(picture, place, claim.indices[picture, place], worth[picture, place])


def _forgotten(wanted: Tensor, centres: Tensor, truth: Tensor, kinds: Tensor) -> Tensor:
    """Of a truth that holds the middle of no cell, or that no cell says at all yet, the cell nearest to its middle."""
    found = torch.zeros_like(wanted)
    picture, number = ((kinds >= 0) & ~wanted.any(2)).nonzero(as_tuple=True)
    if len(picture):
        corners = truth[picture, number]
        apart = (centres[None] - (corners[:, None, :2] + corners[:, None, 2:]) / 2).square().sum(2)
        found[picture, number, apart.argmin(1)] = True
    return found


@torch.no_grad()
def centre_cells(grid: Cells, truth: Float[Tensor, "n m 4"], kinds: Int[Tensor, "n m"]) -> Assigned:
    """The cell that holds the centre owns the object, at the stride that fits its size: about four cells a side.

    A cell that two want goes to the smaller one.

    Args:
        grid: the cells.
        truth: corners, pixels; rows without one may hold anything.
        kinds: class of each truth; -1 where there is none.

    Source: course item 3.4; Tian et al. 2019, FCOS (a stride for each size).
    """
    picture, number = (kinds >= 0).nonzero(as_tuple=True)
    if not len(picture):
        return nothing(truth)
    corners = truth[picture, number]
    size = corners[:, 2:] - corners[:, :2]
    side = size.amax(1)
    strides = torch.unique(grid.strides)  # sorted
    own = strides[((side[:, None] > 8 * strides[None, :-1]).sum(1))]
    place = owner(grid, (corners[:, :2] + corners[:, 2:]) / 2, own)
    return _smallest_wins(picture, place, number, size.prod(1), len(grid.strides))


def owner(grid: Cells, centres: Float[Tensor, "k 2"], strides: Float[Tensor, " k"]) -> Int[Tensor, " k"]:
    """The cell of each stride that holds each centre; centres at the very edge belong to the last cell."""
    cheb = (grid.centres[None] - centres[:, None]).abs().amax(2) / strides[:, None]
    return torch.where(grid.strides[None] == strides[:, None], cheb, torch.inf).argmin(1)


def _smallest_wins(picture: Tensor, place: Tensor, number: Tensor, area: Tensor, places: int) -> Assigned:
    order = area.argsort(stable=True)
    key = (picture * places + place)[order]
    ranked, back = torch.unique(key, return_inverse=True)
    rows = torch.arange(len(key), device=key.device)
    first = torch.full((len(ranked),), len(key), device=key.device).scatter_reduce(0, back, rows, "amin")
    kept = order[first]
    return Assigned(picture[kept], place[kept], number[kept], torch.ones(len(kept), device=area.device))


def over_all(worth: Float[Tensor, " k"]) -> Float[Tensor, ""]:
    """What losses are divided by: the worth of all owners of a batch, 1 at least; of several processes the mean, so
    that they learn as one would that sees the whole batch."""
    own = worth.sum()
    together = world()
    if together.size > 1:
        own = torch.full_like(own, together.summed([own.item()])[0] / together.size)
    return own.clamp(min=1)


def nothing(like: Tensor) -> Assigned:
    """No truth at all; `like` is on the device that counts."""
    none = torch.zeros(0, dtype=torch.long, device=like.device)
    return Assigned(none, none, none, torch.zeros(0, device=like.device))


__all__ = ["RULES", "Assigned", "centre_cells", "nothing", "over_all", "owner", "task_aligned"]
