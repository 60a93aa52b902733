"""A painting, with the pictures it was made of and how it became what it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from lenslet import draw
from lenslet.errors import CallError
from lenslet.image import save_image

__all__ = ["RECIPE", "Painting"]

SCHEMA = 1
RECIPE = "lenslet"
"""The keyword under which a PNG carries the recipe of its painting, as JSON."""
_SIDE = 420  # pixels of a panel in the plot


@dataclass(frozen=True, eq=False, repr=False)
class Painting:
    """A picture with the content of one and the style of others.

    Args:
        picture: the painting.
        content: the picture whose things it shows, of any size.
        styles: the pictures whose strokes and colours it has; none where a model holds the style.
        recipe: all that was chosen: encoder, size, strength, seed and the rest, and the files' names.
        costs: the parts of the cost after each step, the start first.
        seconds: that the painting took.
        stopped: whether somebody broke it off.
        notes: what happened on the way that a person should know.
        saved: the file that it was written to.
    """

    picture: UInt8[np.ndarray, "h w 3"]
    content: UInt8[np.ndarray, "_ _ 3"]
    styles: Sequence[UInt8[np.ndarray, "_ _ 3"]]
    recipe: Mapping[str, Any] = field(default_factory=dict)
    costs: Sequence[Mapping[str, float]] = ()
    seconds: float | int = 0.0
    stopped: bool = False
    notes: tuple[str, ...] = ()
    saved: Path | None = None

    def __post_init__(self) -> None:
        if not self.styles and "model" not in self.recipe:
            raise CallError("a painting has at least one style, or a model that holds it")
        self.picture.setflags(write=False)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.picture.shape[0], self.picture.shape[1]

    def save(self, path: str | Path) -> Path:
        """Write the painting, whole or not at all; a PNG carries its recipe.

        Raises:
            CallError: the path's suffix names no format.
        """
        recipe = {"schema": SCHEMA, **self.recipe}
        return save_image(self.picture, path, texts={RECIPE: json.dumps(recipe, ensure_ascii=False)})

    def saved_to(self, path: str | Path) -> "Painting":
        """Write the painting; the same value, which now says where it lies."""
        return replace(self, saved=self.save(path))

    def plot(self, path: str | Path) -> Path:
        """Write content, styles and painting side by side.

        Raises:
            CallError: the path's suffix names no format.
        """
        names = self.recipe.get("style_names") or ["style"] * len(self.styles)
        strength = self.recipe.get("strength", 0)
        maker = self.recipe.get("model") or self.recipe.get("encoder", "painting")
        said = f"{maker}, strength {strength:g}, {self._seconds()}"
        panels = [(self.content, "content"), *zip(self.styles, names, strict=False), (self.picture, said)]
        pictures, captions = zip(*panels, strict=True)
        return save_image(draw.grid(pictures, columns=len(panels), captions=captions, side=_SIDE), path)

    def to_dict(self) -> dict[str, Any]:
        """All but the pixels, as plain values."""
        first, last = (dict(self.costs[0]), dict(self.costs[-1])) if self.costs else ({}, {})
        return {
            "schema": SCHEMA,
            "out": str(self.saved) if self.saved else None,
            "height": self.size[0],
            "width": self.size[1],
            "steps": max(len(self.costs) - 1, 0),
            "seconds": round(float(self.seconds), 3),
            "stopped": self.stopped,
            "cost_at_start": first,
            "cost": last,
            "notes": list(self.notes),
            "recipe": dict(self.recipe),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def __repr__(self) -> str:
        return f"Painting({self})"

    def __str__(self) -> str:
        height, width = self.size
        steps = f", {len(self.costs) - 1} steps" if self.costs else ""
        return f"{width} x {height} pixels{steps}, {self._seconds()}"

    def _seconds(self) -> str:
        return f"{self.seconds:.0f} s" if self.seconds >= 9.5 else f"{self.seconds:.1f} s"
