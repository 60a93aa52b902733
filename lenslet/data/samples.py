"""What a reader hands over: files with their truth, in parts."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """One file and its class, as an index into the labels of its data set."""

    path: Path
    label: int


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, and why, in one sentence."""

    path: Path
    why: str


@dataclass(frozen=True)
class Parts:
    """A data set of classes as it lies on the disk.

    `valid` and `test` are empty where the folder does not have them: `train` then holds everything.
    """

    root: Path
    labels: tuple[str, ...]
    train: tuple[Sample, ...]
    valid: tuple[Sample, ...] = ()
    test: tuple[Sample, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def measured(self) -> tuple[Sample, ...]:
        """The part to measure a finished model on: test, else valid, else everything."""
        return self.test or self.valid or self.train
