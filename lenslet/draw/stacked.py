"""Sheets in sections: a title, headings with a line of small print, tiles in tight squares, and a scale of colours."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw

from lenslet.draw.colours import ACCENT, FAINT, INK, PAPER, diverging, heat_colours
from lenslet.draw.text import font, shortened, width
from lenslet.errors import CallError

__all__ = ["Section", "flowed", "scale", "stacked", "tight"]

_MARGIN = 18


class Section(NamedTuple):
    """A part of a sheet: a heading, small print beside it, and a picture."""

    heading: str
    note: str
    image: np.ndarray


def tight(
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]], columns: int, *, gap: int = 2, side: tuple[int, int] | None = None
) -> UInt8[np.ndarray, "H W 3"]:
    """Tiles of one size, edge to edge but for a white line; places without a tile stay white.

    Args:
        images: at least one.
        columns: how many stand side by side.
        gap: pixels between them.
        side: (height, width) of a cell; by the largest tile unless given. Smaller ones stand in its middle.

    Raises:
        CallError: no pictures.
    """
    if not images:
        raise CallError("a sheet needs at least one picture; give some")
    high, wide = side or (max(t.shape[0] for t in images), max(t.shape[1] for t in images))
    rows = -(-len(images) // columns)
    sheet = np.full((rows * (high + gap) - gap, columns * (wide + gap) - gap, 3), PAPER, np.uint8)
    for number, tile in enumerate(images):
        row, column = divmod(number, columns)
        y = row * (high + gap) + (high - tile.shape[0]) // 2
        x = column * (wide + gap) + (wide - tile.shape[1]) // 2
        sheet[y : y + tile.shape[0], x : x + tile.shape[1]] = tile
    return sheet


def flowed(
    images: Sequence[UInt8[np.ndarray, "_ _ 3"]], captions: Sequence[str], *, across: int, gap: int = 14
) -> UInt8[np.ndarray, "H W 3"]:
    """Pictures of one size with a short caption below each, as many side by side as fit into a width.

    Args:
        images: at least one.
        captions: one a picture; shortened to its width.
        across: pixels.
        gap: pixels between them.
    """
    widest = max(image.shape[1] for image in images)
    most = max(1, (across + gap) // (widest + gap))
    columns = -(-len(images) // -(-len(images) // most))  # as many rows as needed, all of about one length
    tiles = [_captioned(image, caption) for image, caption in zip(images, captions, strict=True)]
    return tight(tiles, columns, gap=gap)


def scale(
    low: int | float, high: int | float, words: str, *, kind: Literal["heat", "signed"] = "heat", across: int = 260
) -> UInt8[np.ndarray, "H W 3"]:
    """A bar of colours with the numbers at its ends and what they mean.

    Args:
        low: of the first colour.
        high: of the last colour.
        words: what is shown.
        kind: heat runs from black to yellow, signed from blue over white to orange.
        across: pixels of the bar.
    """
    shares = np.linspace(0, 1, across)
    colours = heat_colours(shares) if kind == "heat" else diverging(2 * shares - 1)
    left, right = f"{low:.3g}", f"{high:.3g}"
    size = 13
    before, behind = width(left, size) + 8, width(right, size) + 16
    canvas = Image.new("RGB", (before + across + behind + width(words, size) + 4, 20), PAPER)
    pen = ImageDraw.Draw(canvas)
    canvas.paste(Image.fromarray(np.broadcast_to(colours, (12, across, 3)).copy()), (before, 4))
    pen.text((0, 10), left, fill=INK, font=font(size, left), anchor="lm")
    pen.text((before + across + 8, 10), right, fill=INK, font=font(size, right), anchor="lm")
    pen.text((before + across + behind, 10), words, fill=FAINT, font=font(size, words), anchor="lm")
    return np.array(canvas)


def stacked(title: str, note: str, sections: Sequence[Section]) -> UInt8[np.ndarray, "H W 3"]:
    """A whole sheet: its title, a line of small print, and the sections one below the other, with a line before each.

    Args:
        title: of the sheet.
        note: small print below it; empty for none.
        sections: a heading and small print may be empty.
    """
    bodies = [section.image for section in sections]
    across = max([560, *(body.shape[1] for body in bodies)])
    heads = [_heading(section, across) for section in sections]
    top = _top(title, note, across)
    high = top.shape[0] + sum(head.shape[0] + body.shape[0] + _MARGIN for head, body in zip(heads, bodies, strict=True))
    sheet = np.full((high + 2 * _MARGIN, across + 2 * _MARGIN, 3), PAPER, np.uint8)
    y = _MARGIN
    for part in [top, *(part for pair in zip(heads, bodies, strict=True) for part in pair)]:
        sheet[y : y + part.shape[0], _MARGIN : _MARGIN + part.shape[1]] = part
        y += part.shape[0] + (_MARGIN if any(part is body for body in bodies) else 0)
    return sheet


def _top(title: str, note: str, across: int) -> UInt8[np.ndarray, "H W 3"]:
    lines = [(title, 22, INK), *((line, 13, FAINT) for line in note.splitlines())]
    canvas = Image.new("RGB", (across, 34 + 19 * (len(lines) - 1) + 6), PAPER)
    pen = ImageDraw.Draw(canvas)
    y = 14
    for text, size, colour in lines:
        text = shortened(text, size, across)
        pen.text((0, y), text, fill=colour, font=font(size, text), anchor="lm")
        y += 26 if size == 22 else 19
    return np.array(canvas)


def _heading(section: Section, across: int) -> UInt8[np.ndarray, "H W 3"]:
    if not section.heading and not section.note:
        return np.full((1, across, 3), PAPER, np.uint8)
    canvas = Image.new("RGB", (across, 36), PAPER)
    pen = ImageDraw.Draw(canvas)
    pen.line([(0, 1), (across, 1)], fill=(214, 217, 222), width=1)
    heading = shortened(section.heading, 16, across)
    pen.text((0, 19), heading, fill=ACCENT, font=font(16, heading), anchor="lm")
    left = width(heading, 16) + (14 if heading else 0)
    note = shortened(section.note, 13, max(across - left, 1))
    pen.text((left, 20), note, fill=FAINT, font=font(13, note), anchor="lm")
    return np.array(canvas)


def _captioned(image: UInt8[np.ndarray, "h w 3"], caption: str) -> UInt8[np.ndarray, "H w 3"]:
    high, wide = image.shape[:2]
    canvas = Image.new("RGB", (wide, high + 18), PAPER)
    canvas.paste(Image.fromarray(image), (0, 0))
    text = shortened(caption, 12, wide)
    ImageDraw.Draw(canvas).text((0, high + 10), text, fill=INK, font=font(12, text), anchor="lm")
    return np.array(canvas)
