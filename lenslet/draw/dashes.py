"""Rectangles of broken lines."""

import numpy as np
from PIL import ImageDraw

from lenslet.draw.colours import Colour


def in_dashes(pen: ImageDraw.ImageDraw, place: tuple[int, int, int, int], colour: Colour, wide: int) -> None:
    """A rectangle of dashes."""
    x1, y1, x2, y2 = place
    for start, end in _dashes(x1, x2, 4 * wide):
        pen.rectangle((start, y1, end, min(y1 + wide - 1, y2)), fill=colour)
        pen.rectangle((start, max(y2 - wide + 1, y1), end, y2), fill=colour)
    for start, end in _dashes(y1, y2, 4 * wide):
        pen.rectangle((x1, start, min(x1 + wide - 1, x2), end), fill=colour)
        pen.rectangle((max(x2 - wide + 1, x1), start, x2, end), fill=colour)


def _dashes(first: int, last: int, dash: int) -> list[tuple[int, int]]:
    """Where the dashes of a side lie: one in each corner, the others evenly between."""
    gaps = max(round((last - first - dash) / (1.8 * dash)), 1)
    starts = np.linspace(first, max(last - dash + 1, first), gaps + 1).round().astype(int).tolist()
    return [(start, min(start + dash - 1, last)) for start in starts]
