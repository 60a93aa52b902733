"""Whether a face is whose it is said to be."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lenslet.results.answered import checked_distance, checked_far, drawn, read_answer, same_but_picture
from lenslet.results.frozen import corners, locked, shares

__all__ = ["Verification"]

SCHEMA = 1


@dataclass(frozen=True, eq=False, repr=False)
class Verification:
    """One face against one person; two are equal when all but the picture is.

    Args:
        name: who it is said to be.
        distance: d = |f(a) - f(b)|^2 to the nearest of the person's pictures, 0 to 4.
        threshold: tau: the same person up to it.
        far: expected share of strangers who would be taken for the person there; None where nobody measured.
        pictures: how many of the person there are to compare with.
        quality: of the face, 0 to 1.
        box: around the face, corners x1 y1 x2 y2, pixels; None where the whole picture was taken.
        picture: where the face is from, or the picture itself; for `plot`.
        notes: what else a person should know.

    Source: course items 4.1, 4.4.
    """

    name: str
    distance: float | int
    threshold: float | int
    far: float | int | None
    pictures: int = 1
    quality: float | int = 1.0
    box: Float[np.ndarray, " 4"] | None = None
    picture: Path | np.ndarray | None = field(default=None)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        made: dict[str, Any] = {"distance": checked_distance(self.distance, "a distance")}
        made |= {"threshold": checked_distance(self.threshold, "a threshold"), "far": checked_far(self.far)}
        made |= {"quality": float(shares([self.quality], "the quality of a face")[0]), "notes": tuple(self.notes)}
        made["box"] = None if self.box is None else locked(corners(self.box[None])[0])
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @property
    def same(self) -> bool:
        """Whether it is the person: d <= tau."""
        return self.distance <= self.threshold

    def __bool__(self) -> bool:
        """Whether it is the person."""
        return self.same

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
            "task": "verify",
            "image": str(self.picture) if isinstance(self.picture, Path) else None,
            "name": self.name,
            "same": self.same,
            "distance": self.distance,
            "threshold": self.threshold,
            "far": self.far,
            "pictures": self.pictures,
            "quality": self.quality,
            "box": None if self.box is None else self.box.tolist(),
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Verification":
        """Read what `to_json` wrote; every number comes back bit for bit.

        Raises:
            CallError: the text is something else.
        """
        names = ("name", "distance", "threshold", "far", "pictures", "quality")
        return read_answer(cls, text, "verify", names, SCHEMA)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Verification):
            return NotImplemented
        return same_but_picture(self.to_dict(), other.to_dict())

    def __hash__(self) -> int:
        return hash((self.name, self.distance, self.threshold))

    def __repr__(self) -> str:
        return f"Verification({self})"

    def __str__(self) -> str:
        return (
            f"{'' if self.same else 'not '}{self.name} (distance {self.distance:.3f}, threshold {self.threshold:.3f})"
        )
