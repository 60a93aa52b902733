"""Whether a picture shows one thing, which, and where: a class and one box."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lenslet import draw
from lenslet.errors import CallError, ShapeError
from lenslet.image import open_image, save_image
from lenslet.results.detections import Detections
from lenslet.results.frozen import corners, locked, one_a_row, picture_of, shares, size_of

__all__ = ["Localization"]

SCHEMA = 1


@dataclass(frozen=True, eq=False, repr=False)
class Localization:
    """y = (p_c, b, c_1 .. c_n) with the box in pixels of the original; two are equal when all but the picture is.

    Args:
        presence: p_c, the probability that there is something at all; of a truth 0 or 1.
        box: corners x1 y1 x2 y2, pixels; means nothing where nothing is there.
        scores: of each class, given that something is there.
        names: of the classes.
        picture: where it came from, or the picture itself; for `plot`.
        size: (height, width) of the picture, pixels.

    Source: course item 3.1.
    """

    presence: float | int
    box: Float[np.ndarray, " 4"]
    scores: Float[np.ndarray, " k"]
    names: tuple[str, ...]
    picture: Path | np.ndarray | None = field(default=None)
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if np.shape(self.box) != (4,):
            raise ShapeError(f"a box of shape {np.shape(self.box)}: give 4 numbers, x1 y1 x2 y2 in pixels")
        one_a_row(len(self.names), scores=self.scores)
        if not self.names:
            raise CallError("a localization needs at least one class")
        presence = float(shares([self.presence], "the probability that something is there")[0])
        made = {"presence": presence, "box": locked(corners(self.box[None])[0]), "names": tuple(self.names)}
        made |= {"scores": shares(self.scores, "scores"), "size": size_of(self.size)}
        for name, value in made.items():
            object.__setattr__(self, name, value)

    @classmethod
    def nothing(
        cls, names: tuple[str, ...], picture: Path | np.ndarray | None = None, size: tuple[int, int] | None = None
    ) -> "Localization":
        """The truth of a picture that shows none of the classes."""
        return cls(0.0, np.zeros(4), np.zeros(len(names)), names, picture, size)

    @property
    def found(self) -> bool:
        """Whether something is there, more likely than not."""
        return self.presence >= 0.5

    @property
    def label(self) -> str | None:
        """The most probable class; None where nothing is there."""
        return self.names[int(self.scores.argmax())] if self.found else None

    @property
    def score(self) -> float:
        """Probability of what is said: that it is there and of that class, or that nothing is."""
        return float(self.presence * self.scores.max()) if self.found else 1 - float(self.presence)

    def __len__(self) -> int:
        """1 where something is there, else 0."""
        return int(self.found)

    def detections(self) -> Detections:
        """The same as boxes: one, or none."""
        if not self.found:
            return Detections.none(self.names, self.picture, self.size)
        label = np.array([int(self.scores.argmax())])
        return Detections(self.box[None], np.array([self.score]), label, self.names, self.picture, self.size)

    def plot(self, path: str | Path) -> Path:
        """Write the picture with the box on it, or as it is where nothing is there.

        Raises:
            CallError: there is no picture, or the path's suffix names no format.
            ImageError: the picture is not there any more.
        """
        if self.found:
            return self.detections().plot(path)
        if self.picture is None:
            raise CallError("this answer knows no picture to be drawn on; set `picture`")
        return save_image(draw.label(open_image(self.picture), "nothing found"), path)

    def to_dict(self) -> dict[str, Any]:
        """Plain values: the answer first, then everything that `from_json` needs."""
        return {
            "schema": SCHEMA,
            "task": "localize",
            "image": str(self.picture) if isinstance(self.picture, Path) else None,
            "size": None if self.size is None else list(self.size),
            "label": self.label,
            "score": self.score,
            "presence": self.presence,
            "box": self.box.tolist(),
            "scores": self.scores.tolist(),
            "names": list(self.names),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Localization":
        """Read what `to_json` wrote; every number comes back bit for bit.

        Raises:
            CallError: the text is something else.
        """
        try:
            plain = json.loads(text)
            if plain["schema"] != SCHEMA or plain["task"] != "localize":
                raise CallError(f"this JSON is no localization of schema {SCHEMA}: {text:.80}")
            box, scores = (np.array(plain[name], np.float64) for name in ("box", "scores"))
            path, size = picture_of(plain)
            return cls(plain["presence"], box, scores, tuple(plain["names"]), path, size)
        except CallError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CallError(f"this is not the JSON of a localization ({error}): {text:.80}") from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Localization):
            return NotImplemented
        return (
            (self.presence, self.names, self.size) == (other.presence, other.names, other.size)
            and np.array_equal(self.box, other.box)
            and np.array_equal(self.scores, other.scores)
        )

    def __hash__(self) -> int:
        return hash((self.presence, self.names, self.box.tobytes()))

    def __repr__(self) -> str:
        return f"Localization({self})"

    def __str__(self) -> str:
        return f"{self.label} {self.score:.1%}" if self.found else "nothing"
