"""The folder reader: a folder per class, with or without train / val / test parts above them."""

import os
from pathlib import Path

from lenslet.data.samples import Parts, Sample
from lenslet.errors import DataError
from lenslet.image import SUFFIXES

PART_NAMES = {
    "train": "train",
    "training": "train",
    "val": "valid",
    "valid": "valid",
    "validation": "valid",
    "dev": "valid",
    "test": "test",
    "testing": "test",
}
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
    parts = {PART_NAMES[f.name.lower()]: f for f in folders if f.name.lower() in PART_NAMES}
    notes: list[str] = []
    if "train" in parts or (parts and len(parts) == len(folders)):
        read = {part: _classes(folder, notes) for part, folder in parts.items()}
    else:
        read = {"train": _classes(root, notes)}
    labels = tuple(sorted({name for classes in read.values() for name in classes}))
    _refuse(root, labels, at_least)
    index = {name: i for i, name in enumerate(labels)}
    filled = {
        part: tuple(Sample(path, index[name]) for name in sorted(classes) for path in classes[name])
        for part, classes in read.items()
    }
    for part in ("valid", "test"):
        unknown = (
            sorted({labels[s.label] for s in filled.get(part, ())} - {labels[s.label] for s in filled["train"]})
            if (filled.get("train"))
            else []
        )
        if unknown:
            notes.append(f"{_names(unknown)} in the {part} part, but not in the train part: it cannot be learned")
    return Parts(root, labels, filled.get("train", ()), filled.get("valid", ()), filled.get("test", ()), tuple(notes))


def is_class_folder(root: Path) -> bool:
    """Whether `root` looks like a folder of classes (with or without parts): used to guess the task."""
    try:
        read_folder(root, at_least=1)
    except DataError:
        return False
    return True


def _folders(root: Path) -> list[Path]:
    """The folders directly below `root` that may be classes or parts, sorted by name."""
    try:
        inside = sorted(root.iterdir())
    except OSError as error:
        raise DataError(f"{root}: the folder cannot be read ({error.strerror}); check its permissions") from error
    return [f for f in inside if f.is_dir() and not f.name.startswith(".") and f.name.lower() not in _NOT_CLASSES]


def _classes(root: Path, notes: list[str]) -> dict[str, list[Path]]:
    """Class name -> its pictures, sorted; classes without pictures are left out and noted."""
    classes: dict[str, list[Path]] = {}
    for folder in _folders(root):
        pictures = _pictures(folder)
        if pictures:
            classes[folder.name] = pictures
        else:
            notes.append(f"{folder}: no pictures in this class folder, so it is left out")
    return classes


def _pictures(folder: Path) -> list[Path]:
    """Every file below `folder` whose name ends like a picture's, sorted by path."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        found += [Path(place, f) for f in files if not f.startswith(".") and Path(f).suffix.lower() in SUFFIXES]
    return sorted(found)


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


def _names(names: list[str]) -> str:
    """At most five names, for a sentence."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
