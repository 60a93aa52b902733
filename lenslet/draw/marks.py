"""Marks on a picture: points, and lines between them."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Num, UInt8
from PIL import Image, ImageDraw

from lenslet.draw.colours import PAPER, colour_of
from lenslet.errors import ShapeError


def points(
    image: UInt8[np.ndarray, "h w 3"],
    points: Num[np.ndarray, "n 2"],
    *,
    kinds: Sequence[int] | None = None,
    radius: int | float | None = None,
) -> UInt8[np.ndarray, "h w 3"]:
    """Draw points as filled discs with a light rim.

    Args:
        image: the picture.
        points: x y, pixels; what is not finite is left out.
        kinds: the number of each point's colour.
        radius: of a disc, pixels; by the size of the picture unless given.
    """
    if kinds is not None and len(kinds) != len(points):
        raise ShapeError(f"{len(points)} points and {len(kinds)} kinds do not go together; give one a point")
    # Drawn at four times the size and shrunk: Pillow's own discs have stairs
    fine = 4
    height, across = image.shape[:2]
    size = float(radius if radius is not None else max(min(height, across) / 110, 1.6)) * fine
    picture = Image.fromarray(image)
    for number, point in enumerate(points):
        if not np.isfinite(point).all() or np.abs(point).max() > 1e6:
            continue
        colour = colour_of(kinds[number] if kinds is not None else 0)
        x, y = float(point[0]), float(point[1])
        rim = size + fine * 0.8
        reach = int(rim / fine) + 2
        left, top = int(x) - reach, int(y) - reach
        mask_rim, mask = (_disc(reach, fine, (x - left) * fine, (y - top) * fine, r) for r in (rim, size))
        picture.paste(PAPER, (left, top), mask_rim)
        picture.paste(colour, (left, top), mask)
    return np.array(picture)


def lines(
    image: UInt8[np.ndarray, "h w 3"],
    points: Num[np.ndarray, "n 2"],
    pairs: Sequence[tuple[int, int]],
    *,
    kind: int = 1,
) -> UInt8[np.ndarray, "h w 3"]:
    """Draw straight lines between points.

    Args:
        image: the picture.
        points: x y, pixels; a line to one that is not finite is left out.
        pairs: numbers of the points that each line joins.
        kind: the number of the colour.
    """
    picture = Image.fromarray(image)
    pen = ImageDraw.Draw(picture)
    for ends in pairs:
        place = np.asarray(points, np.float64)[list(ends)]
        if np.isfinite(place).all() and np.abs(place).max() < 1e6:
            pen.line([tuple(end) for end in place.tolist()], fill=colour_of(kind), width=_line(image))
    return np.array(picture)


def _disc(reach: int, fine: int, x: float, y: float, radius: float) -> Image.Image:
    """An antialiased disc as a mask of 2 x reach + 1 pixels."""
    side = 2 * reach + 1
    large = Image.new("L", (side * fine, side * fine))
    ImageDraw.Draw(large).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return large.resize((side, side), Image.Resampling.BOX)


def _line(image: UInt8[np.ndarray, "h w 3"]) -> int:
    shorter: int = min(image.shape[:2])
    return max(2, round(shorter / 180))
