"""Every answer of a measurement beside its truth: the table from which one finds the pictures behind a number."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lenslet.errors import CallError
from lenslet.files import write_whole

__all__ = ["Answer", "read_answers", "write_answers"]

_COLUMNS = ("image", "truth", "said", "score", "cost", "kind", "x1", "y1", "x2", "y2")


@dataclass(frozen=True)
class Answer:
    """One answer: of a picture, or of one thing in it.

    Args:
        picture: its file, or the picture itself.
        truth: the class that is there; "" where nothing is, or where there are no classes.
        said: the class that was answered; "" where a thing was missed.
        score: how sure the answer was, 0..1.
        cost: what the mistake cost, as the task counts it; 0 where the answer is right.
        kind: of the mistake, in a few words; "" where the answer is right.
        box: corners x1 y1 x2 y2 of the answer, of a missed thing its own, pixels; None where there is none.
    """

    picture: Path | np.ndarray | None
    truth: str
    said: str
    score: int | float
    cost: int | float = 0.0
    kind: str = ""
    box: tuple[int | float, int | float, int | float, int | float] | None = None


def write_answers(path: Path, answers: Sequence[Answer]) -> None:
    """A line each as CSV, the costliest first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in sorted(answers, key=lambda one: -one.cost):
        name = str(one.picture) if isinstance(one.picture, Path) else ""
        box = ("",) * 4 if one.box is None else tuple(f"{edge:.6g}" for edge in one.box)
        writer.writerow((name, one.truth, one.said, f"{one.score:.6g}", f"{one.cost:.6g}", one.kind, *box))
    write_whole(path, text.getvalue())


def read_answers(path: Path) -> tuple[Answer, ...]:
    """Read what `write_answers` wrote.

    Raises:
        CallError: it is something else, or cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(_read(csv.DictReader(file)))
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise CallError(f"{path} is no table of answers ({error}); measure the model again") from error


def _read(rows: Iterable[dict[str, str]]) -> Iterable[Answer]:
    for row in rows:
        edges = [float(row[edge]) if row[edge] else math.nan for edge in ("x1", "y1", "x2", "y2")]
        yield Answer(
            Path(row["image"]) if row["image"] else None,
            row["truth"],
            row["said"],
            float(row["score"]),
            float(row["cost"]),
            row["kind"],
            None if any(map(math.isnan, edges)) else (edges[0], edges[1], edges[2], edges[3]),
        )
