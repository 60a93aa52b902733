"""Pictures that explain how things are found: the cells of a grid, what two boxes have in common, many unsure boxes."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int, Num, UInt8

from lenslet.draw.colours import INK, PALETTE, PAPER, Colour
from lenslet.errors import CallError, ShapeError

# Of `overlap`, whatever the palette of kinds may be: blue, orange and green, as its description says
_TRUTH: Colour = (32, 102, 176)
_ANSWER: Colour = (230, 97, 1)
_COMMON: Colour = (27, 137, 80)

_AREA = 0.55  # how strong the colour of an area is


def cells(
    image: UInt8[np.ndarray, "h w 3"],
    side: int,
    owned: Int[np.ndarray, "n 2"],
    *,
    kinds: Sequence[int] | None = None,
) -> UInt8[np.ndarray, "h w 3"]:
    """A grid of square cells over a picture, some of them filled; a cell named twice has both colours, mixed.

    Args:
        image: the picture.
        side: of a cell, pixels.
        owned: (row, column) of each cell to fill; what lies outside is left out.
        kinds: the number of each one's colour.
    """
    if side < 2:
        raise CallError(f"cells of {side} pixels cannot be seen; give 2 or more")
    first = owned[:, ::-1] * side
    shown = filled(image, np.concatenate([first, first + side], 1), kinds=_kinds(len(owned), kinds, "cells"))
    canvas = shown.astype(np.float64)
    high, wide = image.shape[:2]
    for at in range(side, high, side):  # a light line beside a dark one: seen on any ground
        _mix(canvas[at - 1 : at], INK, 0.45)
        _mix(canvas[at : at + 1], PAPER, 0.7)
    for at in range(side, wide, side):
        _mix(canvas[:, at - 1 : at], INK, 0.45)
        _mix(canvas[:, at : at + 1], PAPER, 0.7)
    return _bytes(canvas)


def filled(
    image: UInt8[np.ndarray, "h w 3"], boxes: Num[np.ndarray, "n 4"], *, kinds: Sequence[int] | None = None
) -> UInt8[np.ndarray, "h w 3"]:
    """Boxes as translucent areas without an outline; where two lie on each other, their colours are mixed.

    Args:
        image: the picture.
        boxes: corners x1 y1 x2 y2, pixels; what lies outside is cut.
        kinds: the number of each box's colour.
    """
    canvas = image.astype(np.float64)
    for box, kind in zip(boxes, _kinds(len(boxes), kinds, "boxes"), strict=True):
        _blend(canvas, _rows(_whole(box)), kind, _AREA)
    return _bytes(canvas)


def overlap(
    image: UInt8[np.ndarray, "h w 3"], truth: Num[np.ndarray, " 4"], answer: Num[np.ndarray, " 4"]
) -> UInt8[np.ndarray, "h w 3"]:
    """Two boxes, with what they have in common filled: truth in blue, answer in orange, both in green.

    Args:
        image: the picture.
        truth, answer: corners x1 y1 x2 y2, pixels.
    """
    canvas = image.astype(np.float64)
    one, other = _inside(image, truth), _inside(image, answer)
    both = one & other
    for area, colour, strength in ((one & ~both, _TRUTH, 0.4), (other & ~both, _ANSWER, 0.4), (both, _COMMON, _AREA)):
        canvas[area] += strength * (np.array(colour) - canvas[area])
    line = _line(image)
    for box, colour in ((truth, _TRUTH), (answer, _ANSWER)):
        for edge in _edges(box, line):
            _mix(canvas[edge], colour, 1.0)
    return _bytes(canvas)


def faint(
    image: UInt8[np.ndarray, "h w 3"],
    boxes: Num[np.ndarray, "n 4"],
    strengths: Num[np.ndarray, " m"],
    *,
    kinds: Sequence[int] | None = None,
) -> UInt8[np.ndarray, "h w 3"]:
    """Many boxes without names, each the fainter the less sure it is; the surest lie on top.

    Args:
        image: the picture.
        boxes: corners x1 y1 x2 y2, pixels; what is not finite is left out.
        strengths: 0, hardly seen, to 1.
        kinds: the number of each box's colour.
    """
    chosen = _kinds(len(boxes), kinds, "boxes")
    if len(strengths) != len(boxes):
        raise ShapeError(f"{len(boxes)} boxes and {len(strengths)} strengths do not go together; give one a box")
    canvas = image.astype(np.float64)
    line = _line(image)
    for number in np.argsort(strengths, kind="stable").tolist():
        if np.isfinite(boxes[number]).all():
            for edge in _edges(boxes[number], line):
                _blend(canvas, edge, chosen[number], 0.15 + 0.85 * float(np.clip(strengths[number], 0, 1)))
    return _bytes(canvas)


def _kinds(count: int, kinds: Sequence[int] | None, what: str) -> Sequence[int]:
    if kinds is not None and len(kinds) != count:
        raise ShapeError(f"{count} {what} and {len(kinds)} kinds do not go together; give one each")
    return [0] * count if kinds is None else kinds


def _edges(box: Num[np.ndarray, " 4"], line: int) -> list[tuple[slice, slice]]:
    """The four sides of a box, inside its corners; no pixel is in two of them."""
    x1, y1, x2, y2 = _whole(box)
    return [
        _rows((x1, y1, x2, min(y1 + line, y2))),
        _rows((x1, max(y2 - line, y1 + line), x2, y2)),
        _rows((x1, y1 + line, min(x1 + line, x2), y2 - line)),
        _rows((max(x2 - line, x1 + line), y1 + line, x2, y2 - line)),
    ]


def _rows(box: tuple[int, int, int, int]) -> tuple[slice, slice]:
    x1, y1, x2, y2 = (max(v, 0) for v in box)
    return slice(y1, y2), slice(x1, x2)


def _inside(image: UInt8[np.ndarray, "h w 3"], box: Num[np.ndarray, " 4"]) -> Bool[np.ndarray, "h w"]:
    made = np.zeros(image.shape[:2], bool)
    made[_rows(_whole(box))] = True
    return made


def _whole(box: Num[np.ndarray, " 4"]) -> tuple[int, int, int, int]:
    x1, y1, x2, y2 = (round(float(v)) for v in np.nan_to_num(np.clip(box, -1e6, 1e6)))
    return x1, y1, x2, y2


def _blend(canvas: Float[np.ndarray, "h w 3"], place: tuple[slice, slice], kind: int, strength: float) -> None:
    _mix(canvas[place], PALETTE[kind % len(PALETTE)], strength)


def _mix(part: Float[np.ndarray, "h w 3"], colour: Colour, strength: float) -> None:
    """Move a part of a canvas towards a colour, in place."""
    part += strength * (np.array(colour, np.float64) - part)


def _line(image: UInt8[np.ndarray, "h w 3"]) -> int:
    shorter: int = min(image.shape[:2])
    return max(2, round(shorter / 220))


def _bytes(canvas: Float[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
    made: np.ndarray = np.rint(canvas).clip(0, 255).astype(np.uint8)
    return made
