"""Sheets: a caption, many pictures on one, the filters of a layer."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Num, UInt8
from PIL import Image, ImageDraw

from lenslet.draw.colours import FAINT, INK, PAPER, diverging
from lenslet.draw.text import font, shortened
from lenslet.errors import CallError, ShapeError
from lenslet.image import resize

_GAP = 10
_TINY = (
    64  # pictures up to this side are enlarged by whole factors with hard pixels: their pixels are what one looks at
)
_NAMES = 190  # pixels, of the names beside rows
_SHOWN = 16  # filters, and channels of each, on a sheet of deeper layers


def label(image: UInt8[np.ndarray, "h w 3"], text: str, *, size: int | None = None) -> UInt8[np.ndarray, "H W 3"]:
    """A picture with a caption below it; every line of the text is shortened to the width.

    Args:
        image: the picture; one narrower than 96 pixels is set in the middle of a strip that wide.
        text: one or more lines.
        size: of the letters, pixels; by the width of the picture unless given.
    """
    height, width = image.shape[:2]
    across = max(width, 96)
    size = size or int(np.clip(across / 18, 12, 26))
    lines = text.splitlines() or [""]
    step = round(size * 1.35)
    canvas = Image.new("RGB", (across, height + step * len(lines) + size // 2), PAPER)
    canvas.paste(Image.fromarray(image), ((across - width) // 2, 0))
    pen = ImageDraw.Draw(canvas)
    for number, line in enumerate(lines):
        line = shortened(line, size, across - 4)
        middle = (across / 2, height + size * 0.25 + step * (number + 0.5))
        pen.text(middle, line, fill=INK, font=font(size, line), anchor="mm")
    return np.array(canvas)


def grid(
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    columns: int | None = None,
    captions: Sequence[str] | None = None,
    *,
    side: int | None = None,
) -> UInt8[np.ndarray, "H W 3"]:
    """A contact sheet of pictures of any sizes, on white, each as large as fits, none distorted.

    Args:
        images: at least one.
        columns: how many stand side by side; about as wide as a screen unless given.
        captions: one a picture, each of one or more lines.
        side: the most pixels of a picture's longer side; by the largest picture, from 64 to 224, unless given.

    Raises:
        CallError: no pictures.
        ShapeError: not one caption a picture.
    """
    if not images:
        raise CallError("a sheet needs at least one picture; give some")
    if captions is not None and len(captions) != len(images):
        raise ShapeError(f"{len(images)} pictures and {len(captions)} captions do not go together; give one a picture")
    if columns is not None and columns < 1:
        raise CallError(f"a sheet has 1 column or more, not {columns}")
    columns = min(columns or max(round(math.sqrt(len(images) * 1.6)), 1), len(images))
    longest = max(max(image.shape[:2]) for image in images)
    side = side or int(np.clip(longest, 64 if captions is None else 128, 224))
    tiles = [fit(image, side) for image in images]
    if captions is not None:
        rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
        level = [_standing(tile, side, max(t.shape[0] for t in row)) for row in rows for tile in row]
        tiles = [label(tile, text, size=13) for tile, text in zip(level, captions, strict=True)]
    return _tiled(tiles, columns)


def strips(
    rows: Sequence[Sequence[UInt8[np.ndarray, "_ _ 3"]]],
    names: Sequence[str],
    *,
    side: int | None = None,
) -> UInt8[np.ndarray, "H W 3"]:
    """Rows of pictures on white, each with its name at the left; further lines of a name stand smaller and paler.

    Args:
        rows: pictures, a row each.
        names: one a row, of one or more lines.
        side: the most pixels of a picture's longer side; by the largest picture, from 128 to 160, unless given.

    Raises:
        CallError: no pictures.
        ShapeError: not one name a row.
    """
    pictures = [image for row in rows for image in row]
    if not pictures:
        raise CallError("a sheet needs at least one picture; give some")
    if len(rows) != len(names):
        raise ShapeError(f"{len(rows)} rows and {len(names)} names do not go together; give one a row")
    side = side or int(np.clip(max(max(image.shape[:2]) for image in pictures), 128, 160))
    columns = max(len(row) for row in rows) + 1
    blank = np.full((1, 1, 3), PAPER, np.uint8)
    tiles = []
    for row, name in zip(rows, names, strict=True):
        shown = [fit(image, side) for image in row]
        tiles += [_title(name, _NAMES, max(tile.shape[0] for tile in shown)), *shown]
        tiles += [blank] * (columns - 1 - len(shown))
    return _tiled(tiles, columns, gap=8, middle=True)


def filters(weights: Num[np.ndarray, "n c h w"], *, side: int = 72) -> UInt8[np.ndarray, "H W 3"]:
    """The filters of a convolution as pictures, each scaled by its own largest weight.

    Three channels are shown as colours around grey. Otherwise orange is positive, blue negative, white zero; of a layer
    with more channels, a row is a filter and a column a channel, at most 16 of each.

    Args:
        weights: filters x channels x height x width.
        side: pixels that a filter is at least wide.
    """
    if 0 in weights.shape:
        raise ShapeError(f"weights of shape {weights.shape} hold no filter; give (filters, channels, height, width)")
    values = np.nan_to_num(np.asarray(weights, np.float64))
    scaled = values / np.maximum(np.abs(values).max((1, 2, 3), keepdims=True), 1e-12)
    count, channels = weights.shape[:2]
    if channels == 3:
        tiles = list(np.rint(127.5 + 127.5 * scaled).astype(np.uint8).transpose(0, 2, 3, 1))
        columns = _near_square(count)
    elif channels == 1:
        tiles = list(diverging(scaled[:, 0]))
        columns = _near_square(count)
    else:
        tiles = list(diverging(scaled[:_SHOWN, :_SHOWN].reshape(-1, *weights.shape[2:])))
        columns = min(channels, _SHOWN)
    factor = max(math.ceil(side / max(weights.shape[2:])), 1)
    return _tiled([_framed(tile.repeat(factor, 0).repeat(factor, 1)) for tile in tiles], columns, gap=6)


def fit(image: UInt8[np.ndarray, "h w 3"], side: int) -> UInt8[np.ndarray, "H W 3"]:
    """Bring the longer side to at most `side` pixels; tiny pictures are enlarged by a whole factor with hard pixels."""
    longest = max(image.shape[:2])
    if longest > side:
        height, width = (max(round(length * side / longest), 1) for length in image.shape[:2])
        return resize(image, (height, width))
    factor = side // longest if longest <= _TINY else 1
    return image.repeat(factor, 0).repeat(factor, 1)


def enlarged(image: UInt8[np.ndarray, "h w 3"], side: int = 640) -> tuple[UInt8[np.ndarray, "H W 3"], int]:
    """The picture as many times as large as a longer side of `side` pixels allows, and how many times that is."""
    height, wide = image.shape[:2]
    times = max(side // max(height, wide), 1)
    if times == 1:
        return image, 1
    large = Image.fromarray(image).resize((wide * times, height * times), Image.Resampling.BICUBIC)
    return np.array(large), times


def beside(
    left: UInt8[np.ndarray, "h w 3"], right: UInt8[np.ndarray, "H W 3"], *, gap: int = 24
) -> UInt8[np.ndarray, "_ _ 3"]:
    """Two pictures side by side on white, on a common middle, with a margin."""
    return _tiled([left, right], 2, gap=gap, middle=True)


def _tiled(
    tiles: Sequence[UInt8[np.ndarray, "_ _ 3"]], columns: int, gap: int = _GAP, *, middle: bool = False
) -> UInt8[np.ndarray, "H W 3"]:
    """Rows of tiles; each column as wide as its widest, each row as high as its highest."""
    rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    heights = [max(tile.shape[0] for tile in row) for row in rows]
    widths = [max(tile.shape[1] for tile in tiles[column::columns]) for column in range(columns)]
    sheet = np.full((sum(heights) + gap * (len(rows) + 1), sum(widths) + gap * (columns + 1), 3), PAPER, np.uint8)
    top = gap
    for row, high in zip(rows, heights, strict=True):
        left = gap
        for tile, wide in zip(row, widths, strict=False):  # the last row may be short
            tall, broad = tile.shape[:2]
            y, x = top + ((high - tall) // 2 if middle else 0), left + (wide - broad) // 2
            sheet[y : y + tall, x : x + broad] = tile
            left += wide + gap
        top += high + gap
    return sheet


def _title(text: str, wide: int, high: int) -> UInt8[np.ndarray, "H W 3"]:
    """The name of a row, in the middle of its height."""
    first, *others = text.splitlines() or [""]
    lines = [(first, 16, INK), *((line, 12, FAINT) for line in others)]
    steps = [round(size * 1.4) for _, size, _ in lines]
    canvas = Image.new("RGB", (wide, max(high, sum(steps))), PAPER)
    pen = ImageDraw.Draw(canvas)
    top = (canvas.height - sum(steps)) / 2
    for (line, size, colour), step in zip(lines, steps, strict=True):
        line = shortened(line, size, wide - 4)
        pen.text((2, top + step / 2), line, fill=colour, font=font(size, line), anchor="lm")
        top += step
    return np.array(canvas)


def _standing(tile: UInt8[np.ndarray, "h w 3"], wide: int, high: int) -> UInt8[np.ndarray, "H W 3"]:
    """At the foot of a white cell, in its middle: captions have the whole column, and those of a row stand level."""
    height, width = tile.shape[:2]
    canvas = np.full((high, max(wide, width), 3), PAPER, np.uint8)
    left = (canvas.shape[1] - width) // 2
    canvas[high - height :, left : left + width] = tile
    return canvas


def _framed(tile: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "H W 3"]:
    """With a thin grey line around: a filter's zero is as white as the paper."""
    return np.pad(tile, ((1, 1), (1, 1), (0, 0)), constant_values=190)


def _near_square(count: int) -> int:
    """Columns for a sheet a little wider than high, without a gap at its end where that is to be had."""
    root = math.sqrt(count)
    full = (columns for columns in range(math.ceil(root), math.ceil(2 * root) + 1) if count % columns == 0)
    return next(full, math.ceil(root * 1.15))
