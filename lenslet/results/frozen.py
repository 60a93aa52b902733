"""Arrays of results: copied, checked, and locked, so that what is frozen does not change through another name."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lenslet.errors import CallError, ShapeError

__all__ = ["corners", "locked", "one_a_row", "picture_of", "shares", "size_of"]


def locked(values: Any, kind: type = float) -> np.ndarray:
    """A copy of that kind that cannot be written to."""
    array: np.ndarray = np.array(values, kind)
    array.setflags(write=False)
    return array


def corners(boxes: Any) -> np.ndarray:
    """Boxes (n, 4) as float64.

    Raises:
        ShapeError: of another shape.
        CallError: not finite, or x2 below x1, or y2 below y1.
    """
    array = np.array(boxes, np.float64)
    array = array.reshape(0, 4) if array.size == 0 else array
    if array.ndim != 2 or array.shape[1] != 4:
        raise ShapeError(f"boxes of shape {array.shape}: give (n, 4), corners x1 y1 x2 y2 in pixels")
    wrong = ~np.isfinite(array).all(1) | (array[:, 2] < array[:, 0]) | (array[:, 3] < array[:, 1])
    if wrong.any():
        row = array[wrong][0].tolist()
        raise CallError(f"{row} is no box: give finite corners x1 y1 x2 y2 with x1 <= x2 and y1 <= y2")
    return locked(array)


def shares(values: Any, what: str) -> np.ndarray:
    """Numbers 0 to 1.

    Raises:
        CallError: there is another.
    """
    array = locked(values)
    if not ((array >= 0) & (array <= 1)).all():  # NaN fails this, too
        raise CallError(f"{what} lie between 0 and 1, not {np.array2string(array, threshold=5)}")
    return array


def one_a_row(count: int, **columns: Sequence[Any] | np.ndarray | None) -> None:
    """Raises ShapeError unless each column that is there has `count` entries."""
    for name, column in columns.items():
        if column is not None and len(column) != count:
            raise ShapeError(f"{count} rows and {len(column)} {name} do not go together; give one a row")


def size_of(size: Any) -> tuple[int, int] | None:
    """(height, width) in pixels, or None where it is not known.

    Raises:
        CallError: no such pair.
    """
    if size is None:
        return None
    height, width = (int(side) for side in size)
    if min(height, width) < 1:
        raise CallError(f"a picture has at least one pixel, not {height} x {width}")
    return height, width


def picture_of(plain: Mapping[str, Any]) -> tuple[Path | None, tuple[int, int] | None]:
    """Path and (height, width) from the JSON of a result."""
    path = Path(plain["image"]) if plain.get("image") is not None else None
    return path, size_of(plain.get("size"))
