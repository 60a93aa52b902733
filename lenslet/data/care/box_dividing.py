"""split, for boxes and points: the same data set in parts, in the form it has; the old files stay where they are."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from lenslet.data.care.dividing import groups_said, refuse
from lenslet.data.care.scan import Broken
from lenslet.data.care.splitting import assign
from lenslet.data.care.survey import Watch, survey
from lenslet.data.samples import PART_SPOKEN, Part, Parts, Sample
from lenslet.data.scenes import Scene, Scenes, write_boxes
from lenslet.data.together import groups_of
from lenslet.errors import DataError
from lenslet.results.data_split import DataSplit


def divide_boxes(
    scenes: Scenes,
    out: Path,
    *,
    share: float = 0.15,
    test: float = 0.0,
    link: bool = True,
    near: bool = True,
    watch: Watch | None = None,
) -> DataSplit:
    """Write a data set of boxes or points without parts anew, in parts. A picture counts as of its rarest class.

    Args:
        scenes: the data set, read whole.
        out: a new or empty folder.
        share: expected share of the validation part.
        test: expected share of the test part.
        link: hard links, which take no space; where the disk knows none, copies.
        near: keep near copies together, too, not only exact ones.
        watch: told what is being done, and which share of it is done.

    Returns:
        The same as of classes; `parts` counts boxes.

    Raises:
        DataError: the data has parts already, or nothing in it can be read.
        CallError: a share out of its range, or an `out` that is taken or stands in the way.
        WorkError: the disk is full or may not be written.
    """
    parts = {
        name: tuple(Sample(scene.path, 0) for scene in made)
        for name, made in (("train", scenes.train), ("valid", scenes.valid), ("test", scenes.test))
    }
    refuse(Parts(scenes.folder, ("",), parts["train"], parts["valid"], parts["test"]), out, share, test)
    seen = survey(Parts(scenes.folder, ("",), parts["train"]), near=near, describe=False, watch=watch)
    readable = seen.looks()
    if not readable:
        raise DataError(
            f"{scenes.root}: none of the {len(scenes.train)} pictures can be read; see `lenslet data check`"
        )
    numbers = [i for i, _ in readable]
    keys = np.array([look.key for _, look in readable], np.uint64)
    rarest = _rarest(scenes)[numbers]
    group = seen.group[numbers]
    for members in (np.nonzero(group == number)[0] for number in np.unique(group)):
        rarest[members] = rarest[members[0]]  # copies may be labelled differently, and stay together all the same
    known = groups_of(scenes.train)
    people = [known.of[i] for i in numbers] if known else []
    places = assign(keys, rarest, group, people=people, share=share, test=test)
    made: dict[Part, list[Scene]] = {"train": [], "valid": [], "test": []}
    for i, place in zip(numbers, places, strict=True):
        made[place].append(scenes.train[i])
    divided = replace(scenes, train=tuple(made["train"]), valid=tuple(made["valid"]), test=tuple(made["test"]))
    tell = None if watch is None else (lambda done, of: watch("writing the parts", done / of))
    written = write_boxes(divided, scenes.form, out, link=link, progress=tell)
    counts = {part: Counter(name for s in own for name in s.truth.classes) for part, own in divided.named.items()}
    pictures = ", ".join(f"{len(own):,} {PART_SPOKEN[part]}" for part, own in divided.named.items())
    notes = [f"boxes are counted; pictures: {pictures}", *groups_said(known.whence, people, places), *scenes.notes]
    if link and written.copied:
        notes.append(f"{written.copied:,} files are copies, because this disk cannot link them")
    return DataSplit(
        data=str(scenes.root),
        out=out,
        parts={PART_SPOKEN[part]: {n: count[n] for n in scenes.names if count[n]} for part, count in counts.items()},
        how="link" if written.linked else "copy",
        together=len(seen.groups),
        skipped=tuple((seen.path(i), f.why) for i, f in enumerate(seen.scan.files) if isinstance(f, Broken)),
        notes=tuple(notes),
    )


def _rarest(scenes: Scenes) -> np.ndarray:
    """Of each picture the class that the fewest boxes have; one more than there are classes for none."""
    count = Counter(int(label) for scene in scenes.train for label in scene.truth.labels)
    return np.array(
        [min(map(int, s.truth.labels), key=lambda k: (count[k], k), default=len(scenes.names)) for s in scenes.train]
    )
