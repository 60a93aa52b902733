"""Which answer is which thing, by COCO's greedy rule, and what follows from it: average precision. Imports no torch.

faster-coco-eval says the numbers that are reported (`lenslet.tasks.detect.coco`). It does not say which answer took
which thing, and to draw pictures anew it would have to match them anew each time; so the rule is written out here, and
a test holds the two together to 1e-9.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Num

from lenslet.results import Detections

IOUS: Float[np.ndarray, " 10"] = np.linspace(0.5, 0.95, 10)
RECALLS: Float[np.ndarray, " 101"] = np.linspace(0, 1, 101)
MOST = 100
"""Answers of a class and picture that count, the surest; as in COCO's tool."""

_AT_ONCE = 4_000_000  # numbers in one step of `average_precision`; bounds its memory


@dataclass(frozen=True)
class Matches:
    """All answers that count, picture by picture and class by class, the surest first. Columns are of equal length.

    Args:
        picture: number of the picture.
        row: number of the answer in its picture.
        label: number of its class.
        score: 0..1.
        thing: at each IoU of `IOUS`, the row in the truth of what it found; -1 for none.
        ignored: at each of them, whether it fell on a crowd or on something difficult, and counts neither way.
        counted: of every picture, how many things of each class there are to be found.
    """

    picture: Int[np.ndarray, " n"]
    row: Int[np.ndarray, " n"]
    label: Int[np.ndarray, " n"]
    score: Float[np.ndarray, " n"]
    thing: Int[np.ndarray, "10 n"]
    ignored: Bool[np.ndarray, "10 n"]
    counted: Int[np.ndarray, "pictures k"]

    @property
    def hit(self) -> Bool[np.ndarray, "10 n"]:
        """Whether an answer found something that counts."""
        found: np.ndarray = (self.thing >= 0) & ~self.ignored
        return found


def match(predicted: Sequence[Detections], truth: Sequence[Detections]) -> Matches:
    """Let the answers of each picture and class take the things that they overlap, the surest answer first.

    Source: Lin et al. 2014, Microsoft COCO; the order of choice is that of its evaluation tool.
    """
    classes = len(truth[0].names) if truth else 0
    counted = np.zeros((len(truth), classes), np.int64)
    parts = []
    for number, (said, there) in enumerate(zip(predicted, truth, strict=True)):
        counts = ~spared(there)
        np.add.at(counted[number], there.labels[counts], 1)
        for label in np.unique(said.labels):
            rows = np.flatnonzero(said.labels == label)
            rows = rows[np.argsort(-said.scores[rows], kind="stable")][:MOST]
            things = np.flatnonzero(there.labels == label)
            things = things[np.argsort(~counts[things], kind="stable")]  # what counts is chosen before what does not
            over = overlap(said.boxes[rows], there.boxes[things], crowds(there)[things])
            taken = _greedy(over, ~counts[things])
            thing = np.where(taken >= 0, things[taken] if len(things) else -1, -1)
            parts.append((np.full(len(rows), number), rows, said.scores[rows], thing, spared(there)))
    if not parts:
        none = np.empty(0, np.int64)
        return Matches(none, none, none, np.empty(0), np.empty((10, 0), np.int64), np.empty((10, 0), bool), counted)
    picture, row, score, thing = (np.concatenate([part[column] for part in parts], -1) for column in range(4))
    ignored = np.concatenate(
        [(thing >= 0) & mask[thing] if len(mask) else np.zeros(thing.shape, bool) for *_, thing, mask in parts], 1
    )
    label = np.concatenate([predicted[part[0][0]].labels[part[1]] for part in parts])
    return Matches(picture, row, label, score, thing, ignored, counted)


def spared(truth: Detections) -> Bool[np.ndarray, " n"]:
    """What need not be found, and may be: crowds, and what is difficult."""
    hard = truth.difficult if truth.difficult is not None else np.zeros(len(truth), bool)
    made: np.ndarray = crowds(truth) | hard
    return made


def crowds(truth: Detections) -> Bool[np.ndarray, " n"]:
    """Which boxes are around many."""
    return truth.crowd if truth.crowd is not None else np.zeros(len(truth), bool)


