"""Where name tags go: next to their boxes, in the picture, on no other tag, and over as few outlines as can be.

What is taken is kept on a grid of cells a quarter of a line of text wide, so that a look at a place costs the same
whether there are ten tags or thousands.
"""

import numpy as np
from jaxtyping import Float, Int

__all__ = ["places"]

_INSIDE = (2, 5, 6)  # of the places below: those that hide a part of their own box


def places(
    sizes: Int[np.ndarray, "n 2"],
    boxes: Int[np.ndarray, "n 4"],
    room: tuple[int, int],
    *,
    cell: int,
) -> Int[np.ndarray, "n 2"]:
    """The upper left corner of each tag, x y in pixels; -1 -1 where there is no free place for it.

    Args:
        sizes: width and height of each tag, pixels; the first tag chooses first.
        boxes: corners x1 y1 x2 y2 inside the picture, pixels.
        room: height and width of the picture, pixels.
        cell: of the grid, pixels.
    """
    height, across = room
    corners = _around(sizes, boxes, room)
    last = corners + sizes[:, None]
    fits = (corners >= 0).all(-1) & (last[..., 0] <= across) & (last[..., 1] <= height)
    low, high = corners // cell, -(-last // cell)
    cost = 2 * _outlines(boxes, room, cell, low, high) + np.arange(corners.shape[1]) * 0.06
    area = np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(1), 1)
    cost[:, list(_INSIDE)] += np.minimum(sizes.prod(1) / area, 1)[:, None]
    cost[~fits] = np.inf
    taken = np.zeros((-(-height // cell) + 1, -(-across // cell) + 1), bool)
    made = np.full((len(sizes), 2), -1, np.int64)
    choices = np.argsort(cost, 1, kind="stable")
    for row, (ranked, allowed) in enumerate(zip(choices.tolist(), fits.sum(1).tolist(), strict=True)):
        for choice in ranked[:allowed]:
            (x1, y1), (x2, y2) = low[row, choice], high[row, choice]
            if not taken[y1:y2, x1:x2].any():
                taken[y1:y2, x1:x2] = True
                made[row] = corners[row, choice]
                break
    return made


def _around(
    sizes: Int[np.ndarray, "n 2"], boxes: Int[np.ndarray, "n 4"], room: tuple[int, int]
) -> Int[np.ndarray, "n k 2"]:
    """Places to try for each tag, the dearest first: above its box, inside, below, beside."""
    x1, y1, x2, y2 = boxes.T
    wide, high = sizes.T
    middle = (x1 + x2 - wide) // 2
    tried = [
        *((x1, y1 - high), (x2 - wide, y1 - high), (x1, y1), (x1, y2), (x2 - wide, y2)),
        *((x2 - wide, y1), (x1, y2 - high), (middle, y1 - high), (middle, y2)),
        *((x2, y1), (x1 - wide, y1), (x2, y2 - high), (x1 - wide, y2 - high)),
    ]
    corners = np.stack([np.stack(place, -1) for place in tried], 1)
    corners[:, :9, 0] = np.clip(corners[:, :9, 0], 0, np.maximum(room[1] - wide, 0)[:, None])
    return corners


def _outlines(
    boxes: Int[np.ndarray, "n 4"],
    room: tuple[int, int],
    cell: int,
    low: Int[np.ndarray, "n k 2"],
    high: Int[np.ndarray, "n k 2"],
) -> Float[np.ndarray, "n k"]:
    """How many outlines each place would cover, as a share of its cells."""
    seen = np.zeros((-(-room[0] // cell) + 1, -(-room[1] // cell) + 1), np.int32)
    for x1, y1, x2, y2 in (boxes // cell).tolist():
        seen[y1, x1 : x2 + 1] += 1
        seen[y2, x1 : x2 + 1] += 1
        seen[y1 : y2 + 1, x1] += 1
        seen[y1 : y2 + 1, x2] += 1
    total = np.zeros((seen.shape[0] + 1, seen.shape[1] + 1), np.int64)
    total[1:, 1:] = seen.cumsum(0).cumsum(1)
    (ax, ay), (bx, by) = (
        (np.clip(end[..., 0], 0, seen.shape[1]), np.clip(end[..., 1], 0, seen.shape[0])) for end in (low, high)
    )
    covered = total[by, bx] - total[ay, bx] - total[by, ax] + total[ay, ax]
    made: np.ndarray = covered / np.maximum((bx - ax) * (by - ay), 1)
    return made
