"""Whose face it is, of all who are enrolled; or nobody's."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lenslet.errors import CallError
from lenslet.results.answered import checked_distance, checked_far, drawn, read_answer, same_but_picture
from lenslet.results.frozen import corners, locked, shares

__all__ = ["Identification"]

SCHEMA = 1
UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False, repr=False)
class Identification:
    """One face against everybody; two are equal when all but the picture is.

    Args:
        nearest: who is nearest, near enough or not; None where nobody is enrolled.
        distance: d = |f(a) - f(b)|^2 to the nearest picture of that person, 0 to 4; None where nobody is enrolled.
        threshold: tau: the same person up to it; None where nobody is enrolled.
        far: expected share of strangers who would be taken for one given person; None where nobody measured.
        people: how many were compared.
        quality: of the face, 0 to 1.
        box: around the face, corners x1 y1 x2 y2, pixels; None where the whole picture was taken.
        picture: where the face is from, or the picture itself; for `plot`.
        notes: what else a person should know.

    Source: course items 4.2, 4.3.
    """

    nearest: str | None
    distance: float | int | None
    threshold: float | int | None
    far: float | int | None
    people: int
    quality: float | int = 1.0
    box: Float[np.ndarray, " 4"] | None = None
    picture: Path | np.ndarray | None = field(default=None)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        nobody = self.nearest is None
        if nobody != (self.distance is None) or (not nobody and self.threshold is None):
            raise CallError("somebody is nearest at a distance and a threshold, or nobody at none")
        made: dict[str, Any] = {"far": checked_far(self.far), "notes": tuple(self.notes)}
        if self.distance is not None and self.threshold is not None:
            made["distance"] = checked_distance(self.distance, "a distance")
            made["threshold"] = checked_distance(self.threshold, "a threshold")
        made["quality"] = float(shares([self.quality], "the quality of a face")[0])
        made["box"] = None if self.box is None else locked(corners(self.box[None])[0])
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @property
    def known(self) -> bool:
        """Whether it is somebody who is enrolled: d <= tau."""
        return self.distance is not None and self.threshold is not None and self.distance <= self.threshold

    @property
    def name(self) -> str | None:
        """Who it is; None for a face that is nobody's here."""
        return self.nearest if self.known else None

    @property
    def false_alarm(self) -> float | None:
        """Expected share of strangers who would be taken for anybody here: 1 - (1 - far)^people.

        Among a thousand people a stranger has a thousand chances to look like one.
        """
        return None if self.far is None else 1 - (1 - self.far) ** self.people

    def __bool__(self) -> bool:
        """Whether it is somebody who is enrolled."""
        return self.known

    def plot(self, path: str | Path) -> Path:
        """Write the picture with the face marked, and the answer.

        Raises:
            CallError: there is no picture, or the path's suffix names no format.
        """
        return drawn(self.picture, self.box, str(self), path)

    def to_dict(self) -> dict[str, Any]:
        """Plain values: the answer first."""
        return {
            "schema": SCHEMA,
            "task": "identify",
            "image": str(self.picture) if isinstance(self.picture, Path) else None,
            "name": self.name or UNKNOWN,
            "known": self.known,
            "nearest": self.nearest,
            "distance": self.distance,
            "threshold": self.threshold,
            "far": self.far,
            "false_alarm": self.false_alarm,
            "people": self.people,
            "quality": self.quality,
            "box": None if self.box is None else self.box.tolist(),
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Identification":
        """Read what `to_json` wrote; every number comes back bit for bit.

        Raises:
            CallError: the text is something else.
        """
        names = ("nearest", "distance", "threshold", "far", "people", "quality")
        return read_answer(cls, text, "identify", names, SCHEMA)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Identification):
            return NotImplemented
        return same_but_picture(self.to_dict(), other.to_dict())

    def __hash__(self) -> int:
        return hash((self.nearest, self.distance, self.threshold))

    def __repr__(self) -> str:
        return f"Identification({self})"

    def __str__(self) -> str:
        if self.distance is None:
            return f"{UNKNOWN} (nobody is enrolled)"
        if self.known:
            return f"{self.name} (distance {self.distance:.3f}, threshold {self.threshold:.3f})"
        return f"{UNKNOWN} (nearest {self.nearest}, distance {self.distance:.3f}, threshold {self.threshold:.3f})"
