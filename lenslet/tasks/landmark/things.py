"""The things whose points are learned, each with its picture, its box and its group. Imports no torch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lenslet.data import Scene, Scenes
from lenslet.data.together import groups_of
from lenslet.results import Points
from lenslet.tasks.landmark.views import BOX, WHOLE

_ALONE = 0.9  # share of the pictures with one thing from which on whole pictures are seen


@dataclass(frozen=True)
class Thing:
    """One thing with points.

    Args:
        path: of its picture.
        truth: its points, pixels of the picture.
        box: around it, x1 y1 x2 y2 pixels.
        group: of the pictures that belong together; "" where not known.
    """

    path: Path
    truth: Points
    box: Float[np.ndarray, " 4"]
    group: str = ""


def view_of(scenes: Scenes) -> str:
    """Whole pictures where the data has points only, and one thing a picture; else the square around each box."""
    if not scenes.boxless:
        return BOX
    counts = [len(scene.truth) for part in scenes.named.values() for scene in part if len(scene.truth)]
    return WHOLE if np.mean(np.array(counts) == 1) >= _ALONE else BOX


def things(scenes: Sequence[Scene], view: str) -> tuple[list[Thing], list[str]]:
    """Every thing with a known point, and sentences on what was left out.

    Args:
        scenes: pictures; those that show nothing with points are passed over.
        view: where it is the whole picture, only the largest thing of each counts.
    """
    groups = groups_of(scenes).of or ("",) * len(scenes)
    made: list[Thing] = []
    several = 0
    for scene, group in zip(scenes, groups, strict=True):
        crowd = scene.truth.crowd if scene.truth.crowd is not None else np.zeros(len(scene.truth), bool)
        own = [
            Thing(scene.path, replace(points, picture=scene.path, size=scene.truth.size), np.asarray(box), group)
            for points, box, many in zip(scene.points, scene.truth.boxes, crowd, strict=True)
            if points.known.any() and not many
        ]
        if view == WHOLE and len(own) > 1:
            several += 1
            own = [max(own, key=lambda thing: float(np.prod(thing.box[2:] - thing.box[:2])))]
        made += own
    if not several:
        return made, []
    what = "picture shows" if several == 1 else "pictures show"
    return made, [f"{several} {what} more than one thing: only the largest counts, because the net sees whole pictures"]
