"""A run that has a model, with its numbers and answers, as its folder tells them."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lenslet.errors import LensletError
from lenslet.results import Answer, Evaluation
from lenslet.results.answers import read_answers
from lenslet.results.confusion import most_confused
from lenslet.studio.training.progress import Progress, read_progress
from lenslet.studio.training.runs import Run
from lenslet.verbs.run_folder import ANSWERS, EVALUATION

__all__ = [
    "MISSED",
    "NOTHING",
    "PLACED",
    "Difference",
    "Erring",
    "Matrix",
    "compared",
    "confusion",
    "erring",
    "measured_runs",
    "read",
]

NOTHING, MISSED, PLACED = "(nothing there)", "(missed)", "(badly placed)"
_ASIDE = "duplicate"  # a second answer for a thing that was found: it takes nothing for anything
_CLASSES = 25  # rows of a confusion matrix; of more, those that are confused most
LOWER = frozenset({"loss", "ece", "nme", "eer", "one_shot_error", "failure@0.08"})
"""Metrics of which less is better."""


@dataclass(frozen=True)
class Matrix:
    """A table of confusion.

    Args:
        rows: what is there.
        columns: what was said.
        counts: of answers.
        of: how many classes there are, where not all are shown.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: np.ndarray
    of: int


@dataclass(frozen=True)
class Erring:
    """A picture with what was said wrongly of it.

    Args:
        picture: its file.
        said: the mistakes in words.
        cost: of all of them together.
    """

    picture: Path | None
    said: tuple[str, ...]
    cost: float
    beside: Path | None = None


@dataclass(frozen=True)
class Difference:
    """One metric of two runs.

    Args:
        name: of the metric.
        values: of the first and the second run; None where it was not measured.
        intervals: of 95 %, where there are any.
        better: 1 or 2 where the intervals of the two do not overlap, else 0.
    """

    name: str
    values: tuple[float | None, float | None]
    intervals: tuple[tuple[float, float] | None, tuple[float, float] | None]
    better: int


def measured_runs(runs: Path) -> list[Run]:
    """Runs of the project that have a model, the latest first."""
    cards = sorted(runs.glob("*/card.json"), key=lambda path: -path.stat().st_mtime)
    return [
        Run(path.parent.name, path.parent, "finished", read_progress(path.parent) or Progress("finished"))
        for path in cards
    ]


def read(run: Run) -> tuple[Evaluation | None, tuple[Answer, ...]]:
    """Its numbers, and each answer; None and nothing where it was not measured, or by an older version."""
    return _read(run.folder, _mark(run.folder / EVALUATION), _mark(run.folder / ANSWERS))


def confusion(evaluation: Evaluation, answers: Sequence[Answer]) -> Matrix | None:
    """What was taken for what; of things in pictures also what was missed, and what was found where nothing is."""
    if not any(one.truth or one.said for one in answers):
        return None
    labels = list(evaluation.labels)
    pairs = Counter((_row(one), _column(one)) for one in answers if one.kind != _ASIDE)
    rows = labels + ([NOTHING] if any(truth == NOTHING for truth, _ in pairs) else [])
    columns = labels + [name for name in (PLACED, MISSED) if any(said == name for _, said in pairs)]
    counts = np.array([[pairs[truth, said] for said in columns] for truth in rows], np.int64)
    if len(labels) > _CLASSES:
        kept = most_confused(counts[: len(labels), : len(labels)], _CLASSES).tolist()
        down = [*kept, *range(len(labels), len(rows))]
        across = [*kept, *range(len(labels), len(columns))]
        counts = counts[np.ix_(down, across)]
        rows, columns = [rows[i] for i in down], [columns[i] for i in across]
    return Matrix(tuple(rows), tuple(columns), counts, len(labels))


def erring(
    evaluation: Evaluation, answers: Sequence[Answer], *, truth: str = "", said: str = "", kind: str = ""
) -> list[Erring]:
    """Pictures with mistakes, the costliest first; or those of one cell of the matrix, right ones too.

    Args:
        evaluation: whose worst are told where there is no table of answers.
        answers: of it.
        truth: only what is this.
        said: only what was said to be this.
        kind: only mistakes of this kind.
    """
    if not answers:
        return [
            Erring(_file(miss.picture), (f"{miss.truth}: said {miss.predicted}",), float(miss.loss), _file(miss.beside))
            for miss in evaluation.worst
        ]
    cell = bool(truth or said)
    chosen = [
        one
        for one in answers
        if (cell or one.kind)
        and not (cell and one.kind == _ASIDE)
        and (not truth or _row(one) == truth)
        and (not said or _column(one) == said)
        and (not kind or one.kind == kind)
    ]
    found: dict[Path | None, list[Answer]] = {}
    for one in chosen:
        found.setdefault(_file(one.picture), []).append(one)
    made = [
        Erring(picture, tuple(in_words(own)), float(sum(one.cost for one in own))) for picture, own in found.items()
    ]
    return sorted(made, key=lambda one: -one.cost)


def compared(first: Evaluation, second: Evaluation) -> list[Difference]:
    """Each metric of both; those of single classes last."""
    names = [*first.metrics, *(name for name in second.metrics if name not in first.metrics)]
    made = []
    for name in sorted(names, key=lambda name: "/" in name):
        values = tuple(_value(one, name) for one in (first, second))
        intervals = tuple(_interval(one, name) for one in (first, second))
        better = 0
        if intervals[0] is not None and intervals[1] is not None:
            (low1, high1), (low2, high2) = intervals[0], intervals[1]
            higher = 1 if low1 > high2 else 2 if low2 > high1 else 0
            better = (3 - higher) if higher and name in LOWER else higher
        made.append(Difference(name, (values[0], values[1]), (intervals[0], intervals[1]), better))
    return made


def in_words(answers: Iterable[Answer]) -> list[str]:
    """Answers as sentences, equal ones counted."""
    told = Counter(_said(one) for one in answers)
    return [text if count == 1 else f"{count} x {text}" for text, count in told.items()]


def _row(one: Answer) -> str:
    return one.truth or NOTHING


def _column(one: Answer) -> str:
    return PLACED if one.kind in ("badly placed", "both") else one.said or MISSED


def _said(one: Answer) -> str:
    if not (one.truth or one.said):
        return one.kind
    if not one.said:
        return f"missed {one.truth}"
    if not one.truth:
        return f"said {one.said}, nothing there"
    more = f", {one.kind}" if one.kind in ("badly placed", "duplicate", "both") else ""
    return f"is {one.truth}, said {one.said}{more}" if one.truth != one.said else f"{one.truth}{more}"


def _value(evaluation: Evaluation, name: str) -> float | None:
    value = evaluation.metrics.get(name)
    return None if value is None or not math.isfinite(value) else float(value)


def _interval(evaluation: Evaluation, name: str) -> tuple[float, float] | None:
    found: Any = evaluation.intervals.get(name)
    return None if found is None else (float(found[0]), float(found[1]))


def _file(picture: object) -> Path | None:
    return picture if isinstance(picture, Path) else None


def _mark(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=16)
def _read(folder: Path, _evaluation: int, _answers: int) -> tuple[Evaluation | None, tuple[Answer, ...]]:
    try:
        evaluation = Evaluation.from_json((folder / EVALUATION).read_text(encoding="utf-8"))
    except (OSError, LensletError):
        return None, ()
    try:
        return evaluation, read_answers(folder / ANSWERS)
    except LensletError:
        return evaluation, ()
