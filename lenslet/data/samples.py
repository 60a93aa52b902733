"""What a reader hands over: files with their truth, in parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

Part = Literal["train", "valid", "test"]

PART_NAMES: dict[str, Part] = {
    "train": "train",
    "training": "train",
    "val": "valid",
    "valid": "valid",
    "validation": "valid",
    "dev": "valid",
    "test": "test",
    "testing": "test",
}
"""What people call the parts of a data set, in lower case -> what they are called here."""

PART_SPOKEN: dict[Part, str] = {"train": "train", "valid": "val", "test": "test"}
"""What the parts are called towards people: as their folders are, usually."""


@dataclass(frozen=True)
class Sample:
    """One file and its class, as an index into the labels of its data set; and whom or what it shows, where a table
    says so: pictures of one person, or frames of one film."""

    path: Path
    label: int
    group: str = ""


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, and why, in one sentence."""

    path: Path
    why: str


@dataclass(frozen=True)
class Parts:
    """A data set of classes as it lies on the disk.

    `valid` and `test` are empty where the data does not have them: `train` then holds everything. `root` is the folder,
    or the table of paths and labels; `empty` are class folders without a picture.
    """

    root: Path
    labels: tuple[str, ...]
    train: tuple[Sample, ...]
    valid: tuple[Sample, ...] = ()
    test: tuple[Sample, ...] = ()
    notes: tuple[str, ...] = ()
    empty: tuple[Path, ...] = ()

    @classmethod
    def gathered(
        cls,
        root: Path,
        read: Mapping[Part, Mapping[str, Iterable[Path]]],
        notes: Iterable[str] = (),
        empty: Iterable[Path] = (),
        groups: Mapping[Path, str] | None = None,
    ) -> "Parts":
        """A data set from its parts, each class name -> files: labels sorted, classes in their order in every part.

        A class that is in another part, but not in the train part, is noted: it cannot be learned. `groups` are of the
        files that have one.
        """
        known = groups or {}
        labels = tuple(sorted({name for classes in read.values() for name in classes}))
        index = {name: i for i, name in enumerate(labels)}
        filled = {
            part: tuple(
                Sample(path, index[name], known.get(path, "")) for name in sorted(classes) for path in classes[name]
            )
            for part, classes in read.items()
        }
        train, valid, test = (filled.get(part, ()) for part in ("train", "valid", "test"))
        made = cls(root, labels, train, valid, test, tuple(notes), tuple(empty))
        missing = (missing_note(made, "valid"), missing_note(made, "test"))
        return replace(made, notes=(*made.notes, *filter(None, missing)))

    @property
    def measured(self) -> tuple[Sample, ...]:
        """The part to measure a finished model on: test, else valid, else everything."""
        return self.test or self.valid or self.train

    @property
    def named(self) -> dict[Part, tuple[Sample, ...]]:
        """The parts that are not empty, by name."""
        return {name: part for name, part in self._all().items() if part}

    def _all(self) -> dict[Part, tuple[Sample, ...]]:
        return {"train": self.train, "valid": self.valid, "test": self.test}


def some(names: list[str]) -> str:
    """At most five names, for a sentence."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def missing_note(parts: Parts, part: Part) -> str:
    """The sentence about classes of a part that the train part lacks; empty where there are none."""
    learned = {sample.label for sample in parts.train}
    there = {sample.label for name, samples in parts.named.items() if name == part for sample in samples}
    unknown = sorted(parts.labels[label] for label in there - learned)
    if not learned or not unknown:
        return ""
    return f"{some(unknown)} in the {PART_SPOKEN[part]} part, but not in the train part: it cannot be learned"


def empty_note(folder: Path) -> str:
    """The sentence about a class folder without a picture."""
    return f"{folder}: no pictures in this class folder, so it is left out"


def holds_run(names: Iterable[str]) -> bool:
    """Whether a folder with these files in it is a model, or a run of training: no data, wherever it lies."""
    return not {"card.json", "args.yaml"}.isdisjoint(names)
