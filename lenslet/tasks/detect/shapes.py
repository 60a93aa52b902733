"""The shapes of anchors, chosen from the user's own boxes: k-means under 1 - IoU (course 3.7)."""

import numpy as np
from jaxtyping import Float, Int

from lenslet.errors import DataError

_ROUNDS = 100


def shape_iou(sizes: Float[np.ndarray, "n 2"], shapes: Float[np.ndarray, "k 2"]) -> Float[np.ndarray, "n k"]:
    """IoU of boxes of these widths and heights with boxes of those, all about one centre."""
    common = np.minimum(sizes[:, None], shapes[None]).prod(2)
    found: np.ndarray = common / (sizes.prod(1)[:, None] + shapes.prod(1)[None] - common)
    return found


def anchor_shapes(sizes: Float[np.ndarray, "n 2"], count: int = 9, *, seed: int = 0) -> Float[np.ndarray, "count 2"]:
    """Widths and heights that the boxes of a data set gather around, the smallest first.

    Args:
        sizes: width and height of each box, pixels of the net's input, above 0.
        count: of shapes; where there are fewer different boxes, scaled copies fill up.
        seed: of the first choice.

    Raises:
        DataError: there is no box.

    Source: Redmon and Farhadi 2016, YOLO9000, section 2 (dimension clusters).
    """
    sizes = np.asarray(sizes, np.float64)
    sizes = sizes[(sizes > 0).all(1)]
    if not len(sizes):
        raise DataError("there are no boxes from which anchors could be chosen")
    dice = np.random.default_rng(seed)
    shapes = sizes[dice.integers(len(sizes))][None]
    while len(shapes) < count:  # k-means++: far from all that are chosen, with a chance that grows by the square
        apart = (1 - shape_iou(sizes, shapes).max(1)) ** 2
        if apart.max() < 1e-12:
            break
        shapes = np.concatenate([shapes, sizes[dice.choice(len(sizes), p=apart / apart.sum())][None]])
    owner: Int[np.ndarray, " n"] = np.full(len(sizes), -1)
    for _ in range(_ROUNDS):
        now = shape_iou(sizes, shapes).argmax(1)
        if (now == owner).all():
            break
        owner = now
        shapes = np.array([
            np.median(sizes[owner == k], 0) if (owner == k).any() else shapes[k] for k in range(len(shapes))
        ])  # fmt: skip
    known, grown = shapes, 1
    while len(shapes) < count:
        shapes = np.concatenate([shapes, known[: count - len(shapes)] * 1.5**grown])
        grown += 1
    found: np.ndarray = shapes[np.argsort(shapes.prod(1), kind="stable")]
    return found