def overlap(
    boxes: Float[np.ndarray, "n 4"], others: Float[np.ndarray, "m 4"], crowd: Bool[np.ndarray, " m"] | None = None
) -> Float[np.ndarray, "n m"]:
    """Intersection over union, 0..1; over the box alone where the other is a crowd.

    It goes by width and height, as COCO's tool does: the last bit decides at IoU 0.5.
    """
    size, other = boxes[:, 2:] - boxes[:, :2], others[:, 2:] - others[:, :2]
    last = np.minimum((boxes[:, :2] + size)[:, None], (others[:, :2] + other)[None])
    sides = last - np.maximum(boxes[:, None, :2], others[None, :, :2])
    both = np.where((sides > 0).all(2), sides[..., 0] * sides[..., 1], 0.0)
    area, around = size[:, 0] * size[:, 1], other[:, 0] * other[:, 1]
    either = area[:, None] + around[None] - both
    if crowd is not None and crowd.any():
        either = np.where(crowd[None], area[:, None], either)
    shares: np.ndarray = np.divide(both, either, out=np.zeros_like(both), where=both > 0)
    return shares


def average_precision(
    hit: Bool[np.ndarray, "t n"],
    ignored: Bool[np.ndarray, "t n"],
    picture: Int[np.ndarray, " n"],
    there: Num[np.ndarray, " pictures"],
    weights: Num[np.ndarray, "b pictures"],
) -> Float[np.ndarray, "b t"]:
    """Average precision of one class where each picture counts as often as its weight says; NaN without a thing.

    Args:
        hit: at each overlap, whether an answer found something; the surest first.
        ignored: whether it counts neither way.
        picture: of each answer.
        there: things of the class, by picture.
        weights: how often each picture is there; a row of ones is the data as they are.

    Source: COCO's tool: precision made falling, its mean at 101 recalls.
    """
    found = np.full((len(weights), len(hit)), np.nan)
    total = weights @ there
    step = max(_AT_ONCE // max(len(picture), 1), 1)
    for start in range(0, len(weights), step):
        some = slice(start, start + step)
        often = weights[some][:, picture]
        plain = np.cumsum(often, 1) if not ignored.all(0).any() else None
        for t in range(len(hit)):
            clear = not ignored[t].any() and plain is not None
            said = plain if clear else np.cumsum(often * ~ignored[t], 1)
            assert said is not None
            at = np.flatnonzero(hit[t])  # only where something is found does precision rise or recall move
            right = np.cumsum(often[:, at], 1)
            precision = right / np.maximum(said[:, at], 1)
            falling = np.maximum.accumulate(precision[:, ::-1], 1)[:, ::-1]
            falling = np.concatenate([falling, np.zeros((len(often), 1))], 1)
            for b in range(len(often)):
                if total[start + b] > 0:
                    place = np.searchsorted(right[b] / total[start + b], RECALLS, "left")
                    found[start + b, t] = falling[b, place].mean()
    return found


def by_class(matches: Matches) -> Iterable[tuple[int, Int[np.ndarray, " m"]]]:
    """For every class its answers, the surest first; of equal scores the earlier picture's."""
    for label in range(matches.counted.shape[1]):
        rows = np.flatnonzero(matches.label == label)
        yield label, rows[np.argsort(-matches.score[rows], kind="stable")]


def precisions(matches: Matches, weights: Num[np.ndarray, "b pictures"]) -> Float[np.ndarray, "b 10 k"]:
    """Average precision at each of `IOUS` and of each class, for each weighting of the pictures."""
    hit = matches.hit
    columns = [
        average_precision(
            hit[:, rows], matches.ignored[:, rows], matches.picture[rows], matches.counted[:, label], weights
        )
        for label, rows in by_class(matches)
    ]
    made: np.ndarray = np.stack(columns, -1) if columns else np.empty((len(weights), 10, 0))
    return made


def resampled(pictures: int, times: int, *, seed: int = 0) -> Int[np.ndarray, "times pictures"]:
    """How often each picture is in each of `times` samples drawn with replacement, each as large as the whole."""
    dice = np.random.default_rng(seed)
    made: np.ndarray = np.stack(
        [np.bincount(dice.integers(0, pictures, pictures), minlength=pictures) for _ in range(times)]
    )
    return made


def _greedy(over: Float[np.ndarray, "n m"], free: Bool[np.ndarray, " m"]) -> Int[np.ndarray, "10 n"]:
    """At each IoU, which thing each answer takes; those that are free may be taken again, and stand last."""
    taken = np.full((len(IOUS), len(over)), -1)
    near: dict[int, list[tuple[int, float]]] = {}
    rows, columns = np.nonzero(over >= IOUS[0])
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        near.setdefault(row, []).append((column, float(over[row, column])))
    for t, least in enumerate(IOUS.tolist()):
        gone: set[int] = set()
        for row, choice in near.items():
            best, chosen = least, -1
            for column, value in choice:
                if column in gone and not free[column]:
                    continue
                if chosen >= 0 and free[column] and not free[chosen]:
                    break
                if value >= best:
                    best, chosen = value, column
            if chosen >= 0:
                gone.add(chosen)
                taken[t, row] = chosen
    return taken
