"""Which point each one becomes in the mirror: the left eye becomes the right one. Imports no torch."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from lenslet.data import Scene, Scenes
from lenslet.tasks.landmark.metrics import is_face

_FEWEST = 20  # things from which a mean shape is believed
_SPREAD = 0.5  # how far things may differ from it, as a share of its own size
_NEAR = 0.35  # how far a mirrored point may lie from its partner, as a share of the way to the next point
_SIDES = ((r"left", "right"), (r"l", "r"))
# The jaw, the brows, the nostrils, the eyes, the lips; 27 to 30, 33, 51, 57, 62 and 66 are on the middle line.
_IBUG = (
    *((i, 16 - i) for i in range(8)), *((i, 43 - i) for i in range(17, 22)), (31, 35), (32, 34),
    (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46),
    (48, 54), (49, 53), (50, 52), (55, 59), (56, 58), (60, 64), (61, 63), (65, 67),
)  # fmt: skip


class Mirror(NamedTuple):
    """What is known of a data set's mirror image.

    Args:
        flip: which point each becomes; empty where nobody knows, and then nothing may be mirrored.
        said: where that comes from, as a sentence.
    """

    flip: tuple[int, ...]
    said: str


def mirror_of(scenes: Scenes, things: Sequence[Float[np.ndarray, "k 2"]]) -> Mirror:
    """The mirror of a data set: as it says itself, or by the names of its points, or by the look of the things.

    Args:
        scenes: the data set.
        things: places of the points of each thing, pixels; NaN where not known.
    """
    assert scenes.joints is not None
    joints = scenes.joints
    count = len(joints.names)
    if _swaps(joints.flip, count):
        return Mirror(tuple(joints.flip), "in the mirror, points change places as the data says")
    if count == 1:
        return Mirror((0,), "")
    if named := by_name(joints.names):
        return Mirror(named, "in the mirror, left and right change places by the names of the points")
    seen = estimated(np.stack(things)) if things else ()
    if is_face(joints.names) and (not seen or seen == ibug()):
        return Mirror(
            ibug(), "these are taken for the 68 points of faces as iBUG numbers them: mirrored, they change places so"
        )
    if seen:
        pairs = [(a, b) for a, b in enumerate(seen) if a < b]
        said = ", ".join(f"{joints.names[a]} and {joints.names[b]}" for a, b in pairs[:4])
        more = f" and {len(pairs) - 4} pairs more" if len(pairs) > 4 else ""
        return Mirror(seen, f"in the mirror these points change places, as the mean of all things says: {said}{more}")
    return Mirror(
        (), "nobody says which point each becomes in the mirror (flip_idx of YOLO does), so nothing is mirrored"
    )


def ibug() -> tuple[int, ...]:
    """Of the 68 points of a face."""
    flip = list(range(68))
    for a, b in _IBUG:
        flip[a], flip[b] = b, a
    return tuple(flip)


def by_name(names: Sequence[str]) -> tuple[int, ...]:
    """Where names say left and right (left_eye, eye-l, RightEar); empty where they do not, or not of both."""
    place = {name.lower(): number for number, name in enumerate(names)}
    flip = list(range(len(names)))
    for number, name in enumerate(names):
        other = next((place[o] for o in _others(name) if o in place and place[o] != number), None)
        if other is not None:
            flip[number] = other
    return tuple(flip) if flip != list(range(len(names))) and _swaps(tuple(flip), len(names)) else ()


def estimated(things: Float[np.ndarray, "n k 2"]) -> tuple[int, ...]:
    """By the mean of all things, laid on its own mirror image; empty where the two do not fit clearly.

    Args:
        things: places of the points of each, pixels; NaN where not known.
    """
    whole = things[np.isfinite(things).all((1, 2))]
    if len(whole) < _FEWEST:
        return ()
    centred = whole - whole.mean(1, keepdims=True)
    size = np.sqrt(np.square(centred).sum(2).mean(1))
    if not (size > 0).all():
        return ()
    shapes = centred / size[:, None, None]
    shape = shapes.mean(0)
    spread = np.sqrt(np.square(shapes - shape).sum(2).mean())
    if spread > _SPREAD * np.sqrt(np.square(shape).sum(1).mean()):
        return ()  # they are turned every way, or no two are alike: the mean is no shape
    apart = np.linalg.norm((shape * [-1, 1])[:, None] - shape[None], axis=2)
    flip = tuple(apart.argmin(1).tolist())
    between = np.linalg.norm(shape[:, None] - shape[None], axis=2) + np.diag(np.full(len(shape), np.inf))
    near = apart.min(1) < _NEAR * between.min(1)[list(flip)]
    return flip if _swaps(flip, len(shape)) and near.all() else ()


def places(scenes: Sequence[Scene]) -> list[Float[np.ndarray, "k 2"]]:
    """Of the points of every thing."""
    return [np.asarray(points.places) for scene in scenes for points in scene.points]


def _swaps(flip: Sequence[int], count: int) -> bool:
    """Whether mirroring twice changes nothing."""
    return len(flip) == count > 0 and all(0 <= other < count and flip[other] == own for own, other in enumerate(flip))


def _others(name: str) -> list[str]:
    """What the partner of a name may be called, in lower case."""
    plain, made = name.lower(), []
    for left, right in _SIDES:
        for here, there in ((left, right), (right, left)):
            # a whole word, or a word at either end: "left_eye", "eyeleft"; a single letter stands alone
            pattern = here if len(here) > 1 else rf"(?<![a-z]){here}(?![a-z])"
            made += [plain[: m.start()] + there + plain[m.end() :] for m in re.finditer(pattern, plain)]
    return made
