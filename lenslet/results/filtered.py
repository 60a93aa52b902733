"""What a kernel made of a picture."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw

from lenslet import draw
from lenslet.draw.text import font
from lenslet.errors import ShapeError
from lenslet.image import save_image

__all__ = ["Filtered"]

SCHEMA = 1
_SIDE = 420  # pixels of a panel in the plot
_READABLE = 9  # the largest side of a kernel whose numbers are written into the plot


@dataclass(frozen=True, eq=False, repr=False)
class Filtered:
    """A filtered picture.

    Args:
        picture: what to look at, of the original's size; a grey one has three equal channels.
        kernel: its name, or the numbers as they were asked for.
        numbers: the kernel; two if their answers were joined to a steepness.
        shows: "strength" if the picture is the answer's strength, edges light on black; "picture" if it is one again.
        scale: what the answers were multiplied by to become 0 to 255.
        angle: the one direction in which a gradient looked, degrees clockwise from "to the right"; else None.
        original: what was filtered.
        source: the file it came from.
        saved: the file that the filtered picture was written to.
    """

    picture: UInt8[np.ndarray, "h w 3"]
    kernel: str
    numbers: Float[np.ndarray, "k fh fw"]
    shows: str
    scale: float
    angle: float | None = None
    original: UInt8[np.ndarray, "h w 3"] | None = None
    source: Path | None = None
    saved: Path | None = None

    def __post_init__(self) -> None:
        if self.original is not None and self.original.shape != self.picture.shape:
            raise ShapeError(f"a picture of shape {self.original.shape} was filtered to shape {self.picture.shape}")

    @property
    def colour(self) -> bool:
        """Whether the filtered picture has colours."""
        return bool((self.picture != self.picture[..., :1]).any())

    def save(self, path: str | Path) -> Path:
        """Write the filtered picture, whole or not at all; a grey one as grey.

        Raises:
            CallError: the path's suffix names no format.
        """
        return save_image(self.picture if self.colour else self.picture[..., 0], path)

    def plot(self, path: str | Path) -> Path:
        """Write the original, the kernel's numbers and the filtered picture side by side.

        Raises:
            CallError: the path's suffix names no format.
        """
        name = self.kernel if self.angle is None else f"{self.kernel}, {self.angle:g}°"
        height = draw.fit(self.picture, _SIDE).shape[0]
        kernels = [_drawn(kernel, min(max(height // len(self.numbers) - 20, 100), 200)) for kernel in self.numbers]
        panels = [(draw.grid(kernels, columns=1, side=_SIDE), name)]  # two directions stand one above the other
        if self.original is not None:
            panels.insert(0, (self.original, "original"))
        panels.append(
            (self.picture, f"strength of the answer × {self.scale:.3g}" if self.shows == "strength" else name)
        )
        pictures, captions = zip(*panels, strict=True)
        return save_image(draw.grid(pictures, columns=len(panels), captions=captions, side=_SIDE), path)

    def to_dict(self) -> dict[str, Any]:
        """All but the pixels, as plain values."""
        return {
            "schema": SCHEMA,
            "image": str(self.source) if self.source else None,
            "out": str(self.saved) if self.saved else None,
            "kernel": self.kernel,
            "numbers": self.numbers.tolist(),
            "angle": self.angle,
            "shows": self.shows,
            "scale": self.scale,
            "height": self.picture.shape[0],
            "width": self.picture.shape[1],
            "colour": self.colour,
            "mean": float(self.picture.mean()),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def __repr__(self) -> str:
        height, width = self.picture.shape[:2]
        return f"Filtered({self.kernel!r}, {width} x {height} pixels, {self.shows})"


def _drawn(kernel: Float[np.ndarray, "fh fw"], side: int) -> UInt8[np.ndarray, "h w 3"]:
    """A kernel as a field of colours, orange positive and blue negative, with its numbers where they can be read."""
    cell = max(side // max(kernel.shape), 1)
    reach = float(np.abs(kernel).max()) or 1.0
    field = draw.diverging(0.5 * kernel / reach).repeat(cell, 0).repeat(cell, 1)  # paler, so that black ink can be read
    if max(kernel.shape) > _READABLE:
        return field
    canvas = Image.fromarray(field)
    pen = ImageDraw.Draw(canvas)
    texts = {place: f"{value:.3g}" for place, value in np.ndenumerate(kernel)}
    letters = min(cell // 3, int(1.4 * cell / max(len(text) for text in texts.values())))
    for (row, column), text in texts.items():
        pen.text(
            ((column + 0.5) * cell, (row + 0.5) * cell), text, fill=(0, 0, 0), font=font(letters, text), anchor="mm"
        )
    return np.array(canvas)
