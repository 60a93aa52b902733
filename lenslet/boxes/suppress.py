"""Of boxes that mean the same thing, keep the best: non-max suppression, hard and soft, class by class.

The greedy rule is: take the best box that is left, drop all that overlap it, and so on. It is followed exactly here,
yet not box by box. Of a block of the best boxes that are left, "box i is kept when none that is better and kept
overlaps it" is solved by putting the answer in until it stays: from the best on downwards one more box is settled each
time at the least, and in practice nearly all at once. Then everything that a kept box overlaps is dropped, and the next
block is drawn from what is left. Never more than a block times all boxes is held.
"""

import math

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lenslet.boxes.forms import area
from lenslet.boxes.overlap import paired_iou
from lenslet.errors import CallError, ShapeError

_BLOCK = 128  # boxes


def nms(
    boxes: Float[Tensor, "n 4"],
    scores: Float[Tensor, " n"],
    labels: Int[Tensor, " n"] | None = None,
    *,
    overlap: int | float = 0.5,
    at_least: int | float | None = None,
    most: int | None = None,
) -> Int[Tensor, " kept"]:
    """The numbers of the boxes that are kept, best first; of equal scores the earlier box comes first.

    Args:
        boxes: corners x1 y1 x2 y2.
        scores: of each box.
        labels: a class a box; boxes of different classes never drop each other. Without it, all are of one.
        overlap: boxes whose IoU with a better one is above this are dropped.
        at_least: boxes with a score below this are dropped first.
        most: how many to keep at the most, the best.

    Raises:
        ShapeError: the three do not go together.
        CallError: an `overlap` out of 0 to 1.

    Source: course item 3.6.
    """
    refuse(boxes, scores, labels, overlap)
    order = scores.sort(descending=True, stable=True).indices
    if at_least is not None:
        order = order[scores[order] >= at_least]
    if labels is None:
        kept = order[_greedy(boxes[order], overlap)]
    else:
        kept = order[_class_by_class(boxes[order], labels[order], overlap)]
    return kept if most is None else kept[:most]


def soft_nms(
    boxes: Float[Tensor, "n 4"],
    scores: Float[Tensor, " n"],
    labels: Int[Tensor, " n"] | None = None,
    *,
    sigma: int | float = 0.5,
    at_least: int | float = 0.001,
    most: int | None = None,
) -> tuple[Int[Tensor, " kept"], Float[Tensor, " kept"]]:
    """Instead of dropping what overlaps a better box, lower its score by exp(-IoU^2 / sigma), and go on.

    Objects that really stand in front of each other survive this; it takes a step for each box that is kept.

    Args:
        boxes: corners x1 y1 x2 y2.
        scores: of each box, not negative.
        labels: a class a box; boxes of different classes leave each other alone.
        sigma: the larger, the milder.
        at_least: a box whose score has fallen below this is dropped.
        most: how many to keep at the most.

    Returns:
        The numbers of the boxes kept, and their new scores, best first.

    Raises:
        ShapeError: the three do not go together.
        CallError: a `sigma` that is not above 0.

    Source: Bodla et al. 2017, Soft-NMS, equation 4.
    """
    refuse(boxes, scores, labels, 0.5)
    if not sigma > 0:
        raise CallError(f"sigma is {sigma}; give a number above 0, such as 0.5")
    left = torch.where(scores >= at_least, scores, -torch.inf)
    kept: list[Tensor] = []
    found: list[Tensor] = []
    for _ in range(len(boxes) if most is None else min(most, len(boxes))):
        score, best = left.max(0)
        if not score >= at_least:
            break
        kept.append(best)
        found.append(score)
        weight = torch.exp(-paired_iou(boxes[best], boxes).square() / sigma)
        if labels is not None:
            weight = torch.where(labels == labels[best], weight, 1)
        left = left * weight
        left[best] = -torch.inf
    if not kept:
        return torch.empty(0, dtype=torch.long, device=boxes.device), scores[:0]
    return torch.stack(kept), torch.stack(found)


def _class_by_class(
    boxes: Float[Tensor, "n 4"], labels: Int[Tensor, " n"], overlap: int | float
) -> Int[Tensor, " kept"]:
    """Numbers of the boxes that are kept, rising; the boxes are sorted, best first."""
    # Shifting each class to a place of its own would do with one run, but rounds the coordinates
    together = labels.sort(stable=True)
    counts = torch.bincount(torch.unique(together.values, return_inverse=True)[1]).tolist()
    kept = [own[_greedy(boxes[own], overlap)] for own in torch.split(together.indices, counts)]
    return torch.cat(kept).sort().values if kept else labels.new_empty(0, dtype=torch.long)


def _greedy(boxes: Float[Tensor, "n 4"], overlap: int | float) -> Int[Tensor, " kept"]:
    """Numbers of the boxes that are kept, rising; the boxes are sorted, best first, and of one class."""
    left = torch.arange(len(boxes), device=boxes.device)
    # Corners and area as five long rows: pairs of columns would be several times as slow
    rows = torch.cat([boxes, area(boxes)[:, None]], 1).T.contiguous()
    kept: list[Tensor] = []
    while len(left):
        block, own = left[:_BLOCK], rows[:, :_BLOCK]
        best = _settled(_over(own, own, overlap).triu(1))
        kept.append(block[best])
        left, rows = left[_BLOCK:], rows[:, _BLOCK:]
        if len(left):
            free = ~_over(own[:, best], rows, overlap).any(0)
            left, rows = left[free], rows[:, free]
    return torch.cat(kept) if kept else left


def _over(best: Float[Tensor, "5 b"], others: Float[Tensor, "5 m"], overlap: int | float) -> Bool[Tensor, "b m"]:
    """Whether IoU is above `overlap`, given rows x1 y1 x2 y2 area; the same sums as `iou`, in place."""
    x1, y1, x2, y2, own = best[:, :, None]
    common = torch.minimum(x2, others[2]).sub_(torch.maximum(x1, others[0])).clamp_(min=0)
    common *= torch.minimum(y2, others[3]).sub_(torch.maximum(y1, others[1])).clamp_(min=0)
    either = (own + others[4]).sub_(common)
    return common.div_(either) > overlap  # 0 / 0 is above nothing


def _settled(over: Bool[Tensor, "b b"]) -> Bool[Tensor, " b"]:
    """Which of a block are kept; `over[i, j]`: i comes before j and overlaps it."""
    kept = torch.ones(len(over), dtype=torch.bool, device=over.device)
    while True:
        better = ~(over & kept[:, None]).any(0)
        if torch.equal(better, kept):
            return kept
        kept = better


def refuse(boxes: Tensor, scores: Tensor, labels: Tensor | None, overlap: int | float) -> None:
    """Say what does not go together."""
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ShapeError(f"boxes of shape {tuple(boxes.shape)}: give (n, 4), corners x1 y1 x2 y2")
    for name, given in (("scores", scores), ("labels", labels)):
        if given is not None and given.shape != boxes.shape[:1]:
            raise ShapeError(f"{len(boxes)} boxes and {name} of shape {tuple(given.shape)}: give one a box")
    if not 0 <= overlap <= 1 or math.isnan(overlap):
        raise CallError(f"an overlap of {overlap}; give a number from 0 to 1")
