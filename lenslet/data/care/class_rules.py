"""What may be wrong with the classes as a whole."""

from collections.abc import Iterator

import numpy as np

from lenslet.data.care.survey import Survey, short
from lenslet.data.samples import Part, empty_note, missing_note, some
from lenslet.results.data_report import Finding

_FEW = 10  # different pictures
_UNEVEN = 10  # times as many


def reading(survey: Survey) -> Iterator[Finding]:
    """What the reader said, but for what has a kind of its own."""
    told = {empty_note(folder) for folder in survey.parts.empty} | set(_missing(survey).values())
    for note in survey.parts.notes:
        if note not in told:
            yield Finding("reading", note)


def missing(survey: Survey) -> Iterator[Finding]:
    """Classes that a part lacks, or of which no picture can be read."""
    for note in _missing(survey).values():
        yield Finding("missing", note)
    counts = distinct(survey)
    learned = {s.label for s in survey.parts.train}
    for label, name in enumerate(survey.parts.labels):
        if label in learned and not counts[label]:
            yield Finding("missing", f"{name}: none of its pictures can be read", label=name)
    for part in ("val", "test"):
        there = {s.label for s, mine in zip(survey.samples, survey.part, strict=True) if mine == part}
        lacking = [survey.parts.labels[label] for label in sorted(learned - there)]
        if there and lacking:
            yield Finding("class", f"{some(lacking)}: not in the {part} part, so nothing is measured on it")


def few(survey: Survey) -> Iterator[Finding]:
    """Empty and small classes, and classes of very different sizes; copies count once."""
    for folder in survey.parts.empty:
        yield Finding(
            "class", f"{short(folder, survey.parts.root)}: no pictures in this class folder", label=folder.name
        )
    counts = distinct(survey)
    learned = sorted({s.label for s in survey.parts.train})
    for label in learned:
        if 0 < counts[label] < _FEW:
            name = survey.parts.labels[label]
            pictures = "one picture" if counts[label] == 1 else f"{counts[label]} different pictures"
            yield Finding("class", f"{name} has {pictures} to learn from", label=name)
    there = [label for label in learned if counts[label]]
    if len(there) > 1:
        least, most = min(there, key=lambda k: counts[k]), max(there, key=lambda k: counts[k])
        if counts[most] >= _UNEVEN * counts[least]:
            names = survey.parts.labels
            yield Finding(
                "class",
                f"{names[most]} has {counts[most]:,} pictures and {names[least]} {counts[least]:,}: "
                f"{counts[most] / counts[least]:.0f} times as many",
            )


def distinct(survey: Survey) -> list[int]:
    """Different readable pictures of each class in the train part."""
    seen: list[set[int]] = [set() for _ in survey.parts.labels]
    rows = np.array(survey.scan.rows)
    for i in range(len(survey.parts.train)):
        if rows[i] >= 0:
            seen[survey.samples[i].label].add(int(survey.group[i]))
    return [len(groups) for groups in seen]


def _missing(survey: Survey) -> dict[Part, str]:
    """By part, the reader's sentence about classes that the train part lacks."""
    parts: tuple[Part, ...] = ("valid", "test")
    return {part: note for part in parts if (note := missing_note(survey.parts, part))}
