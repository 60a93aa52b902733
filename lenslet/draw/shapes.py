"""The shapes of anchors, about one centre."""

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw

from lenslet.draw.colours import INK, PALETTE, PAPER
from lenslet.draw.text import font, shortened

_SIDE = 480
_ROOM = 28
_ROW = 26


def shapes(
    sizes: Float[np.ndarray, "k 2"], *, groups: int = 3, names: tuple[str, ...] = ("stride 8", "stride 16", "stride 32")
) -> UInt8[np.ndarray, "h w 3"]:
    """Rectangles of these sizes, the largest behind; as many of a colour as come together.

    Args:
        sizes: width and height of each, pixels, the smallest first.
        groups: of one colour, equally large.
        names: of the groups.
    """
    scale = (_SIDE - 2 * _ROOM) / float(sizes.max())
    canvas = Image.new("RGB", (_SIDE, _SIDE + _ROW * groups + 8), PAPER)
    pen = ImageDraw.Draw(canvas)
    own = max(1, len(sizes) // groups)
    for number in reversed(range(len(sizes))):
        colour = PALETTE[number // own % len(PALETTE)]
        wide, high = sizes[number] * scale / 2
        pen.rectangle((_SIDE / 2 - wide, _SIDE / 2 - high, _SIDE / 2 + wide, _SIDE / 2 + high), outline=colour, width=3)
    for group, name in enumerate(names[:groups]):
        top = _SIDE + _ROW * group
        pen.rectangle((_ROOM, top + 4, _ROOM + 14, top + 18), fill=PALETTE[group % len(PALETTE)])
        said = ", ".join(f"{wide:.0f} x {high:.0f}" for wide, high in sizes[group * own : (group + 1) * own])
        text = shortened(f"{name}:  {said}", 15, _SIDE - 2 * _ROOM - 24)
        pen.text((_ROOM + 24, top + 11), text, fill=INK, font=font(15, text), anchor="lm")
    return np.array(canvas)
