"""The folder reader: a folder per class, with or without train / val / test parts above them."""

import os
from pathlib import Path

from lenslet.data.samples import PART_NAMES, Part, Parts, empty_note, some
from lenslet.errors import DataError
from lenslet.image import SUFFIXES

_NOT_CLASSES = {"__macosx", "lost+found", "system volume information"}


def read_folder(root: str | Path, *, at_least: int = 2) -> Parts:
    """Read `root/<class>/**/<image>`, or the same below `root/train`, `root/val` and `root/test`.

    Classes are the names of the folders, sorted; every picture below a class folder, however deep, is of that class.
    Hidden folders are not looked at. No picture is opened here.

    Args:
        root: the folder.
        at_least: how many classes there must be (2 to train, 1 to measure).

    Raises:
        DataError: no folder, no pictures, no class folders, or fewer classes than `at_least`.
    """
    root = Path(root)
    if not root.exists():
        raise DataError(f"{root}: there is no such folder; give the folder that holds one folder of pictures per class")
    if not root.is_dir():
        raise DataError(f"{root} is a file, not a folder; give the folder that holds one folder of pictures per class")
    folders = _folders(root)
    parts = {f: PART_NAMES[f.name.lower()] for f in folders if f.name.lower() in PART_NAMES}
    notes: list[str] = []
    empty: list[Path] = []
    read: dict[Part, dict[str, list[Path]]] = {}
    if "train" in parts.values() or (parts and len(parts) == len(folders)):
        for folder, part in parts.items():  # val and valid, side by side, are one part
            for name, pictures in _classes(folder, empty).items():
                read.setdefault(part, {}).setdefault(name, []).extend(pictures)
        if others := [f.name for f in folders if f not in parts]:
            notes.append(f"{root}: {some(others)} beside the parts, so not looked at")
    else:
        read["train"] = _classes(root, empty)
    _refuse(root, tuple(sorted({name for classes in read.values() for name in classes})), at_least)
    notes += map(empty_note, empty)
    return Parts.gathered(root, read, notes, empty)


def is_class_folder(root: Path) -> bool:
    """Whether `root` looks like a folder of classes (with or without parts): used to guess the task."""
    try:
        read_folder(root, at_least=1)
    except DataError:
        return False
    return True


def one_of_each(root: str | Path, *, folders: int, most: int, wanted: int) -> list[Path]:
    """A picture of each of `wanted` class folders, where there are many folders of few pictures each; else none.

    Only some of the folders are looked into, so that a large data set costs nothing. With parts, that to learn from.

    Args:
        root: the folder.
        folders: as many there must be.
        most: pictures that the middle one of them may hold.
        wanted: pictures.
    """
    root = Path(root)
    if not root.is_dir():
        return []
    inside = _folders(root)
    part = next((folder for folder in inside if PART_NAMES.get(folder.name.lower()) == "train"), None)
    inside = inside if part is None else _folders(part)
    if len(inside) < folders:
        return []
    some = [inside[i * len(inside) // wanted] for i in range(wanted)] if len(inside) > wanted else inside
    found = [pictures for folder in some if (pictures := _pictures(folder))]
    counts = sorted(map(len, found))
    if len(found) < folders or counts[len(counts) // 2] > most:
        return []
    return [pictures[len(pictures) // 2] for pictures in found]


def _folders(root: Path) -> list[Path]:
    """The folders directly below `root` that may be classes or parts, sorted by name."""
    try:
        inside = sorted(root.iterdir())
    except OSError as error:
        raise DataError(f"{root}: the folder cannot be read ({error.strerror}); check its permissions") from error
    folders = [f for f in inside if f.is_dir() and not f.name.startswith(".") and f.name.lower() not in _NOT_CLASSES]
    return [f for f in folders if not (f.name == "runs" and _keeps_runs(f))]


def _keeps_runs(folder: Path) -> bool:
    """Whether this is where `lenslet train` has put its runs: no class, though they have figures in them."""
    return any(folder.glob("*/args.yaml")) or any(folder.glob("*/card.json"))


def _classes(root: Path, empty: list[Path]) -> dict[str, list[Path]]:
    """Class name -> its pictures, sorted; classes without pictures are left out and added to `empty`."""
    classes: dict[str, list[Path]] = {}
    for folder in _folders(root):
        pictures = _pictures(folder)
        if pictures:
            classes[folder.name] = pictures
        else:
            empty.append(folder)
    return classes


def _pictures(folder: Path) -> list[Path]:
    """Every file below `folder` whose name ends like a picture's, sorted by path; of pipes and devices none."""
    found, waiting = [], [os.fspath(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                inside = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError:  # not ours to look at
            continue
        waiting += [entry.path for entry in inside if entry.is_dir(follow_symlinks=False)]
        # a link is taken whatever it leads to: one that leads nowhere is a broken picture, and is told as such
        found += [Path(e.path) for e in inside if _ends_like_a_picture(e.name) and (e.is_file() or e.is_symlink())]
    return sorted(found)


def _ends_like_a_picture(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in SUFFIXES  # noqa: PTH122 - a name, no path


def _refuse(root: Path, labels: tuple[str, ...], at_least: int) -> None:
    """Say what is wrong with a folder that has too few classes."""
    if len(labels) >= at_least:
        return
    if labels:
        raise DataError(
            f"{root} holds one class only ({labels[0]}): a classifier needs at least two; "
            "put the pictures of what it is not into a second folder, for instance 'other'"
        )
    if _pictures(root):
        raise DataError(
            f"{root} holds pictures, but no class folders: put the pictures of each class into a folder with its name"
        )
    raise DataError(
        f"{root}: no pictures found; expected one folder per class, with {', '.join(sorted(SUFFIXES)[:6])}, ... in it"
    )
