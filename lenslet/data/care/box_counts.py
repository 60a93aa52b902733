"""stats, for boxes and points: how many there are of each class, how large, and on how many pictures."""

from dataclasses import replace

import numpy as np

from lenslet.data.care.counts import stats
from lenslet.data.care.survey import Watch
from lenslet.data.samples import PART_SPOKEN, Parts, Sample
from lenslet.data.scenes import Scenes
from lenslet.results.box_stats import BoxStats
from lenslet.results.data_stats import DataStats
from lenslet.results.spread import Spread

_SMALL, _MEDIUM = 32**2, 96**2  # pixels of area: what COCO calls small, and medium


def box_stats(scenes: Scenes, *, watch: Watch | None = None) -> DataStats:
    """Count what is in a data set of boxes or points: pictures as of classes, and the boxes.

    Args:
        scenes: the data set, as `read_boxes` gives it.
        watch: told what is being done, and which share of it is done.

    Raises:
        DataError: none of the pictures can be read.
    """
    train, valid, test = (
        tuple(Sample(scene.path, 0) for scene in made) for made in (scenes.train, scenes.valid, scenes.test)
    )
    counted = stats(Parts(scenes.root, ("",), train, valid, test), watch=watch)
    notes = [*scenes.notes]
    if scenes.faults:
        notes.append(f"{len(scenes.faults):,} things are wrong in the label files: see `lenslet data check`")
    return replace(counted, classes={}, boxes=_boxes(scenes), notes=tuple(notes))


def _boxes(scenes: Scenes) -> BoxStats:
    every = [scene for made in scenes.named.values() for scene in made]
    counts = np.array([len(scene.truth) for scene in every], np.int64)
    corners = np.concatenate([scene.truth.boxes for scene in every])
    area = np.concatenate([scene.truth.area for scene in every])
    sides = corners[:, 2:] - corners[:, :2]
    pictures = np.concatenate([
        np.full(len(scene.truth), float(np.prod(scene.truth.size or (0, 0)))) for scene in every
    ])  # fmt: skip
    small, medium = area < _SMALL, (area >= _SMALL) & (area < _MEDIUM)
    classes = {name: {PART_SPOKEN[part]: 0 for part in scenes.named} for name in scenes.names}
    for part, made in scenes.named.items():
        for name in (name for scene in made for name in scene.truth.classes):
            classes[name][PART_SPOKEN[part]] += 1
    known = pictures > 0
    flat = sides[:, 1] > 0
    return BoxStats(
        pictures={PART_SPOKEN[part]: len(made) for part, made in scenes.named.items()},
        classes=classes,
        empty=int((counts == 0).sum()),
        per_picture=Spread.of(counts),
        sizes={"small": int(small.sum()), "medium": int(medium.sum()), "large": int((~small & ~medium).sum())},
        width=_spread(sides[:, 0]),
        height=_spread(sides[:, 1]),
        aspect=_spread(np.round(sides[flat, 0] / sides[flat, 1], 4)),
        share=_spread(np.round(np.sqrt(sides[known].prod(1) / pictures[known]), 4)),
        points=len(scenes.joints.names) if scenes.joints is not None else 0,
        sides=sides,
        counts=counts,
    )


def _spread(values: np.ndarray) -> Spread | None:
    return Spread.of(values) if len(values) else None
