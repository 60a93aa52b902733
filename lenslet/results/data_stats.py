"""What is in a data set, in numbers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Int

from lenslet.errors import CallError
from lenslet.results.box_stats import BoxStats
from lenslet.results.spread import Spread

__all__ = ["DataStats"]

SCHEMA = 1


@dataclass(frozen=True, eq=False)
class DataStats:
    """Counts, sizes, colours and formats of a data set of classes, or of boxes.

    Args:
        data: the folder or table.
        classes: pictures of each class, by part; empty where there are boxes.
        readable: pictures whose header can be read.
        bytes: of all files.
        kinds: files of each format.
        width, height: pixels.
        aspect: width against height.
        mean, std: of each channel (red, green, blue), 0 to 1, over the pixels of the pictures opened.
        grey: share of the pictures opened that have no colour.
        opened: how many were opened for mean, std and grey; the rest is from headers.
        notes: what the reader said.
        sizes: (width, height) of each readable picture, for plots; not in the JSON.
        boxes: how many there are and how large, where the data has boxes or points.
    """

    data: str
    classes: Mapping[str, Mapping[str, int]]
    readable: int
    bytes: int
    kinds: Mapping[str, int]
    width: Spread
    height: Spread
    aspect: Spread
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    grey: float
    opened: int
    notes: tuple[str, ...] = ()
    sizes: Int[np.ndarray, "n 2"] | None = field(default=None, repr=False)
    boxes: BoxStats | None = None

    @property
    def pictures(self) -> int:
        """All files."""
        return sum(self.parts.values())

    @property
    def parts(self) -> dict[str, int]:
        """Pictures of each part."""
        if self.boxes is not None:
            return dict(self.boxes.pictures)
        names = dict.fromkeys(name for parts in self.classes.values() for name in parts)
        return {name: sum(parts.get(name, 0) for parts in self.classes.values()) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "schema": SCHEMA,
            "data": self.data,
            "pictures": self.pictures,
            "readable": self.readable,
            "parts": self.parts,
            "classes": {name: dict(parts) for name, parts in self.classes.items()},
            "bytes": self.bytes,
            "kinds": dict(self.kinds),
            "width": self.width.to_dict(),
            "height": self.height.to_dict(),
            "aspect": self.aspect.to_dict(),
            "mean": list(self.mean),
            "std": list(self.std),
            "grey": self.grey,
            "opened": self.opened,
            "notes": list(self.notes),
            **({} if self.boxes is None else {"boxes": self.boxes.to_dict()}),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "DataStats":
        """Read what `to_json` wrote.

        Raises:
            CallError: the text is something else.
        """
        try:
            plain = json.loads(text)
            if plain["schema"] != SCHEMA:
                raise CallError(f"this JSON is no statistics of data of schema {SCHEMA}: {text:.80}")
            made: dict[str, Any] = {name: Spread(**plain[name]) for name in ("width", "height", "aspect")}
            made |= {name: tuple(plain[name]) for name in ("mean", "std", "notes")}
            made |= {name: plain[name] for name in ("data", "classes", "readable", "bytes", "kinds", "grey", "opened")}
            return cls(**made, boxes=BoxStats.from_dict(plain["boxes"]) if "boxes" in plain else None)
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, CallError):
                raise
            raise CallError(f"this is not the JSON of statistics of data: {error!r}") from error
