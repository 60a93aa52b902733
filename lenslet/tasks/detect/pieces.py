"""One answer of many windows on a picture: what several of them saw is said once, and halves are made whole.

Two windows that look at the same thing agree on it in the part of the picture that both see, whether or not one of
them sees all of it. That is the only measure here: boxes are cut to what both windows see, and then compared. A
window never sees a thing twice, its own suppression has seen to that; so two boxes of one window stay two.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from lenslet.results import Detections

__all__ = ["joined"]

_AGREE = 0.5  # IoU, of what both windows see
_INSIDE = 0.7  # share of the smaller box: a sliver of a thing lies in the thing
_OFF = 0.08  # how far a corner may be off, as a share of the box's side
_EDGE = 0.01  # and how far at the least, as a share of a tile's: a box that ends so near to an edge is cut by it
_AT_ONCE = 1_000_000  # pairs of boxes that are compared


@dataclass(frozen=True)
class _Found:
    """All boxes of all windows, in pixels of the picture, best first; the order of the windows leaves no trace."""

    boxes: Float[np.ndarray, "n 4"]
    scores: Float[np.ndarray, " n"]
    labels: Int[np.ndarray, " n"]
    window: Int[np.ndarray, " n"]
    cut: Bool[np.ndarray, " n"]


@dataclass(frozen=True)
class _Pairs:
    """Boxes of one class from two windows that meet: their numbers, and how much they have in common."""

    first: Int[np.ndarray, " p"]
    second: Int[np.ndarray, " p"]
    iou: Float[np.ndarray, " p"]
    seen: Float[np.ndarray, " p"]
    """IoU of the two, cut to what both windows see."""
    inside: Float[np.ndarray, " p"]
    """Share of the smaller one that lies in the larger."""


def joined(
    answers: Sequence[Detections],
    windows: Sequence[tuple[int, int, int, int]],
    size: tuple[int, int],
    *,
    side: int,
    overlap: int | float,
) -> Detections:
    """What all windows saw, each thing once, best first.

    Boxes that no window's edge cuts are grouped where they agree, a group being the mean weighted by score and by how
    finely the window saw it. A cut box that agrees with such a group is dropped. Cut boxes that only agree with each
    other are put together: the halves of a thing larger than the overlap.

    Args:
        answers: of each window, in its own pixels.
        windows: x1 y1 x2 y2, pixels; one may be the whole picture.
        size: (height, width) of the picture, pixels.
        side: of a tile, pixels.
        overlap: of tiles, as a share of the side.
    """
    names = answers[0].names
    frames = np.array(windows, np.float64)
    found = _gathered(answers, frames, size, _EDGE * side)
    if not len(found.boxes):
        return Detections.none(names, size=size)
    pairs = _pairs(found, frames)
    coarse = np.maximum((frames[:, 2:] - frames[:, :2]).max(1) / side, 1)[found.window]

    clear = ~found.cut
    alike = clear[pairs.first] & clear[pairs.second] & (pairs.iou >= _AGREE)
    group = _grouped(pairs, alike, pairs.iou, found.window)
    drop = _seen_better(found, pairs, group, coarse, overlap * side) | _seen_whole(found, pairs, group)
    halves = found.cut[pairs.first] & found.cut[pairs.second] & (pairs.seen >= _AGREE)
    halves &= ~drop[pairs.first] & ~drop[pairs.second]
    group = np.where(found.cut, _grouped(pairs, halves, pairs.seen, found.window), group)

    rows = np.flatnonzero(~drop)
    _, place = np.unique(group[rows], return_inverse=True)  # a group's number is that of its best box
    scores = np.zeros(place.max(initial=-1) + 1)
    np.maximum.at(scores, place, found.scores[rows])
    weight = np.maximum(found.scores[rows], 1e-6) / coarse[rows] ** 2
    total = np.bincount(place, weight)
    boxes = np.stack([np.bincount(place, weight * found.boxes[rows, i]) / total for i in range(4)], 1)
    around = np.concatenate([np.full((len(scores), 2), np.inf), np.full((len(scores), 2), -np.inf)], 1)
    np.minimum.at(around[:, :2], place, found.boxes[rows, :2])
    np.maximum.at(around[:, 2:], place, found.boxes[rows, 2:])
    labels, cut = np.zeros(len(scores), np.int64), np.zeros(len(scores), bool)
    labels[place], cut[place] = found.labels[rows], found.cut[rows]
    boxes = np.where(cut[:, None], around, boxes)
    order = np.argsort(-scores, kind="stable")
    return Detections(boxes[order], scores[order], labels[order], names, size=size)


def _gathered(
    answers: Sequence[Detections], frames: Float[np.ndarray, "w 4"], size: tuple[int, int], near: float
) -> _Found:
    """Boxes moved home and cut at the edge of their window; those cut by an edge inside the picture are marked."""
    window = np.repeat(np.arange(len(answers)), [len(answer) for answer in answers])
    frame = frames[window]
    boxes = np.concatenate([answer.boxes for answer in answers]) + np.tile(frame[:, :2], 2)
    boxes = np.concatenate([np.maximum(boxes[:, :2], frame[:, :2]), np.minimum(boxes[:, 2:], frame[:, 2:])], 1)
    scores = np.concatenate([answer.scores for answer in answers])
    labels = np.concatenate([answer.labels for answer in answers])
    inner = np.concatenate([frame[:, :2] > 0, frame[:, 2:] < np.array(size[::-1])], 1)
    reach = np.maximum(near, _OFF * np.tile(boxes[:, 2:] - boxes[:, :2], 2))
    cut = (inner & (np.abs(boxes - frame) <= reach)).any(1)
    there = np.flatnonzero((boxes[:, 2:] > boxes[:, :2]).all(1))
    keys = [*frame[there].T[::-1], *boxes[there].T[::-1], labels[there], -scores[there]]  # the last decides first
    order = there[np.lexsort(keys)]
    return _Found(boxes[order], scores[order], labels[order], window[order], cut[order])


def _pairs(found: _Found, frames: Float[np.ndarray, "w 4"]) -> _Pairs:
    """Of every two windows that meet, the boxes that do; about a million pairs are compared at once."""
    columns = [_measured(found, frames, one, other) for one, other in _candidates(found, frames)]
    return _Pairs(*(np.concatenate(column) for column in zip(*columns, strict=True)))


def _candidates(found: _Found, frames: Float[np.ndarray, "w 4"]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Numbers of boxes of two windows that may meet, many at a time."""
    order = np.argsort(found.window, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(found.window, minlength=len(frames)))[:-1])
    boxes = _grown(found.boxes)
    # The whole picture comes last, so that only what lies in a tile is compared with what the tile saw
    rank = np.argsort(np.argsort((frames[:, 2:] - frames[:, :2]).prod(1), kind="stable"))
    waiting, count = [(order[:0], order[:0])], 0
    for one, own in enumerate(rows):
        if not len(own):
            continue
        frame = np.concatenate([boxes[own, :2].min(0), boxes[own, 2:].max(0)])
        near = np.flatnonzero(_meet(frames, frames[one]) & (rank > rank[one]))
        others = np.concatenate([order[:0], *(rows[other] for other in near)])
        others = others[_meet(boxes[others], frame)]
        for part in np.array_split(own, len(own) * len(others) // _AT_ONCE + 1):
            waiting.append((np.repeat(part, len(others)), np.tile(others, len(part))))
            count += len(part) * len(others)
            if count >= _AT_ONCE:
                yield np.concatenate([pair[0] for pair in waiting]), np.concatenate([pair[1] for pair in waiting])
                waiting, count = [], 0
    if waiting:
        yield np.concatenate([pair[0] for pair in waiting]), np.concatenate([pair[1] for pair in waiting])


def _meet(boxes: Float[np.ndarray, "n 4"], frame: Float[np.ndarray, "4"]) -> Bool[np.ndarray, " n"]:
    """Which boxes have something in common with a frame."""
    made: np.ndarray = (np.minimum(boxes[:, 2:], frame[2:]) > np.maximum(boxes[:, :2], frame[:2])).all(1)
    return made


def _measured(
    found: _Found, frames: Float[np.ndarray, "w 4"], one: Int[np.ndarray, " p"], other: Int[np.ndarray, " p"]
) -> tuple[np.ndarray, ...]:
    """Those of a list of pairs that are of one class and meet: the columns of `_Pairs`."""
    alike = found.labels[one] == found.labels[other]
    first, second = np.minimum(one, other)[alike], np.maximum(one, other)[alike]
    boxes, grown = found.boxes, _grown(found.boxes)
    meet = _inside(grown[first], grown[second]) > 0
    first, second = first[meet], second[meet]
    window, next_to = frames[found.window[first]], frames[found.window[second]]
    low = np.maximum(window[:, :2], next_to[:, :2])
    high = np.minimum(window[:, 2:], next_to[:, 2:])
    parts = []
    for rows in (first, second):
        own = found.boxes[rows]
        parts.append(np.concatenate([np.maximum(own[:, :2], low), np.minimum(own[:, 2:], high)], 1))
    iou, inside = (measure(boxes[first], boxes[second]) for measure in (_iou, _inside))
    return first, second, iou, _iou(*parts), inside


def _iou(boxes: Float[np.ndarray, "p 4"], others: Float[np.ndarray, "p 4"]) -> Float[np.ndarray, " p"]:
    """As `boxes.paired_iou`, without torch."""
    common = _common(boxes, others)
    return _ratio(common, _area(boxes) + _area(others) - common)


def _inside(boxes: Float[np.ndarray, "p 4"], others: Float[np.ndarray, "p 4"]) -> Float[np.ndarray, " p"]:
    """As `boxes.inside`, without torch."""
    return _ratio(_common(boxes, others), np.minimum(_area(boxes), _area(others)))


def _common(boxes: Float[np.ndarray, "p 4"], others: Float[np.ndarray, "p 4"]) -> Float[np.ndarray, " p"]:
    sides = np.minimum(boxes[:, 2:], others[:, 2:]) - np.maximum(boxes[:, :2], others[:, :2])
    made: np.ndarray = np.maximum(sides, 0).prod(1)
    return made


def _area(boxes: Float[np.ndarray, "p 4"]) -> Float[np.ndarray, " p"]:
    made: np.ndarray = np.maximum(boxes[:, 2:] - boxes[:, :2], 0).prod(1)
    return made


def _ratio(part: Float[np.ndarray, " p"], whole: Float[np.ndarray, " p"]) -> Float[np.ndarray, " p"]:
    """A box without area overlaps nothing."""
    made: np.ndarray = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return made


def _grown(boxes: Float[np.ndarray, "n 4"]) -> Float[np.ndarray, "n 4"]:
    """Boxes with as much around them as their corners may be off."""
    made: np.ndarray = boxes + np.tile(boxes[:, 2:] - boxes[:, :2], 2) * _OFF * np.array([-1, -1, 1, 1])
    return made


def _grouped(
    pairs: _Pairs, chosen: Bool[np.ndarray, " p"], measure: Float[np.ndarray, " p"], window: Int[np.ndarray, " n"]
) -> Int[np.ndarray, " n"]:
    """Which group each box is in, called by its best box: pairs are joined, those that agree most first, as long as a
    group has no two boxes of one window."""
    group = np.arange(len(window))
    members = {}  # type: dict[int, list[int]]
    rows = np.flatnonzero(chosen)
    rows = rows[np.lexsort((pairs.second[rows], pairs.first[rows], -measure[rows]))]
    for one, other in zip(pairs.first[rows].tolist(), pairs.second[rows].tolist(), strict=True):
        low, high = sorted((int(group[one]), int(group[other])))
        mine, theirs = members.get(low, [low]), members.get(high, [high])
        if low != high and not {int(window[i]) for i in mine} & {int(window[i]) for i in theirs}:
            members[low] = mine + theirs
            group[theirs] = low
    return group


def _seen_better(
    found: _Found, pairs: _Pairs, group: Int[np.ndarray, " n"], coarse: Float[np.ndarray, " n"], small: float
) -> Bool[np.ndarray, " n"]:
    """Boxes of a coarse look at something that fits in a tile, where a tile saw something there."""
    fits = ((found.boxes[:, 2:] - found.boxes[:, :2]) < small).all(1)
    alone = np.bincount(group, minlength=len(group))[group] == 1
    drop = np.zeros(len(group), bool)
    for one, other in ((pairs.first, pairs.second), (pairs.second, pairs.first)):
        worse = (coarse[one] > coarse[other]) & fits[one] & alone[one] & ~found.cut[other]
        drop[one[worse & (pairs.inside >= _AGREE)]] = True
    return drop


def _seen_whole(found: _Found, pairs: _Pairs, group: Int[np.ndarray, " n"]) -> Bool[np.ndarray, " n"]:
    """Cut boxes of a thing that another window saw as a whole, unless their own window saw that thing beside them."""
    own = set(zip(group[~found.cut].tolist(), found.window[~found.cut].tolist(), strict=True))
    drop = np.zeros(len(group), bool)
    for one, other in ((pairs.first, pairs.second), (pairs.second, pairs.first)):
        within = _inside(found.boxes[one], _grown(found.boxes[other])) >= _INSIDE
        part = found.cut[one] & ~found.cut[other] & ((pairs.seen >= _AGREE) | within)
        for piece, thing in zip(one[part].tolist(), other[part].tolist(), strict=True):
            drop[piece] |= (int(group[thing]), int(found.window[piece])) not in own
    return drop
