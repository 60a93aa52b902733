"""The sheet of a net's units: a section a layer, a cell a unit."""

from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from lenslet import draw
from lenslet.draw.stacked import Section, flowed, scale, stacked, tight
from lenslet.errors import CallError
from lenslet.image import open_image

__all__ = ["Drawn", "cell", "drawn", "scaled"]

_ACROSS = 1240  # pixels of a sheet
_GREY = 114
_ROW = 3  # patches side by side, as Zeiler and Fergus set them
TITLES = {
    "top-patches": "What makes the units of {} answer most",
    "filters": "Filters of {}",
    "activations": "What the layers of {} answer",
    "visualise": "What the units of {} look for",
}


class Drawn(NamedTuple):
    """A layer on the sheet: its name, what is said of it, and for each unit a picture or an array, number and value."""

    name: str
    says: str
    cells: list[np.ndarray]
    numbers: list[int]
    values: list[int | float]


@runtime_checkable
class OfPatch(Protocol):
    """What is needed of a patch."""

    @property
    def picture(self) -> Path | None: ...
    @property
    def box(self) -> tuple[int | float, int | float, int | float, int | float]: ...
    @property
    def pixels(self) -> np.ndarray | None: ...
    @property
    def view(self) -> np.ndarray | None: ...


@runtime_checkable
class OfUnit(Protocol):
    """What is needed of a unit."""

    @property
    def array(self) -> np.ndarray | None: ...
    @property
    def patches(self) -> tuple[OfPatch, ...]: ...


def cell(method: str, unit: OfUnit) -> np.ndarray:
    """The picture of one unit; of activations and filters the array that is coloured when all are known.

    Raises:
        CallError: it has no pixels.
    """
    if method != "top-patches":
        if unit.array is None:
            raise CallError("this was read from JSON, which holds no pixels: explain the model again to draw it")
        return unit.array
    if not unit.patches:
        return np.full((40, 40, 3), 240, np.uint8)
    pixels = [_pixels(patch) for patch in unit.patches]
    side = _side(max(max(tile.shape[:2]) for tile in pixels))
    nine = tight([scaled(tile, side) for tile in pixels], _ROW)
    views = [scaled(patch.view, side) for patch in unit.patches if patch.view is not None]
    return nine if not views else tight([nine, tight(views, _ROW)], 2, gap=6)


def drawn(
    method: str, model: str, source: str, note: str, pictures: int, layers: list[Drawn]
) -> UInt8[np.ndarray, "H W 3"]:
    """The whole sheet."""
    small = " · ".join(filter(None, [source, f"{pictures:,} pictures" if pictures > 1 else "", note]))
    sections = [Section(layer.name, layer.says, _body(method, layer)) for layer in layers]
    return stacked(TITLES[method].format(model), small, sections)


def scaled(image: UInt8[np.ndarray, "h w 3"], side: int) -> UInt8[np.ndarray, "H W 3"]:
    """The longer side brought to `side` pixels; with hard pixels where that enlarges much, for one looks at those."""
    height, width = image.shape[:2]
    factor = side / max(height, width)
    size = (max(round(width * factor), 1), max(round(height * factor), 1))
    how = Image.Resampling.NEAREST if factor > 3 else Image.Resampling.BICUBIC
    return np.array(Image.fromarray(image).resize(size, how))


def _body(method: str, layer: Drawn) -> UInt8[np.ndarray, "H W 3"]:
    captions = [f"unit {number} · {value:.3g}" for number, value in zip(layer.numbers, layer.values, strict=True)]
    if not layer.cells:
        return np.full((1, 1, 3), 255, np.uint8)
    if method in ("top-patches", "visualise"):
        cells = layer.cells if method == "top-patches" else [scaled(one, 150) for one in layer.cells]
        return flowed(cells, captions, across=_ACROSS)
    if method == "filters":
        return draw.filters(np.stack(layer.cells))
    low, high = min(float(one.min()) for one in layer.cells), max(float(one.max()) for one in layer.cells)
    most = max(abs(low), abs(high)) or 1.0
    signed = low < 0
    tiles = [
        scaled(draw.diverging(one / most) if signed else draw.heat_colours(one / most), 120) for one in layer.cells
    ]
    bar = scale(-most if signed else 0, most, "answer of the unit", kind="signed" if signed else "heat")
    field = flowed(tiles, captions, across=_ACROSS)
    body = np.full((field.shape[0] + bar.shape[0] + 6, max(field.shape[1], bar.shape[1]), 3), 255, np.uint8)
    body[: bar.shape[0], : bar.shape[1]] = bar
    body[bar.shape[0] + 6 :, : field.shape[1]] = field
    return body


def _side(pixels: int) -> int:
    """Of a patch on the sheet: what sees more is shown larger."""
    return 36 if pixels <= 12 else 48 if pixels <= 40 else 64


def _pixels(patch: OfPatch) -> UInt8[np.ndarray, "h w 3"]:
    """As the net saw it; else cut anew out of the original."""
    if patch.pixels is not None:
        return patch.pixels
    if patch.picture is None:
        raise CallError("this was read from JSON, which holds no pixels: explain the model again to draw it")
    picture = open_image(patch.picture)
    x1, y1, x2, y2 = (round(side) for side in patch.box)
    tile = np.full((max(y2 - y1, 1), max(x2 - x1, 1), 3), _GREY, np.uint8)
    high, wide = picture.shape[:2]
    top, left, bottom, right = max(y1, 0), max(x1, 0), min(y2, high), min(x2, wide)
    if bottom > top and right > left:
        tile[top - y1 : bottom - y1, left - x1 : right - x1] = picture[top:bottom, left:right]
    return tile
