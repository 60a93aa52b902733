"""Large pictures by tiles: small things keep their pixels, and what lies across a border is still found once.

A net sees a picture at one size; of 4,000 pixels shrunk to 640 a thing of 20 is left with 3. So the picture is cut into
tiles that overlap, each is looked at by itself, the whole is looked at once more for what is larger than a tile, and
`lenslet.tasks.detect.pieces` makes one answer of all.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

from lenslet.errors import CallError
from lenslet.results import Detections
from lenslet.tasks.detect.pieces import joined

__all__ = ["Window", "by_tiles", "tiles"]


class Window(NamedTuple):
    """A part of a picture, whole pixels: from x1, y1 up to x2, y2, which do not belong to it."""

    x1: int
    y1: int
    x2: int
    y2: int


def tiles(height: int, width: int, *, side: int, overlap: int | float = 0.25) -> list[Window]:
    """Squares that cover a picture evenly, row by row; the last ones end where it ends.

    None is smaller than `side` unless the picture is. Neighbours share at least the overlap, so that everything
    that is no larger than it lies in one tile as a whole, wherever it is.

    Args:
        height: of the picture, pixels.
        width: of the picture, pixels.
        side: of a tile, pixels.
        overlap: of neighbours, as a share of the side, 0 to 0.9.

    Raises:
        CallError: a side below 1, or an overlap out of its range.
    """
    if side < 1:
        raise CallError(f"tiles of {side} pixels; give a side of 1 or more, such as the size of the model")
    if not 0 <= overlap <= 0.9:
        raise CallError(f"an overlap of {overlap}; give a share of the side from 0 to 0.9")
    rows, columns = (_starts(length, side, overlap) for length in (height, width))
    return [Window(x, y, min(x + side, width), min(y + side, height)) for y in rows for x in columns]


def by_tiles(
    picture: UInt8[np.ndarray, "h w 3"],
    detect: Callable[[list[np.ndarray]], Sequence[Detections]],
    *,
    side: int,
    overlap: int | float = 0.25,
    whole: bool = True,
    batch: int = 8,
) -> Detections:
    """Detect in every tile of a picture, and in the whole of it, and say everything once.

    A picture that is no larger than a tile is looked at once, as it is. At most `batch` tiles are held at a time, and
    they are views of the picture; a detector should not keep them.

    Args:
        picture: RGB.
        detect: pictures -> what is in each, in pixels of that picture; the same classes each time.
        side: of a tile, pixels.
        overlap: of neighbours, as a share of the side; things up to this size are seen as a whole by a tile.
        whole: look at the whole picture, too, for what is larger.
        batch: how many tiles `detect` is given at a time.

    Returns:
        The boxes in pixels of the picture, best first; without a picture, whose path the caller knows.

    Raises:
        CallError: a side, an overlap or a batch that is none.

    Source: the idea is that of Akyon et al. 2022, Slicing Aided Hyper Inference; the merging is our own.
    """
    if batch < 1:
        raise CallError(f"batches of {batch} tiles; give 1 or more")
    height, width = picture.shape[:2]
    windows = tiles(height, width, side=side, overlap=overlap)
    if len(windows) == 1:
        (found,) = detect([picture])
        return replace(found, picture=None, size=(height, width))
    if whole:
        windows.insert(0, Window(0, 0, width, height))
    answers: list[Detections] = []
    for start in range(0, len(windows), batch):
        chunk = windows[start : start + batch]
        answers += [
            replace(answer, picture=None) for answer in detect([picture[w.y1 : w.y2, w.x1 : w.x2] for w in chunk])
        ]
    return joined(answers, windows, (height, width), side=side, overlap=overlap)


def _starts(length: int, side: int, overlap: int | float) -> list[int]:
    """Where the tiles begin along one edge; whole numbers throughout, so that no gap is ever a pixel too wide."""
    if length <= side:
        return [0]
    step = max(int(side * (1 - overlap)), 1)
    count = -(-(length - side) // step) + 1
    return [i * (length - side) // (count - 1) for i in range(count)]
