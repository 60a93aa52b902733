"""What may be wrong with a single file."""

import os
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from lenslet.data.care.scan import Broken
from lenslet.data.care.survey import Survey, short
from lenslet.data.samples import holds_run
from lenslet.image import KINDS, SUFFIXES
from lenslet.image.names import spoken
from lenslet.results.data_report import Finding

_LONG = 4.0  # times as long as wide
_LARGE = 40e6  # pixels
_QUIET = {
    ".txt",
    ".md",
    ".json",
    ".csv",
    ".tsv",
    ".xml",
    ".yaml",
    ".yml",
    ".db",
    ".ini",
    ".html",
    ".py",
}  # beside pictures


def broken(survey: Survey) -> Iterator[Finding]:
    """Files that cannot be read, and those that have lost their end."""
    for i, file in enumerate(survey.scan.files):
        path, name = survey.path(i), survey.name(i)
        if isinstance(file, Broken):
            # the sentence calls the file by its whole path; here, as everywhere on the page, it goes by the short one
            why = file.why.replace(spoken(path), name, 1)
            yield Finding("unreadable", why, (path,), survey.label(i))
        elif file.lost:
            yield Finding(
                "damaged",
                f"{name} ends in {file.lost:,} empty bytes: a part of the picture is lost",
                (path,),
                survey.label(i),
            )


def suffixes(survey: Survey) -> Iterator[Finding]:
    """Names that promise another format than the file holds, together by suffix and format."""
    wrong: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, look in survey.looks():
        suffix = survey.samples[i].path.suffix.lower()
        if look.kind not in KINDS.get(suffix, {look.kind}):
            wrong[suffix, look.kind].append(i)
    for (suffix, kind), numbers in sorted(wrong.items()):
        what = f"{survey.name(numbers[0])} ends" if len(numbers) == 1 else f"{len(numbers):,} files end"
        example = "" if len(numbers) == 1 else f", for instance {survey.name(numbers[0])}"
        yield Finding(
            "suffix",
            f"{what} in {suffix}, but {'is' if len(numbers) == 1 else 'are'} {kind}{example}",
            tuple(survey.path(i) for i in numbers),
        )


def blank(survey: Survey) -> Iterator[Finding]:
    """Pictures of one colour."""
    for i, look in survey.looks():
        if look.blank:
            red, green, blue = (round(255 * value) for value in look.mean)
            shade = (
                "black" if max(red, green, blue) < 12 else "white" if min(red, green, blue) > 243 else "of one colour"
            )
            yield Finding("blank", f"{survey.name(i)} is {shade} all over", (survey.path(i),), survey.label(i))


def sizes(survey: Survey) -> Iterator[Finding]:
    """Pictures that are far smaller, longer or larger than the others."""
    looks = survey.looks()
    if not looks:
        return
    sides = np.array([min(look.height, look.width) for _, look in looks])
    usual = float(np.median(sides))
    shape = float(np.median([max(look.height, look.width) / min(look.height, look.width) for _, look in looks]))
    area = float(np.median([look.height * look.width for _, look in looks]))
    for i, look in looks:
        side, ratio = min(look.height, look.width), max(look.height, look.width) / min(look.height, look.width)
        measure = f"{survey.name(i)} is {look.width} x {look.height} pixels"
        if side < usual / 2 and (side < 16 or side < min(64, usual / 4)):
            yield Finding("size", f"{measure}: tiny beside the usual {usual:.0f}", (survey.path(i),), survey.label(i))
        elif ratio >= max(_LONG, 2 * shape):
            yield Finding("size", f"{measure}: {ratio:.1f} times as long as wide", (survey.path(i),), survey.label(i))
        elif look.height * look.width >= max(_LARGE, 4 * area):
            yield Finding("size", f"{measure}: huge, and slow to open", (survey.path(i),), survey.label(i))


def others(survey: Survey) -> Iterator[Finding]:
    """Files below the folder that are passed over because of their names, together by suffix."""
    root = survey.parts.root
    if not root.is_dir():
        return
    found: dict[str, list[str]] = defaultdict(list)
    for place, folders, files in os.walk(root):
        if place != str(root) and holds_run(files):
            folders.clear()
            continue
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for file in sorted(files):
            suffix = os.path.splitext(file)[1].lower()  # noqa: PTH122 - a name, no path
            if not file.startswith(".") and suffix not in SUFFIXES and suffix not in _QUIET:
                found[suffix].append(os.path.join(place, file))  # noqa: PTH118 - as os.walk gives them
    for suffix, paths in sorted(found.items()):
        ending = f"in {spoken(suffix)}" if suffix else "without a suffix"
        example = short(type(root)(paths[0]), root)
        count = f"{len(paths):,} files end {ending}" if len(paths) > 1 else f"one file ends {ending}"
        yield Finding("other", f"{count}, which is not looked at: {example}", tuple(paths))
