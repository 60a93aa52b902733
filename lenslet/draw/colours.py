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
    (135, 0, 30),
    (120, 240, 255),
    (255, 210, 45),
    (150, 150, 255),
    (165, 0, 255),
    (105, 15, 120),
    (90, 90, 96),
    (60, 0, 195),
    (180, 120, 180),
    (255, 150, 135),
    (0, 150, 105),
    (180, 15, 15),
    (135, 195, 255),
    (180, 240, 165),
)
"""Sixteen colours that differ by at least 0.08 in Oklab, the first six by 0.18, for everybody and for those who lack a
kind of cones: each is as far as can be from those before it, in the sight where it comes nearest to one of them."""


def colour_of(kind: int) -> Colour:
    """The colour of a kind: of the palette, then the same again lighter, then darker, then from the start."""
    colour, turn = PALETTE[kind % len(PALETTE)], kind // len(PALETTE) % 3
    if not turn:
        return colour
    towards = 255 if turn == 1 else 0
    red, green, blue = (round(0.55 * part + 0.45 * towards) for part in colour)
    return red, green, blue


def ink_on(colour: Colour) -> Colour:
    """White or ink, whichever can be read better on a plate of this colour (WCAG contrast)."""
    return PAPER if 1.05 / (luminance(colour) + 0.05) > (luminance(colour) + 0.05) / (luminance(INK) + 0.05) else INK


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 to 1.

    Source: WCAG 2.2, definition of relative luminance.
    """
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in np.array(colour) / 255]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


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
