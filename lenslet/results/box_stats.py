"""What boxes there are in a data set, in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from lenslet.results.spread import Spread

__all__ = ["BoxStats"]


@dataclass(frozen=True, eq=False)
class BoxStats:
    """Counts and sizes of the boxes of a data set.

    Args:
        pictures: of each part.
        classes: boxes of each class, by part.
        empty: pictures without a box.
        per_picture: boxes of a picture.
        sizes: boxes that are small, medium and large, as COCO has it: below 32 x 32 pixels, below 96 x 96, above.
        width, height: pixels; None where there is no box.
        aspect: width against height.
        share: side of a box as a share of that of its picture: the root of the share of the area.
        points: of each thing; 0 where there are boxes only.
        sides: (width, height) of each box, for plots; not in the JSON.
        counts: boxes of each picture, for plots; not in the JSON.
    """

    pictures: Mapping[str, int]
    classes: Mapping[str, Mapping[str, int]]
    empty: int
    per_picture: Spread
    sizes: Mapping[str, int]
    width: Spread | None = None
    height: Spread | None = None
    aspect: Spread | None = None
    share: Spread | None = None
    points: int = 0
    sides: Float[np.ndarray, "n 2"] | None = field(default=None, repr=False)
    counts: Int[np.ndarray, " m"] | None = field(default=None, repr=False)

    @property
    def boxes(self) -> int:
        """All of them."""
        return sum(sum(parts.values()) for parts in self.classes.values())

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        spreads = {name: getattr(self, name) for name in ("width", "height", "aspect", "share")}
        return {
            "boxes": self.boxes,
            "pictures": dict(self.pictures),
            "classes": {name: dict(parts) for name, parts in self.classes.items()},
            "empty": self.empty,
            "per_picture": self.per_picture.to_dict(),
            "sizes": dict(self.sizes),
            **{name: None if spread is None else spread.to_dict() for name, spread in spreads.items()},
            "points": self.points,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "BoxStats":
        """Read what `to_dict` wrote."""
        made: dict[str, Any] = {
            name: None if plain[name] is None else Spread(**plain[name])
            for name in ("per_picture", "width", "height", "aspect", "share")
        }
        made |= {name: plain[name] for name in ("pictures", "classes", "empty", "sizes", "points")}
        return cls(**made)
