"""The shapes of anchors, about one centre."""

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw

from lenslet.draw.colours import INK, PALETTE, PAPER
from lenslet.draw.text import font

_SIDE = 480
_ROOM = 28


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
    canvas = Image.new("RGB", (_SIDE, _SIDE + 30), PAPER)
    pen = ImageDraw.Draw(canvas)
    own = max(1, len(sizes) // groups)
    for number in reversed(range(len(sizes))):
        colour = PALETTE[number // own % len(PALETTE)]
        wide, high = sizes[number] * scale / 2
        box = (_SIDE / 2 - wide, _SIDE / 2 - high, _SIDE / 2 + wide, _SIDE / 2 + high)
        pen.rectangle(box, outline=colour, width=3)
        text = f"{sizes[number][0]:.0f} x {sizes[number][1]:.0f}"
        if 2 * wide > 60 and 2 * high > 22:
            pen.text((box[0] + 6, box[1] + 4), text, fill=colour, font=font(13, text))
    at = _ROOM
    for group, name in enumerate(names[:groups]):
        pen.rectangle((at, _SIDE + 6, at + 14, _SIDE + 20), fill=PALETTE[group % len(PALETTE)])
        pen.text((at + 20, _SIDE + 13), name, fill=INK, font=font(15, name), anchor="lm")
        at += 150
    return np.array(canvas)
