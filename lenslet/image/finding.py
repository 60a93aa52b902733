"""Finding pictures: a file, a folder with all that is below it, a pattern, or a list of files in a file."""

import glob
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

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

_READ = 2**16  # bytes of a list that are read at a time


def find_images(source: str | Path) -> list[Path]:
    """The pictures that `source` names, sorted, each once; none of them is opened.

    A file stands for itself, whatever its suffix. A folder gives all files below it that have one of `SUFFIXES`; hidden
    files and folders (and so files still being written) are passed over, links are followed, loops of them end.
    `@list.txt` gives the files that the file list.txt names, in its order: one a line, or ended by NUL characters, as
    `find -print0` writes them. Anything else is a pattern: `*` and `?` within a name, `**` for any depth.

    Raises:
        CallError: nothing is there.
    """
    found = dict.fromkeys(each_image(source))
    return list(found) if _is_list(source) else sorted(found)


def each_image(source: str | Path) -> Iterator[Path]:
    """What `find_images` gives, one by one as it is met and held nowhere: in no order, and perhaps not once only.

    Raises:
        CallError: nothing is there; known only at the end.
    """
    name = spoken(str(source))
    path = Path(source)
    if path.is_dir():
        found, nothing = _below(path), f"no pictures in this folder ({', '.join(sorted(SUFFIXES))}); give another"
    elif path.exists():
        found, nothing = iter([path]), ""
    elif _is_list(source):
        found, nothing = _listed(Path(str(source)[1:]).expanduser()), "this list names no file; give another"
    elif glob.has_magic(str(source)):
        found = _fitting(path)
        nothing = "no picture fits this pattern; check it, and quote it so that the shell leaves it alone"
    else:
        raise CallError(f"{name}: there is no such file or folder; check the path")
    empty = True
    for image in found:
        empty = False
        yield image
    if empty:
        raise CallError(f"{name}: {nothing}")


def records(stream: BinaryIO, end: bytes) -> Iterator[bytes]:
    """The records of a file that each end with the byte `end`, one by one; empty ones are left out."""
    rest = b""
    while block := stream.read(_READ):
        *whole, rest = (rest + block).split(end)
        yield from filter(None, whole)
    if rest:
        yield rest


def _is_list(source: str | Path) -> bool:
    return str(source).startswith("@") and not Path(source).exists()


def _listed(path: Path) -> Iterator[Path]:
    """The paths in a list of files; whether they are there is seen when they are opened."""
    try:
        with path.open("rb") as stream:
            start = stream.read(_READ)
            if start.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise CallError(f"{spoken(path)}: this list is UTF-16; save it as UTF-8")
            bom = len(b"\xef\xbb\xbf") if start.startswith(b"\xef\xbb\xbf") else 0
            stream.seek(bom)
            if b"\0" in start:
                yield from (Path(os.fsdecode(name)) for name in records(stream, b"\0"))
            else:
                names = (name.removesuffix(b"\r") for name in records(stream, b"\n"))
                yield from (Path(os.fsdecode(name)) for name in names if name)
    except OSError as error:
        raise CallError(f"{spoken(path)}: this list cannot be read ({error.strerror}); check the path") from error


def _fitting(pattern: Path) -> Iterator[Path]:
    # glob, not Path.glob: the pattern may be absolute
    matches = (Path(match) for match in glob.iglob(str(pattern.expanduser()), recursive=True))  # noqa: PTH207
    return (match for match in matches if match.is_file() and _is_picture(match.name))


def _below(folder: Path) -> Iterator[Path]:
    """Pictures under `folder`. A folder is entered once, so links that lead back to it end there.

    The files of a folder come as the system lists them, so that millions of them need no memory; its folders are
    entered in the order of their names, so that of two links to one place the same is entered every time.
    """
    start = folder.stat()
    entered = {(start.st_dev, start.st_ino)}
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        folders: list[str] = []
        with suppress(OSError), os.scandir(place) as entries:  # gone, or not ours to look at
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if _is(entry.is_dir):
                    folders.append(entry.name)
                elif _is_picture(entry.name) and _is(entry.is_file):
                    yield place / entry.name
        waiting += reversed(list(_first_time(place, folders, entered)))


def _is(question: Callable[[], bool]) -> bool:
    """The answer, and no where the system refuses one: a link that leads round in a circle, a folder of others."""
    try:
        return question()
    except OSError:
        return False


def _first_time(place: Path, folders: Iterable[str], entered: set[tuple[int, int]]) -> Iterator[Path]:
    for folder in sorted(folders):
        try:
            stat = (place / folder).stat()
        except OSError:  # gone, or not ours to look at
            continue
        if (stat.st_dev, stat.st_ino) not in entered:
            entered.add((stat.st_dev, stat.st_ino))
            yield place / folder


def _is_picture(name: str) -> bool:
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES  # noqa: PTH122 - a name, no path
