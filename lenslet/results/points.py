"""Where the named points of one thing are: the corners of an eye, the joints of a body."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from lenslet import draw
from lenslet.errors import CallError, ShapeError
from lenslet.image import open_image, save_image
from lenslet.results.frozen import locked, one_a_row, picture_of, shares, size_of

__all__ = ["Point", "Points"]

SCHEMA = 1


class Point(NamedTuple):
    """One of them: its name, its place in pixels, whether it is visible (0 not known, 1 hidden, 2 to be seen)."""

    name: str
    x: float
    y: float
    visible: int


@dataclass(frozen=True, eq=False, repr=False)
class Points:
    """The points of one thing, in pixels of the original picture; two are equal when all but the picture is.

    Args:
        places: x y of each, pixels; NaN where it is not known.
        names: of each.
        visible: of each 0 where its place is not known, 1 where it is hidden, 2 where it is to be seen.
        scores: of each, 0 to 1, where a model says how sure it is.
        lines: pairs of numbers of points that belong together, for drawing.
        picture: where they came from, or the picture itself; for `plot`.
        size: (height, width) of the picture, pixels.
    """

    places: Float[np.ndarray, "k 2"]
    names: tuple[str, ...]
    visible: Int[np.ndarray, " k"] | None = None
    scores: Float[np.ndarray, " k"] | None = None
    lines: tuple[tuple[int, int], ...] = ()
    picture: Path | np.ndarray | None = field(default=None)
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        places = np.array(self.places, np.float64)
        if places.ndim != 2 or places.shape[1] != 2:
            raise ShapeError(f"points of shape {places.shape}: give (k, 2), x y in pixels")
        one_a_row(len(places), names=self.names, visible=self.visible, scores=self.scores)
        finite = np.isfinite(places).all(1)
        visible = np.where(finite, 2, 0) if self.visible is None else np.array(self.visible, np.int64)
        if not np.isin(visible, (0, 1, 2)).all():
            raise CallError(f"visible is 0 (not known), 1 (hidden) or 2 (to be seen) of each point, not {visible}")
        if (~finite & (visible > 0)).any():
            raise CallError("a point that is known has a finite place; give visible 0 where it is not known")
        places[visible == 0] = np.nan
        lines = tuple((int(a), int(b)) for a, b in self.lines)
        if any(not (0 <= end < len(places)) for line in lines for end in line):
            raise CallError(f"lines join points by their numbers, 0 to {len(places) - 1}, not {lines}")
        made = {"places": locked(places), "names": tuple(self.names), "visible": locked(visible, np.int64)}
        made |= {"lines": lines, "size": size_of(self.size)}
        made["scores"] = None if self.scores is None else shares(self.scores, "scores")
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Point]:
        for name, (x, y), seen in zip(self.names, self.places.tolist(), self._seen.tolist(), strict=True):
            yield Point(name, x, y, seen)

    def __getitem__(self, chosen: Any) -> "Points":
        """Those that a mask, a slice, a number or several numbers choose; lines between them stay."""
        rows = np.atleast_1d(np.arange(len(self))[chosen])
        new = {int(old): number for number, old in enumerate(rows)}
        return replace(
            self,
            places=self.places[rows],
            names=tuple(self.names[i] for i in rows),
            visible=self._seen[rows],
            scores=None if self.scores is None else self.scores[rows],
            lines=tuple((new[a], new[b]) for a, b in self.lines if a in new and b in new),
        )

    @property
    def _seen(self) -> Int[np.ndarray, " k"]:
        assert self.visible is not None  # __post_init__ sees to it
        return self.visible

    @property
    def known(self) -> Bool[np.ndarray, " k"]:
        """Of which points the place is known."""
        made: np.ndarray = self._seen > 0
        return made

    @property
    def box(self) -> Float[np.ndarray, " 4"] | None:
        """The smallest box around the known ones, x1 y1 x2 y2 pixels; None where none is known."""
        if not self.known.any():
            return None
        own = self.places[self.known]
        return np.concatenate([own.min(0), own.max(0)])

    def drawn(self, more: "Sequence[Points]" = ()) -> np.ndarray:
        """The picture with the points on it, hidden ones in another colour; `more` are those of other things in it.

        Raises:
            CallError: there is no picture.
            ImageError: it is not there any more.
        """
        if self.picture is None:
            raise CallError("these points know no picture to be drawn on; set `picture`")
        canvas = open_image(self.picture)
        for one in (self, *more):
            canvas = draw.lines(canvas, one.places, one.lines)
            canvas = draw.points(canvas, one.places, kinds=[0 if point.visible == 2 else 8 for point in one])
        return canvas

    def plot(self, path: str | Path) -> Path:
        """Write the picture with the points on it.

        Raises:
            CallError: there is no picture, or the path's suffix names no format.
            ImageError: the picture is not there any more.
        """
        return save_image(self.drawn(), path)

    def to_dict(self) -> dict[str, Any]:
        """Plain values: a dictionary for each point, and everything that `from_json` needs."""
        points: list[dict[str, Any]] = [
            {"name": p.name, "x": p.x if p.visible else None, "y": p.y if p.visible else None, "visible": p.visible}
            for p in self
        ]
        if self.scores is not None:
            for one, score in zip(points, self.scores.tolist(), strict=True):
                one["score"] = score
        return {
            "schema": SCHEMA,
            "task": "landmark",
            "image": str(self.picture) if isinstance(self.picture, Path) else None,
            "size": None if self.size is None else list(self.size),
            "points": points,
            "lines": [list(line) for line in self.lines],
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Points":
        """Read what `to_json` wrote; every number comes back bit for bit.

        Raises:
            CallError: the text is something else.
        """
        try:
            plain = json.loads(text)
            if plain["schema"] != SCHEMA or plain["task"] != "landmark":
                raise CallError(f"this JSON is no points of schema {SCHEMA}: {text:.80}")
            points = plain["points"]
            path, size = picture_of(plain)
            places = [[np.nan if p[axis] is None else p[axis] for axis in "xy"] for p in points]
            scored = bool(points) and all("score" in p for p in points)
            return cls(
                np.array(places, np.float64).reshape(-1, 2),
                tuple(p["name"] for p in points),
                np.array([p["visible"] for p in points], np.int64),
                np.array([p["score"] for p in points], np.float64) if scored else None,
                tuple((a, b) for a, b in plain["lines"]),
                path,
                size,
            )
        except CallError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CallError(f"this is not the JSON of points ({error}): {text:.80}") from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Points):
            return NotImplemented
        same_scores = (self.scores is None) == (other.scores is None) and (
            self.scores is None or np.array_equal(self.scores, other.scores)  # type: ignore[arg-type]
        )
        return (
            (self.names, self.lines, self.size) == (other.names, other.lines, other.size)
            and np.array_equal(self.places, other.places, equal_nan=True)
            and np.array_equal(self._seen, other._seen)
            and same_scores
        )

    def __hash__(self) -> int:
        return hash((self.names, self.places.tobytes()))

    def __repr__(self) -> str:
        return f"Points({self})"

    def __str__(self) -> str:
        return f"{int(self.known.sum())} of {len(self)} points"
