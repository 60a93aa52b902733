"""A small bar chart, drawn with the same font and colours as everything else."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw

from lenslet.draw.colours import ACCENT, FAINT, INK, PAPER, TRACK
from lenslet.draw.text import font, shortened
from lenslet.errors import ShapeError

_SIZE = 19
_STEP = 58
_BAR = 12


def bars(
    names: Sequence[str], shares: Sequence[int | float], *, width: int = 360, note: str = ""
) -> UInt8[np.ndarray, "h w 3"]:
    """A row per name: the name, the share in percent, and a bar of that length below.

    Args:
        names: what the bars stand for.
        shares: 0..1, one a name; the first is drawn in the strong colour.
        width: pixels.
        note: a small line at the foot.
    """
    if len(names) != len(shares):
        raise ShapeError(f"{len(names)} names and {len(shares)} shares do not go together; give one a name")
    foot = 26 if note else 0
    canvas = Image.new("RGB", (width, _STEP * len(names) + foot), PAPER)
    pen = ImageDraw.Draw(canvas)
    for row, (name, share) in enumerate(zip(names, shares, strict=True)):
        top = row * _STEP
        number = percent(share)
        room = round(width - font(_SIZE, number).getlength(number) - 16)
        name = shortened(name, _SIZE, room)
        colour = INK if row == 0 else FAINT
        pen.text((0, top + 16), name, fill=colour, font=font(_SIZE, name), anchor="lm")
        pen.text((width - 1, top + 16), number, fill=colour, font=font(_SIZE, number), anchor="rm")
        _bar(pen, top + 32, width, 1.0, TRACK)
        _bar(pen, top + 32, width, float(share), ACCENT if row == 0 else (150, 178, 208))
    if note:
        small = shortened(note, 13, width)
        pen.text((0, _STEP * len(names) + 12), small, fill=FAINT, font=font(13, small), anchor="lm")
    return np.array(canvas)


def percent(share: int | float) -> str:
    """A share for reading: never rounded up to 100 % or down to 0 %."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{100 * share:.1f} %"


def _bar(pen: ImageDraw.ImageDraw, top: int, width: int, share: float, colour: tuple[int, int, int]) -> None:
    """A bar with round ends; a share above zero leaves at least a dot."""
    if share <= 0:
        return
    right = max(round(width * min(share, 1.0)), _BAR)
    pen.rounded_rectangle((0, top, right - 1, top + _BAR - 1), radius=_BAR // 2, fill=colour)
