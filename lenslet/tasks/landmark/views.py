"""What a net sees of a picture: all of it, or the square around one thing. Imports no torch."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Num, UInt8, UInt64
from PIL import Image

from lenslet.data import Skipped, content_key
from lenslet.errors import CallError, DataError, ImageError
from lenslet.image import Frame, Preprocess, open_image
from lenslet.tasks.landmark.metrics import UNITS

WHOLE, BOX = "whole", "box"
"""What the net sees of a picture: all of it, or the square around a thing's box."""
_MUCH = 2**30  # bytes of pictures that are kept in memory; more go into a file
_LARGEST = 4096  # pixels: sides of squares that are cut as they are
MARGIN = 0.25
"""Of the longer side of a box, that is seen beyond it on every side."""


@dataclass(frozen=True)
class View:
    """What the net of a model sees, and what its points are: the head of its card.

    Args:
        view: WHOLE or BOX.
        looks: 2: after a first look at the whole picture it looks again, at the square around the points that it found.
        margin: see `MARGIN`.
        unit: in which distances are told, see `metrics.UNITS`.
        lines: pairs of points that are joined when drawn.
        flip: which point each becomes in the mirror; empty where not known.
    """

    view: str
    looks: int
    margin: int | float
    unit: str
    lines: tuple[tuple[int, int], ...] = ()
    flip: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for the card."""
        return {**self.__dict__, "lines": [list(line) for line in self.lines], "flip": list(self.flip)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], points: int) -> "View":
        """Read what `to_dict` wrote; the card may come from anybody.

        Raises:
            CallError: it is something else.
        """
        try:
            lines = tuple((int(a), int(b)) for a, b in plain["lines"])
            flip = tuple(int(i) for i in plain["flip"])
            made = cls(str(plain["view"]), int(plain["looks"]), float(plain["margin"]), str(plain["unit"]), lines, flip)
        except (KeyError, TypeError, ValueError) as error:
            raise CallError(f"its head is not that of a model for points ({error})") from error
        right = made.view in (WHOLE, BOX) and made.looks in (1, 2) and 0 <= made.margin < 10 and made.unit in UNITS
        if not right or any(not 0 <= end < points for line in lines for end in line):
            raise CallError(f"its head is not that of a model for {points} points: {str(dict(plain))[:120]}")
        return made


@dataclass(frozen=True)
class Cuts:
    """Things cut out of their pictures; the rows of those that cannot be read are left out, as `keep` says."""

    pixels: UInt8[np.ndarray, "n h w c"]
    keys: UInt64[np.ndarray, " m"]
    rows: tuple[int, ...]
    skipped: tuple[Skipped, ...]


def square(box: Num[np.ndarray, " 4"], margin: int | float = MARGIN) -> tuple[int, int, int, int]:
    """The square around a box with a margin, whole pixels x1 y1 x2 y2; it may reach beyond the picture."""
    across, down = float(box[2] - box[0]), float(box[3] - box[1])
    side = max(int(np.ceil(max(across, down) * (1 + 2 * margin))), 2)
    left = round(float(box[0] + box[2] - side) / 2)
    top = round(float(box[1] + box[3] - side) / 2)
    return left, top, left + side, top + side


def cut(
    picture: UInt8[np.ndarray, "h w 3"], box: Num[np.ndarray, " 4"], shape: Preprocess, margin: int | float = MARGIN
) -> tuple[UInt8[np.ndarray, "H W C"], Frame]:
    """One thing as the net sees it, and the way home; what lies beyond the picture is the grey of a letterbox.

    Args:
        picture: the whole.
        box: around the thing, pixels.
        shape: size and channels.
        margin: see `MARGIN`.
    """
    height, width = picture.shape[:2]
    left, top, right, bottom = square(box, margin)
    side = right - left
    if side > _LARGEST:  # a panorama, or a box that is one: a square of its side would not fit into memory
        factor = -(-side // _LARGEST)
        small = np.array(Image.fromarray(picture).reduce(factor))
        seen, frame = cut(small, np.asarray(box, np.float64) / factor, shape, margin)
        scale = (frame.scale[0] / factor, frame.scale[1] / factor)
        return seen, Frame((height, width), shape.size, scale, frame.offset)
    x1, y1, x2, y2 = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if (x1, y1, x2, y2) == (left, top, right, bottom):
        canvas = picture[top:bottom, left:right]
    else:
        canvas = np.full((side, side, 3), shape.fill, np.uint8)
        if x2 > x1 and y2 > y1:
            canvas[y1 - top : y2 - top, x1 - left : x2 - left] = picture[y1:y2, x1:x2]
    return shape.apply(np.ascontiguousarray(canvas))[0], framed((height, width), box, shape.size, margin)


def framed(
    original: tuple[int, int], box: Num[np.ndarray, " 4"], size: tuple[int, int], margin: int | float = MARGIN
) -> Frame:
    """Where a picture comes to lie when the square around a box is cut out of it.

    Args:
        original: (height, width) of the picture, pixels.
        box: around the thing, pixels.
        size: (height, width) of what the net sees, pixels.
        margin: see `MARGIN`.
    """
    left, top, right, _ = square(box, margin)
    scale = (size[0] / (right - left), size[1] / (right - left))
    return Frame(original, size, scale, (-top * scale[0], -left * scale[1]))


def cut_all(
    paths: Sequence[Path],
    boxes: Sequence[Num[np.ndarray, " 4"]],
    shape: Preprocess,
    margin: int | float = MARGIN,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Cuts:
    """Cut every thing out of its picture; a picture is opened once, however many things it shows.

    Args:
        paths: of the picture of each thing.
        boxes: around each, pixels.
        shape: size and channels.
        margin: see `MARGIN`.
        progress: called with (done, of) pictures.

    Raises:
        DataError: more than half of the pictures cannot be read.
    """
    of: dict[Path, list[int]] = {}
    for number, path in enumerate(paths):
        of.setdefault(path, []).append(number)
    pixels = _room((len(paths), *shape.size, shape.channels))
    keys = np.zeros(len(paths), np.uint64)
    rows, skipped = list(range(len(paths))), []
    waiting = iter(of.items())
    done = 0
    with ThreadPoolExecutor(2) as pool:
        while chunk := list(islice(waiting, 8)):
            for (path, things), (key, opened) in zip(chunk, pool.map(_opened, [p for p, _ in chunk]), strict=True):
                done += 1
                if progress is not None:
                    progress(done, len(of))
                keys[things] = key
                if isinstance(opened, str):
                    skipped.append(Skipped(path, opened))
                    for thing in things:
                        rows[thing] = -1
                    continue
                for thing in things:
                    pixels[thing] = cut(opened, boxes[thing], shape, margin)[0]
    if 2 * len(skipped) > len(of):
        raise DataError(
            f"{len(skipped)} of {len(of)} pictures cannot be read, too many to train on; the first: {skipped[0].why}"
        )
    return Cuts(pixels, keys, tuple(rows), tuple(skipped))


def _room(shape: tuple[int, ...]) -> UInt8[np.ndarray, "n h w c"]:
    """Memory for so many pictures, or a file that is gone when nobody reads it any more."""
    if int(np.prod(shape)) <= _MUCH:
        return np.zeros(shape, np.uint8)
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, np.uint8, "w+", shape=shape)


def _opened(path: Path) -> tuple[int, UInt8[np.ndarray, "h w 3"] | str]:
    """What stands for its content, and the picture, or why it cannot be opened."""
    try:
        return content_key(path.read_bytes()), open_image(path)
    except ImageError as error:
        return 0, str(error)
    except OSError as error:
        return 0, f"{path}: cannot be read ({error.strerror or error})"
