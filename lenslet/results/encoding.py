"""What a net knows of one face, or of one thing, as a list of numbers that can be compared."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lenslet.errors import CallError, ShapeError
from lenslet.results.frozen import corners, locked, picture_of, shares

__all__ = ["Encoding"]

SCHEMA = 1
_FAR_FROM_ONE = 1e-3


@dataclass(frozen=True, eq=False, repr=False)
class Encoding:
    """f(x): numbers of length 1 together; two are equal when all but the picture is.

    Args:
        vector: the numbers; the sum of their squares is 1.
        box: around the face in the original, corners x1 y1 x2 y2, pixels; None where the whole picture was taken.
        quality: how fit the face is to be compared, 0 to 1: sharp, large, seen from the front.
        picture: where it came from, or the picture itself.

    Source: course item 4.5; Schroff et al. 2015 (FaceNet).
    """

    vector: Float[np.ndarray, " d"]
    box: Float[np.ndarray, " 4"] | None = None
    quality: float | int = 1.0
    picture: Path | np.ndarray | None = field(default=None)

    def __post_init__(self) -> None:
        vector = np.asarray(self.vector, np.float64)
        if vector.ndim != 1 or not len(vector):
            raise ShapeError(f"an encoding of shape {vector.shape}: give one row of numbers")
        length = float(np.sqrt((vector**2).sum()))
        if not abs(length - 1) < _FAR_FROM_ONE:  # NaN fails this, too
            raise CallError(f"an encoding of length {length:g}: divide it by its length, so that it is 1")
        object.__setattr__(self, "vector", locked(vector))
        object.__setattr__(self, "quality", float(shares([self.quality], "the quality of a face")[0]))
        if self.box is not None:
            object.__setattr__(self, "box", locked(corners(np.asarray(self.box)[None])[0]))

    def __len__(self) -> int:
        """How many numbers."""
        return len(self.vector)

    def distance(self, other: "Encoding") -> float:
        """d = |f(a) - f(b)|^2: 0 for equal ones, 4 for opposite ones.

        Raises:
            ShapeError: the other has more numbers, or fewer.

        Source: course items 4.4, 4.5.
        """
        if len(self) != len(other):
            raise ShapeError(f"encodings of {len(self)} and {len(other)} numbers come from different models")
        return float(((self.vector - other.vector) ** 2).sum())

    def to_dict(self) -> dict[str, Any]:
        """Plain values; a face's numbers are biometric data, to be kept as such."""
        return {
            "schema": SCHEMA,
            "task": "face",
            "image": str(self.picture) if isinstance(self.picture, Path) else None,
            "box": None if self.box is None else self.box.tolist(),
            "quality": self.quality,
            "vector": self.vector.tolist(),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Encoding":
        """Read what `to_json` wrote; every number comes back bit for bit.

        Raises:
            CallError: the text is something else.
        """
        try:
            plain = json.loads(text)
            if plain["schema"] != SCHEMA or plain["task"] != "face":
                raise CallError(f"this JSON is no encoding of schema {SCHEMA}: {text:.80}")
            box = None if plain["box"] is None else np.array(plain["box"], np.float64)
            return cls(np.array(plain["vector"], np.float64), box, plain["quality"], picture_of(plain)[0])
        except CallError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CallError(f"this is not the JSON of an encoding ({error}): {text:.80}") from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Encoding):
            return NotImplemented
        same_box = np.array_equal(self.box, other.box) if self.box is not None and other.box is not None else True
        return (
            np.array_equal(self.vector, other.vector)
            and self.quality == other.quality
            and (self.box is None) == (other.box is None)
            and bool(same_box)
        )

    def __hash__(self) -> int:
        return hash((self.vector.tobytes(), self.quality))

    def __repr__(self) -> str:
        return f"Encoding({self})"

    def __str__(self) -> str:
        return f"{len(self)} numbers, quality {self.quality:.2f}"
