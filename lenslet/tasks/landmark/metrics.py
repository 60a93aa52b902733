"""How far points are from where they should be. Imports no torch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lenslet.errors import CallError
from lenslet.results import Answer, Evaluation, Miss, Points
from lenslet.results.intervals import bootstrap

EYES = (36, 45)
"""The outer corners of the eyes among the 68 points of a face (Sagonas et al. 2013, iBUG 300-W)."""
FAR = 0.08
UNITS = {
    "eyes": "the distance between the outer corners of the eyes",
    "box": "the square root of the area of the thing's box",
    "picture": "the square root of the area of the picture",
}


def unit_of(names: Sequence[str], boxes: Sequence[Float[np.ndarray, " 4"] | None]) -> str:
    """In what distances are told, a name in `UNITS`: by the eyes of 68-point faces, else by boxes, where all have area.

    Args:
        names: of the points.
        boxes: around each thing, pixels.
    """
    if is_face(names):
        return "eyes"
    sides = [box[2:] - box[:2] for box in boxes if box is not None]
    return "box" if len(names) > 2 and sides and all(side.min() > 0 for side in sides) else "picture"


def is_face(names: Sequence[str]) -> bool:
    """Whether these are the 68 points of a face, in the order of iBUG: 68 without any names but numbers."""
    return len(names) == 68 and all(name.isdecimal() for name in names)


def evaluate(
    predicted: Sequence[Points],
    truth: Sequence[Points],
    *,
    boxes: Sequence[Float[np.ndarray, " 4"] | None] | None = None,
    unit: str | None = None,
    groups: Sequence[str] | None = None,
    worst: int = 24,
    skipped: Sequence[tuple[str | Path, str]] = (),
    notes: Sequence[str] = (),
) -> Evaluation:
    """Compare points with the truth.

    Metrics: `nme`, the distance between answer and truth in a unit of each thing's own size, its mean over the known
    points and then over the things; `auc@0.08`, the mean over the things of 1 - nme / 0.08, 0 from there on: the area
    under the curve of how many things are nearer than that, as a share; `failure@0.08`, the share of things beyond it.

    Args:
        predicted: an answer a thing.
        truth: of each; what is not known there is not measured.
        boxes: around each thing, pixels of its picture; around its known points unless given.
        unit: a name in `UNITS`; by the look of the points unless given.
        groups: things of one person, or of one film; intervals draw them together.
        worst: how many of the farthest answers to keep.
        skipped: (path, why) of files that could not be read.
        notes: sentences that a reader of the numbers must know.

    Raises:
        CallError: nothing to compare, or not one answer a thing.

    Source: course item 3.2; Sagonas et al. 2013 (300-W) for nme, failure and the area under the curve.
    """
    if not truth or len(predicted) != len(truth):
        raise CallError(
            f"{len(predicted)} answers do not go with {len(truth)} things; give one a thing, and at least one"
        )
    around = list(boxes) if boxes is not None else [one.box for one in truth]
    names = truth[0].names
    unit = unit or unit_of(names, around)
    apart = np.stack(
        [distances(a, t) / _size(t, box, unit) for a, t, box in zip(predicted, truth, around, strict=True)]
    )
    measured = np.isfinite(apart).any(1)
    if not measured.any():
        raise CallError(f"none of the {len(truth)} things has a known point and a size; nothing can be measured")
    said = list(notes)
    if not measured.all():
        count = int((~measured).sum())
        what = "known points" if unit != "eyes" else "known eye corners"
        said.append(f"{count} thing{'' if count == 1 else 's'} without {what}: not measured")
    said.append(f"nme counts in units of {UNITS[unit]}")
    rows = np.flatnonzero(measured).tolist()
    nme = np.nanmean(apart[rows], 1)
    table = np.stack([nme, np.maximum(1 - nme / FAR, 0), nme > FAR], 1)
    found = dict(zip(("nme", f"auc@{FAR}", f"failure@{FAR}"), table.mean(0).tolist(), strict=True))
    between = bootstrap(table, None if groups is None else [groups[i] for i in rows])
    if groups is not None and between is not None:
        said.append(f"intervals are over {len({groups[i] for i in rows})} groups of pictures that belong together")
    order = np.argsort(-nme, kind="stable")
    misses = [_miss(predicted[rows[i]], truth[rows[i]], apart[rows[i]], float(nme[i])) for i in order]
    return Evaluation(
        task="landmark",
        n=len(rows),
        metrics=found,
        intervals={} if between is None else dict(zip(found, between, strict=True)),
        labels=names,
        per_class=_per_point(apart[rows], names),
        worst=tuple(misses[:worst]),
        skipped=tuple(skipped),
        notes=tuple(said),
        answers=tuple(Answer(miss.picture, "", "", miss.score, miss.loss, miss.predicted) for miss in misses),
    )


def distances(predicted: Points, truth: Points) -> Float[np.ndarray, " k"]:
    """Between answer and truth of each point, pixels; NaN where the truth is not known.

    A point of which the model says nothing counts as far as the picture is wide: it costs, but not without limit.
    """
    apart: np.ndarray = np.linalg.norm(predicted.places - truth.places, axis=1)
    lost = truth.known & ~np.isfinite(apart)
    if lost.any():
        apart = np.where(lost, float(max(truth.size or (1, 1))), apart)
    return apart


def _size(truth: Points, box: Float[np.ndarray, " 4"] | None, unit: str) -> float:
    """What counts as one; NaN where that is not known."""
    if unit == "eyes":
        left, right = truth.places[list(EYES)]
        size = float(np.linalg.norm(left - right))
    elif unit == "box":
        size = float(np.sqrt(np.prod(box[2:] - box[:2]))) if box is not None else float("nan")
    else:
        size = float(np.sqrt(np.prod(truth.size))) if truth.size is not None else float("nan")
    return size if size > 0 else float("nan")


def _per_point(apart: Float[np.ndarray, "n k"], names: Sequence[str]) -> dict[str, dict[str, int | float]]:
    known = np.isfinite(apart)
    sums = np.where(known, apart, 0).sum(0)
    return {
        name: {"n": int(count), "nme": float(total / count) if count else float("nan")}
        for name, count, total in zip(names, known.sum(0), sums, strict=True)
    }


def _miss(predicted: Points, truth: Points, apart: Float[np.ndarray, " k"], nme: float) -> Miss:
    at = int(np.nanargmax(apart))
    sure = float(predicted.scores.mean()) if predicted.scores is not None else 1.0
    picture = truth.picture if truth.picture is not None else predicted.picture
    count = int(truth.known.sum())
    said = f"off by {nme:.1%}, at most by {apart[at]:.1%} at point {truth.names[at]}"
    return Miss(picture, f"{count} known {'point' if count == 1 else 'points'}", said, sure, nme)
