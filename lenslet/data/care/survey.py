"""A data set with everything that was seen of it: what the rules of a check look at."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Int

from lenslet.data.care.groups import Group, groups
from lenslet.data.care.looks import Describer
from lenslet.data.care.scan import Look, Scan, scan
from lenslet.data.samples import PART_SPOKEN, Parts, Sample
from lenslet.image.names import spoken

Watch = Callable[[str, float], None]
"""Told what is being done, and which share of it is."""


@dataclass(frozen=True)
class Survey:
    """All pictures of a data set, over all its parts, in one row.

    Args:
        parts: as they were read.
        scan: of every picture.
        groups: those that are one picture.
    """

    parts: Parts
    scan: Scan
    groups: tuple[Group, ...]

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """Every picture, the train part first."""
        return tuple(sample for part in self.parts.named.values() for sample in part)

    @cached_property
    def part(self) -> tuple[str, ...]:
        """The part of each: train, val or test."""
        return tuple(PART_SPOKEN[name] for name, part in self.parts.named.items() for _ in part)

    @cached_property
    def group(self) -> Int[np.ndarray, " n"]:
        """A number for each, equal for copies of one picture: that of the first of them."""
        number = np.arange(len(self.samples))
        for group in self.groups:
            number[list(group.members)] = group.members[0]
        return number

    def label(self, i: int) -> str:
        """The class that the i-th is filed under."""
        return self.parts.labels[self.samples[i].label]

    def path(self, i: int) -> str:
        """The i-th file as it was found."""
        return os.fspath(self.samples[i].path)

    def name(self, i: int) -> str:
        """The i-th file for a sentence: below the data's own folder, printable."""
        return short(self.samples[i].path, self.parts.root)

    def looks(self) -> list[tuple[int, Look]]:
        """The readable ones, with their numbers."""
        return [(i, file) for i, file in enumerate(self.scan.files) if isinstance(file, Look)]


def short(path: Path, root: Path) -> str:
    """A path for a sentence: from the data's own folder on, if it lies there."""
    home = root.parent if root.is_file() else root
    return spoken(path.relative_to(home) if path.is_relative_to(home) else path)


def survey(
    parts: Parts,
    *,
    near: bool = True,
    describe: bool = True,
    describer: Describer | None = None,
    watch: Watch | None = None,
) -> Survey:
    """Look at every picture of a data set, and find those that are one.

    Args:
        parts: the data set.
        near: look for near copies, too.
        describe: take edges and colours, to judge labels by.
        describer: gives features in addition.
        watch: told how far it is.
    """
    tell = watch or _silent
    paths = [sample.path for part in parts.named.values() for sample in part]
    seen = scan(
        paths,
        describe=describe,
        describer=describer,
        progress=lambda done, of: tell("looking at the pictures", done / of),
    )
    tell("comparing them", 0.0)
    found = groups(seen, near=near, progress=lambda share: tell("comparing them", share))
    return Survey(parts, seen, found)


def _silent(phase: str, share: float) -> None:
    """Nobody wants to know."""
