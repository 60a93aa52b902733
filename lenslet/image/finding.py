"""Finding pictures: a file, a folder with all that is below it, or a pattern."""

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from lenslet.errors import CallError
from lenslet.image.names import spoken

KINDS = {
    ".jpg": {"JPEG", "MPO"},
    ".jpeg": {"JPEG", "MPO"},
    ".jpe": {"JPEG", "MPO"},
    ".jfif": {"JPEG", "MPO"},
    ".mpo": {"JPEG", "MPO"},
    ".png": {"PNG"},
    ".webp": {"WEBP"},
    ".bmp": {"BMP"},
    ".gif": {"GIF"},
    ".tif": {"TIFF"},
    ".tiff": {"TIFF"},
    ".avif": {"AVIF"},
    ".pgm": {"PPM"},
    ".ppm": {"PPM"},
    ".pbm": {"PPM"},
    ".pnm": {"PPM"},
    ".pfm": {"PPM"},
}
"""What a suffix, in lower case, promises: the kinds of `image_header` that go by it."""

SUFFIXES = frozenset(KINDS)
"""Suffixes, in lower case, of the files that are taken for pictures in a folder (opening goes by content)."""


def find_images(source: str | Path) -> list[Path]:
    """The pictures that `source` names, sorted, each once; none of them is opened.

    A file stands for itself, whatever its suffix. A folder gives all files below it that have one of `SUFFIXES`; hidden
    files and folders (and so files still being written) are passed over, links are followed, loops of them end.
    Anything else is a pattern: `*` and `?` within a name, `**` for any depth.

    Raises:
        CallError: nothing is there.
    """
    name = spoken(str(source))
    path = Path(source)
    if path.is_dir():
        found = sorted(_below(path))
        if not found:
            raise CallError(f"{name}: no pictures in this folder ({', '.join(sorted(SUFFIXES))}); give another")
        return found
    if path.exists():
        return [path]
    if not glob.has_magic(str(source)):
        raise CallError(f"{name}: there is no such file or folder; check the path")
    # glob, not Path.glob: the pattern may be absolute
    matches = (Path(match) for match in glob.iglob(str(path.expanduser()), recursive=True))  # noqa: PTH207
    found = sorted({match for match in matches if match.is_file() and _is_picture(match.name)})
    if not found:
        raise CallError(
            f"{name}: no picture fits this pattern; check it, and quote it so that the shell leaves it alone"
        )
    return found


def _below(folder: Path) -> Iterator[Path]:
    """Pictures under `folder`. A folder is entered once, so links that lead back to it end there."""
    start = folder.stat()
    entered = {(start.st_dev, start.st_ino)}
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = sorted(_first_time(place, folders, entered))
        here = Path(place)
        yield from (here / file for file in files if _is_picture(file) and (here / file).is_file())


def _first_time(place: str, folders: Iterable[str], entered: set[tuple[int, int]]) -> Iterator[str]:
    for folder in sorted(folders):
        if folder.startswith("."):
            continue
        try:
            stat = (Path(place) / folder).stat()
        except OSError:  # gone, or not ours to look at
            continue
        if (stat.st_dev, stat.st_ino) not in entered:
            entered.add((stat.st_dev, stat.st_ino))
            yield folder


def _is_picture(name: str) -> bool:
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES  # noqa: PTH122 - a name, no path
