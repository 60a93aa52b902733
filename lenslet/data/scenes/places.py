"""Where files are: all below a folder, those that a label file names, and never one outside of the data folder."""

import codecs
import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

from lenslet.data.samples import PART_NAMES, Part, holds_run
from lenslet.errors import DataError
from lenslet.image import SUFFIXES
from lenslet.image.names import spoken

IMAGE_FOLDERS = frozenset({"images", "image", "imgs", "img", "jpegimages", "pictures", "photos"})
LABEL_FOLDERS = frozenset({"labels", "label", "annotations", "annotation", "xml", "xmls", "txt"})
_PARTS = PART_NAMES | {"train2017": "train", "val2017": "valid", "test2017": "test", "train2014": "train"}
_PARTS = _PARTS | {"val2014": "valid", "test2014": "test"}


def text_of(path: Path, largest: int, said: Callable[[bytes], str | None] | None = None) -> str:
    """A text file, whatever its encoding: UTF-8 with or without its mark, UTF-16 with it, else Latin-1.

    Args:
        path: of a regular file.
        largest: bytes; a larger one is refused, for no label file of its kind is.
        said: the encoding that the bytes themselves name, if they do.

    Raises:
        DataError: it cannot be read.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise DataError(f"{spoken(path)} is no file; give a label file, or the folder of the data")
        if facts.st_size > largest:
            raise DataError(
                f"{spoken(path)} has {facts.st_size / 1e6:,.0f} MB, more than a label file of its kind can have "
                f"({largest / 1e6:,.0f} MB); divide it, or remove it"
            )
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{spoken(path)} cannot be read ({reason}); check the path") from error
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    for encoding in filter(None, (said and said(content), "utf-8-sig")):
        try:
            return content.decode(encoding)
        except (UnicodeError, LookupError):  # not so; no such encoding
            continue
    return content.decode("latin-1")


def put(path: Path, text: str | bytes) -> None:
    """Write a file of a folder that is made whole as such; the folders above it are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "replace") if isinstance(text, str) else text)


def below(root: Path) -> list[str]:
    """Every file below a folder as a path from there, with slashes, sorted; hidden ones are passed over.

    So are models and runs of training, the figures of which are no pictures to learn from. Links that the folder holds
    are followed, and a folder is entered once, so that loops of them end.
    """
    found: list[str] = []
    entered: set[tuple[int, int]] = set()
    waiting = [""]
    while waiting:
        place = waiting.pop()
        try:
            facts = (root / place).stat()
            if (facts.st_dev, facts.st_ino) in entered:
                continue
            entered.add((facts.st_dev, facts.st_ino))
            with os.scandir(root / place) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except OSError:  # gone, or not ours to look at
            continue
        if place and holds_run(entry.name for entry in inside):
            continue
        for entry in inside:
            if entry.name.startswith("."):
                continue
            name = f"{place}/{entry.name}" if place else entry.name
            try:
                folder = entry.is_dir()
            except OSError:  # a link that leads round in a circle
                continue
            (waiting if folder else found).append(name)
    return sorted(found)


def is_picture(name: str) -> bool:
    """Whether a file is a picture by its name."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def part_of(name: str) -> Part | None:
    """The part that a path, with slashes, lies in by the names of its folders; None where they say nothing."""
    for folder in PurePosixPath(name).parts[:-1]:
        if folder.lower() in _PARTS:
            return _PARTS[folder.lower()]
    return None


def part_named(word: str) -> Part | None:
    """The part that a word means: train, val2017, ..."""
    return _PARTS.get(word.lower())


def bare(name: str) -> str:
    """A path without the folders that only say what kind of file it is or which part it is in.

    `images/train/a/1.jpg` and `labels/train/a/1.txt` become `a/1.jpg` and `a/1.txt`.
    """
    *folders, last = PurePosixPath(name).parts
    words = IMAGE_FOLDERS | LABEL_FOLDERS | set(_PARTS)
    while folders and folders[0].lower() in words:
        folders.pop(0)
    return "/".join([*folders, last])


def stem(name: str) -> str:
    """A path without its suffix."""
    return str(PurePosixPath(name).with_suffix(""))


def beneath(folder: Path, place: Path) -> bool:
    """Whether a path lies in a folder by its words, `..` resolved."""
    return Path(os.path.normpath(place)).is_relative_to(os.path.normpath(folder))


def there(place: Path) -> bool:
    """Whether something is there; no for a name that no disk could hold."""
    try:
        return place.exists()
    except (OSError, ValueError):
        return False


class Finder:
    """Finds the files that label files name, in the data folder only.

    Args:
        root: the data folder.
        bases: folders in it that names count from, the likeliest first.
    """

    def __init__(self, root: Path, bases: Iterable[Path]) -> None:
        self.root = Path(os.path.normpath(root))
        normal = dict.fromkeys(Path(os.path.normpath(base)) for base in bases)
        self.bases = [base for base in normal if base.is_relative_to(self.root)]
        self._listed: dict[Path, dict[str, str]] = {}
        self._all: dict[str, Path | None] | None = None

    def find(self, name: str) -> Path | None:
        """The file of that name: as it stands, with Windows' slashes turned, with accents composed the other way, in
        another case; by its own name alone; at last anywhere in the data folder, if only one has that name."""
        turned = name.replace("\\", "/").strip()
        if not turned or "\0" in turned:
            return None
        spellings = dict.fromkeys([turned, unicodedata.normalize("NFC", turned), unicodedata.normalize("NFD", turned)])
        for spelling in spellings:
            for base in self.bases:
                place = Path(os.path.normpath(base / spelling))
                found = self._there(place) if place.is_relative_to(self.root) else None
                if found is not None:
                    return found
        own = turned.rpartition("/")[2]
        if own and own != turned:
            return self.find(own)
        return self._everywhere().get(own.casefold()) if own else None

    def has(self, place: Path) -> bool:
        """Whether there is a file of exactly that path."""
        return place.name in self._files(place.parent).values()

    def leads_out(self, name: str) -> bool:
        """Whether a name leads out of the data folder, wherever it counts from."""
        turned = name.replace("\\", "/")
        windows = len(turned) > 1 and turned[1] == ":"
        return windows or not any(beneath(self.root, base / turned) for base in self.bases)

    def left(self, taken: Iterable[Path]) -> Iterator[Path]:
        """Pictures that lie beside those taken and are none of them."""
        known = set(taken)
        for folder in sorted({path.parent for path in known}):
            for name in sorted(self._files(folder).values()):
                if is_picture(name) and folder / name not in known:
                    yield folder / name

    def _everywhere(self) -> dict[str, Path | None]:
        """Every picture of the data folder by its own name in lower case; None where two have it. Made when needed."""
        if self._all is None:
            self._all = {}
            for name in below(self.root):
                if is_picture(name):
                    own = name.rpartition("/")[2].casefold()
                    self._all[own] = None if own in self._all else self.root / name
        return self._all

    def _there(self, place: Path) -> Path | None:
        files = self._files(place.parent)
        if place.name in files.values():
            return place
        other = files.get(place.name.casefold())
        return None if other is None else place.with_name(other)

    def _files(self, folder: Path) -> dict[str, str]:
        """The files of a folder: name in lower case -> name."""
        if folder not in self._listed:
            try:
                with os.scandir(folder) as entries:
                    names = [entry.name for entry in entries if not entry.name.startswith(".")]
            except (OSError, ValueError):
                names = []
            self._listed[folder] = {name.casefold(): name for name in sorted(names)}
        return self._listed[folder]
