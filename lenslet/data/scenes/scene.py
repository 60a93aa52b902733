"""What the readers of boxes and points hand over: pictures with what is known to be in them, in parts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lenslet.data.samples import Part
from lenslet.results import Detections, Points


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in label files, and what was made of it.

    Args:
        kind: a name in `lenslet.results.data_report.KINDS`.
        sentence: what is wrong, in which file and line, and what was done.
        paths: the label file, then the picture, where there are such.
        line: of the label file, from 1; None where it has none.
    """

    kind: str
    sentence: str
    paths: tuple[Path, ...] = ()
    line: int | None = None


@dataclass(frozen=True)
class Joints:
    """The points that every object of a data set has.

    Args:
        names: of each point.
        lines: pairs of numbers of points, for drawing.
        flip: which point each becomes in the mirror; empty where it is not said.
    """

    names: tuple[str, ...]
    lines: tuple[tuple[int, int], ...] = ()
    flip: tuple[int, ...] = ()


@dataclass(frozen=True)
class Scene:
    """A picture and its truth.

    Args:
        path: of the picture.
        name: what it is called in its data set: a path below the folder of pictures, with slashes.
        truth: its boxes, in pixels; `truth.size` is the size of the picture.
        points: of each box, where the data set has points.
        key: its number in the file it comes from.
        more: what that file says of it beside, as JSON; of the boxes in `mores`. "" where it says nothing.
        mores: see `more`; one a box, or none at all.
        group: whom or what it shows, where its table says so: pictures of one person, or frames of one film.
    """

    path: Path
    name: str
    truth: Detections
    points: tuple[Points, ...] = ()
    key: int | str | None = None
    more: str = ""
    mores: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True)
class Scenes:
    """A data set of boxes or points as it lies on the disk, already put right.

    Args:
        root: the folder or file that was read.
        form: voc, coco, yolo, labelstudio or csv.
        names: of the classes.
        train, valid, test: pictures; `valid` and `test` are empty where the data does not have them.
        faults: what was wrong with the label files.
        notes: what else a person should know, in sentences.
        joints: the points that every object has; None where there are boxes only.
        boxless: the data has points only; the boxes are those around them.
        more: what the files say of the whole, by their form.
    """

    root: Path
    form: str
    names: tuple[str, ...]
    train: tuple[Scene, ...]
    valid: tuple[Scene, ...] = ()
    test: tuple[Scene, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    joints: Joints | None = None
    boxless: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def measured(self) -> tuple[Scene, ...]:
        """The part to measure a finished model on: test, else valid, else everything."""
        return self.test or self.valid or self.train

    @property
    def named(self) -> dict[Part, tuple[Scene, ...]]:
        """The parts that are not empty, by name."""
        parts: dict[Part, tuple[Scene, ...]] = {"train": self.train, "valid": self.valid, "test": self.test}
        return {name: part for name, part in parts.items() if part}

    @property
    def folder(self) -> Path:
        """The data folder: `root`, or that which holds it."""
        return self.root if self.root.is_dir() else self.root.parent
