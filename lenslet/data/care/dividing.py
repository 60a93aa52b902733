"""split: a data set written anew, in parts; the old files stay where and as they are."""

import csv
import io
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lenslet.data.care.scan import Broken
from lenslet.data.care.splitting import assign
from lenslet.data.care.survey import Survey, Watch, survey
from lenslet.data.samples import PART_SPOKEN, Part, Parts
from lenslet.data.together import groups_of_samples
from lenslet.errors import CallError, DataError, WorkError
from lenslet.files import whole_folder, write_whole
from lenslet.results.data_split import DataSplit


def divide(
    parts: Parts,
    out: Path,
    *,
    share: float = 0.15,
    test: float = 0.0,
    link: bool = True,
    near: bool = True,
    watch: Watch | None = None,
) -> DataSplit:
    """Write a data set without parts anew, in parts: folders of links or copies, or a table.

    Args:
        parts: the data set.
        out: a new or empty folder; for a table also the new table itself.
        share: expected share of the validation part.
        test: expected share of the test part.
        link: hard links, which take no space; where the disk knows none, copies.
        near: keep near copies together, too, not only exact ones.
        watch: told what is being done, and which share of it is done.

    Raises:
        DataError: the data has parts already, or nothing in it can be read.
        CallError: a share out of its range, or an `out` that is taken or stands in the way.
        WorkError: the disk is full or may not be written.
    """
    refuse(parts, out, share, test)
    seen = survey(parts, near=near, describe=False, watch=watch)
    readable = seen.looks()
    if not readable:
        raise DataError(f"{parts.root}: none of the {len(seen.samples)} pictures can be read; see `lenslet data check`")
    numbers = [i for i, _ in readable]
    keys = np.array([look.key for _, look in readable], np.uint64)
    labels = np.array([seen.samples[i].label for i in numbers])
    known = groups_of_samples(seen.samples)
    people = [known.of[i] for i in numbers] if known else []
    places = assign(keys, labels, seen.group[numbers], people=people, share=share, test=test)
    notes = [*parts.notes, *groups_said(known.whence, people, places)]
    try:
        if parts.root.is_file():
            how, written = "table", _table(seen, numbers, places, out)
        else:
            how, written = _folder(seen, numbers, places, out, link, notes, watch)
    except OSError as error:
        raise WorkError(f"{out} cannot be written ({error.strerror or error}); choose another place") from error
    counted = Counter((place, seen.label(i)) for i, place in zip(numbers, places, strict=True))
    filled = [part for part in PART_SPOKEN if part in places]
    return DataSplit(
        data=str(parts.root),
        out=written,
        parts={
            PART_SPOKEN[part]: {label: counted[part, label] for label in parts.labels if counted[part, label]}
            for part in filled
        },
        how=how,
        together=len(seen.groups),
        skipped=tuple((seen.path(i), f.why) for i, f in enumerate(seen.scan.files) if isinstance(f, Broken)),
        notes=tuple(notes),
    )


def groups_said(whence: str, people: Sequence[str], places: Sequence[Part]) -> list[str]:
    """In words, how many groups of pictures went where; nothing where there are none."""
    if not people:
        return []
    each = {part: {who for who, place in zip(people, places, strict=True) if place == part} for part in PART_SPOKEN}
    said = ", ".join(f"{len(names):,} {PART_SPOKEN[part]}" for part, names in each.items() if names)
    return [f"{len(set(people)):,} groups of pictures ({whence}) are kept whole: {said}"]


def refuse(parts: Parts, out: Path, share: float, test: float) -> None:
    """Say what is wrong with a call before any picture is opened."""
    if not (0 < share < 1 and 0 <= test < 1 and share + test < 1):
        raise CallError(
            f"a share of {share:g} for validation and {test:g} for test: give shares above 0, below 1 together"
        )
    if parts.valid or parts.test:
        names = " and ".join(PART_SPOKEN[part] for part in parts.named)
        raise DataError(f"{parts.root} is divided already ({names}); give the folder that holds one folder per class")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CallError(f"{out} is there already and not empty; give --out a new or an empty folder")
    home, new = parts.root.resolve(), out.resolve()
    if parts.root.is_dir() and (new.is_relative_to(home) or home.is_relative_to(new)):
        raise CallError(f"{out} and {parts.root} lie inside of each other; give --out a folder somewhere else")


def _folder(
    seen: Survey,
    numbers: Sequence[int],
    places: Sequence[Part],
    out: Path,
    link: bool,
    notes: list[str],
    watch: Watch | None,
) -> tuple[str, Path]:
    """`out/<part>/<class>/...`, each file under the name that it had below its class; whole or not at all."""
    copied = 0
    with whole_folder(out) as temporary:
        for done, (i, place) in enumerate(zip(numbers, places, strict=True), start=1):
            source = seen.samples[i].path
            target = temporary / PART_SPOKEN[place] / source.relative_to(seen.parts.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            linked = link and _linked(source, target)
            if not linked:
                copied += 1
                shutil.copyfile(source, target)
            if watch is not None and (done % 256 == 0 or done == len(numbers)):
                watch("writing the parts", done / len(numbers))
    if link and copied:
        notes.append(f"{copied:,} files are copies, because this disk cannot link them")
    return ("copy" if copied == len(numbers) else "link"), out


def _linked(source: Path, target: Path) -> bool:
    """A hard link to the file itself, never to a link; false where that cannot be."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        return False
    return True


def _table(seen: Survey, numbers: Sequence[int], places: Sequence[Part], out: Path) -> Path:
    """A table of path, label, part, and group where there are such; paths count from the new table's folder."""
    path = out if out.suffix.lower() in (".csv", ".tsv") else out / seen.parts.root.name
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", lineterminator="\n")
    grouped = any(sample.group for sample in seen.samples)
    writer.writerow(["path", "label", "part", *(["group"] if grouped else [])])
    home = path.parent.resolve()
    for i, place in zip(numbers, places, strict=True):
        own = [seen.samples[i].group] if grouped else []
        writer.writerow([_from(seen.samples[i].path, home), seen.label(i), PART_SPOKEN[place], *own])
    write_whole(path, text.getvalue().encode("utf-8", "surrogateescape"))
    return path


def _from(path: Path, home: Path) -> str:
    """The path from a folder on; as it is where there is no way (another drive)."""
    whole = path.parent.resolve() / path.name
    try:
        return Path(os.path.relpath(whole, home)).as_posix()
    except ValueError:
        return whole.as_posix()
