"""Pictures that show one thing, or none: the data of localisation. Imports no torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lenslet.data import Scene
from lenslet.results import Localization


@dataclass(frozen=True)
class Shown:
    """A picture and its truth, in pixels of the picture."""

    path: Path
    truth: Localization

    @property
    def kind(self) -> int:
        """Number of the class; -1 where nothing is there."""
        return int(self.truth.scores.argmax()) if self.truth.found else -1


def shown(scenes: Sequence[Scene], names: tuple[str, ...]) -> tuple[list[Shown], list[str]]:
    """Of every picture the largest thing; and a sentence where there were more. Crowds are no thing.

    Args:
        scenes: with boxes whose labels count as `names` do.
        names: of the classes.
    """
    made: list[Shown] = []
    several = 0
    for scene in scenes:
        seen = scene.truth if scene.truth.crowd is None else scene.truth[~scene.truth.crowd]
        several += len(seen) > 1
        if not len(seen):
            made.append(Shown(scene.path, Localization.nothing(names, scene.path, scene.truth.size)))
            continue
        sides = seen.boxes[:, 2:] - seen.boxes[:, :2]
        best = int(np.argmax(sides[:, 0] * sides[:, 1]))
        scores = np.eye(len(names))[int(seen.labels[best])]
        truth = Localization(1.0, seen.boxes[best], scores, names, scene.path, scene.truth.size)
        made.append(Shown(scene.path, truth))
    if not several:
        return made, []
    what = "picture shows" if several == 1 else "pictures show"
    return made, [f"{several} {what} more than one thing: the largest counts, because the answer has one box"]
