"""A strip below a picture that says what its colours mean."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw

from lenslet.draw.colours import FAINT, INK, PAPER, Colour
from lenslet.draw.text import font, shortened, width

__all__ = ["with_legend"]

_NARROW, _ROWS = 320, 8  # pixels; lines


def with_legend(
    image: UInt8[np.ndarray, "h w 3"], entries: Sequence[tuple[str, Colour, str]], size: int
) -> UInt8[np.ndarray, "H W 3"]:
    """The picture, and below it a line or more of coloured squares with names; a narrow picture gets paper beside it.

    Args:
        image: the picture.
        entries: name, colour, and what stands behind the name.
        size: of the text, pixels.
    """
    height, across = image.shape[:2]
    wide, gap = max(across, _NARROW), size // 2
    rows: list[list[tuple[str, Colour | None, str, int]]] = [[]]
    x = gap
    for number, (name, colour, behind) in enumerate(entries):
        name = shortened(name, size, min(wide // 2, 16 * size))
        needed = size + gap + width(name, size) + gap + width(behind, size) + 2 * gap
        if x + needed > wide and rows[-1]:
            if len(rows) == _ROWS:
                rows[-1][-1] = (f"and {len(entries) - number + 1} more", None, "", rows[-1][-1][3])
                break
            rows.append([])
            x = gap
        rows[-1].append((name, colour, behind, x))
        x += needed
    line = size + gap
    canvas = Image.new("RGB", (wide, height + len(rows) * line + gap), PAPER)
    canvas.paste(Image.fromarray(image), (0, 0))
    pen = ImageDraw.Draw(canvas)
    for row, row_entries in enumerate(rows):
        y = height + gap + row * line
        for name, square, behind, x in row_entries:
            if square is not None:
                pen.rectangle((x, y, x + size - 1, y + size - 1), fill=square, outline=INK)
                x += size + gap
            pen.text((x, y + size / 2), name, fill=INK, font=font(size, name), anchor="lm")
            x += width(name, size) + gap
            pen.text((x, y + size / 2), behind, fill=FAINT, font=font(size, behind), anchor="lm")
    return np.array(canvas)
