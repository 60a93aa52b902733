"""Raw maps of a net -> boxes in pixels of its input."""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lenslet.boxes import nms
from lenslet.results import Detections
from lenslet.tasks.detect.head import Head

OVERLAP = 0.6  # of boxes of one class, above which the better one stays alone
MOST = 300  # boxes a picture
_CONSIDERED = 3000  # of a picture, before non-max suppression

Found = tuple[Float[Tensor, "k 4"], Float[Tensor, " k"], Int[Tensor, " k"]]


def found(
    boxes: Float[Tensor, "p 4"],
    scores: Float[Tensor, "p c"],
    *,
    at_least: int | float,
    overlap: int | float = OVERLAP,
    most: int = MOST,
) -> Found:
    """Corners, scores and classes of what one picture shows, best first.

    Args:
        boxes: of every cell.
        scores: of every class; a box may count for several.
        at_least: lowest score.
        overlap: see `boxes.nms`.
        most: boxes at the most.

    Source: course item 3.6.
    """
    place, label = (scores >= at_least).nonzero(as_tuple=True)
    score = scores[place, label]
    if len(score) > _CONSIDERED:
        best = score.topk(_CONSIDERED).indices
        place, label, score = place[best], label[best], score[best]
    kept = nms(boxes[place], score, label, overlap=overlap, most=most)
    return boxes[place[kept]], score[kept], label[kept]


def truths(truth: Float[Tensor, "n m 5"], names: tuple[str, ...]) -> Iterator[Detections]:
    """The truth of a batch as detections, in pixels of the net's input."""
    for row in truth.double().cpu().numpy():
        there = row[row[:, 0] >= 0]
        yield Detections.truth(there[:, 1:], there[:, 0].astype(np.int64), names)


@torch.no_grad()
def said(
    maps: tuple[Tensor, ...], head: Head, names: tuple[str, ...], *, at_least: float = 0.01
) -> Iterator[Detections]:
    """What a net says of a batch, in pixels of its input."""
    for boxes, scores in zip(*head.decode(maps), strict=True):
        corners, sure, labels = found(boxes, scores, at_least=at_least, most=100)
        corners[:, 2:] = torch.maximum(corners[:, 2:], corners[:, :2])
        numbers = sure.double().cpu().numpy().clip(0, 1)
        yield Detections(corners.double().cpu().numpy(), numbers, labels.cpu().numpy(), names)
