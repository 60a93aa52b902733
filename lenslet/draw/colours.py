"""Colours: a palette for kinds, a scale for heat, a scale for signed values."""

import numpy as np
from jaxtyping import Num, UInt8

Colour = tuple[int, int, int]

PAPER: Colour = (255, 255, 255)
INK: Colour = (32, 33, 36)
FAINT: Colour = (116, 119, 125)
TRACK: Colour = (236, 237, 239)
ACCENT: Colour = (32, 102, 176)

PALETTE: tuple[Colour, ...] = (
    (230, 97, 1),
    (32, 102, 176),
    (27, 137, 80),
    (204, 51, 128),
    (117, 86, 184),
    (0, 145, 162),
    (196, 40, 40),
    (138, 109, 0),
    (90, 90, 96),
    (84, 130, 20),
)
"""Ten colours that white text can be read on, and that also differ in lightness for those who see few hues."""

# Matplotlib's inferno at eighths: evenly brighter to the eye, and readable in grey.
_INFERNO = np.array(
    [
        (0, 0, 4), (31, 12, 72), (85, 15, 109), (136, 34, 106), (186, 54, 85),
        (227, 89, 51), (249, 140, 10), (249, 201, 50), (252, 255, 164),
    ],
    np.float64,
)  # fmt: skip
# ColorBrewer's orange and purple-blue ends around white
_SIGNED = np.array([(5, 48, 97), (67, 147, 195), (247, 247, 247), (241, 143, 44), (140, 60, 0)], np.float64)


def heat_colours(values: Num[np.ndarray, "*shape"]) -> UInt8[np.ndarray, "*shape 3"]:
    """Values 0..1 -> black, purple, red, yellow; values outside are clipped."""
    return _along(_INFERNO, np.asarray(values, np.float64))


def diverging(values: Num[np.ndarray, "*shape"]) -> UInt8[np.ndarray, "*shape 3"]:
    """Values -1..1 -> blue for negative, white for zero, orange for positive; values outside are clipped."""
    return _along(_SIGNED, (np.asarray(values, np.float64) + 1) / 2)


def _along(stops: Num[np.ndarray, "stops 3"], values: Num[np.ndarray, "*shape"]) -> UInt8[np.ndarray, "*shape 3"]:
    """Interpolate between evenly spaced colours."""
    place = np.linspace(0, 1, len(stops))
    inside = np.clip(np.nan_to_num(values), 0, 1)
    channels = [np.interp(inside, place, stops[:, c]) for c in range(3)]
    colours: np.ndarray = np.rint(np.stack(channels, -1)).astype(np.uint8)
    return colours
