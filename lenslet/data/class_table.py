"""`classes.csv`: classes of whole pictures, read and written one by one; a picture without a line is not labelled."""

import csv
import hashlib
import io
import threading
from pathlib import Path

from lenslet.data.folder import read_folder
from lenslet.data.reading import CLASSES
from lenslet.data.scenes.places import IMAGE_FOLDERS, LABEL_FOLDERS, is_picture
from lenslet.data.table import LABELS, PATHS
from lenslet.errors import DataError, StaleError
from lenslet.files import write_whole

__all__ = ["ClassTable"]

_NO_CLASSES = IMAGE_FOLDERS | LABEL_FOLDERS

_LARGEST = 1 << 26  # bytes


class ClassTable:
    """The table of a folder; columns that other programs have added stay.

    Where there is no table yet, and the pictures are sorted into class folders, what the folders say counts; the first
    change then writes all of it down, because from then on the table counts.
    """

    def __init__(self, root: Path) -> None:
        self.path = root / CLASSES
        self.root = root
        self._lock = threading.RLock()
        self._read: tuple[float, dict[str, str]] | None = None
        self._folders: dict[str, str] | None = None

    @property
    def exists(self) -> bool:
        """Whether there is a table."""
        return self.path.is_file()

    def read(self) -> dict[str, str]:
        """Name of a picture -> its class.

        Raises:
            DataError: there is a table, and it cannot be read.
        """
        with self._lock:
            if not self.exists:
                return self._by_folder()
            mark = self.path.stat().st_mtime_ns
            if self._read is None or self._read[0] != mark:
                head, rows = self._rows()
                path, label = _columns(self.path, head)
                found = {row[path].strip().replace("\\", "/"): row[label].strip() for row in rows}
                self._read = (mark, {name: word for name, word in found.items() if name and word})
            return dict(self._read[1])

    def version(self, name: str) -> str:
        """Of what is said of a picture."""
        word = self.read().get(name)
        return "new" if word is None else hashlib.sha256(word.encode()).hexdigest()[:20]

    def write(self, name: str, label: str | None, version: str | None) -> str:
        """Say of a picture of which class it is; None: that it is not labelled. Returns the new version.

        Raises:
            StaleError: something else is said of it since that version.
            DataError: the table cannot be read, and so not be written either.
        """
        with self._lock:
            if version is not None and version != self.version(name):
                raise StaleError(f"the class of {name} was changed elsewhere since it was opened here")
            head, rows = self._rows() if self.exists else self._begun()
            path, column = _columns(self.path, head)
            kept = [row for row in rows if row[path].strip().replace("\\", "/") != name]
            if label is not None:
                row = next((row for row in rows if row[path].strip().replace("\\", "/") == name), None)
                row = row or [name if place == path else "" for place in range(len(head))]
                kept.append([label if place == column else cell for place, cell in enumerate(row)])
            kept.sort(key=lambda row: row[path])
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\n").writerows([head, *kept])
            write_whole(self.path, text.getvalue())
            return self.version(name)

    def _begun(self) -> tuple[list[str], list[list[str]]]:
        return ["path", "label"], [[name, label] for name, label in self._by_folder().items()]

    def _by_folder(self) -> dict[str, str]:
        """What class folders say: where there are at least two, and no pictures beside them."""
        if self._folders is None:
            self._folders = {}
            try:
                if any(is_picture(entry.name) for entry in self.root.iterdir()):
                    return self._folders
                parts = read_folder(self.root)
            except (DataError, OSError):
                return self._folders
            if not _NO_CLASSES.isdisjoint(map(str.lower, parts.labels)):
                return self._folders
            for samples in parts.named.values():
                for sample in samples:
                    self._folders[sample.path.relative_to(self.root).as_posix()] = parts.labels[sample.label]
        return dict(self._folders)

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        if self.path.stat().st_size > _LARGEST:
            raise DataError(f"{self.path} is larger than a table of classes can be; move it elsewhere")
        try:
            lines = list(csv.reader(io.StringIO(self.path.read_text(encoding="utf-8-sig"), newline="")))
        except (UnicodeDecodeError, csv.Error) as error:
            raise DataError(f"{self.path} is no table in UTF-8 ({error}); save it so") from error
        lines = [line for line in lines if any(cell.strip() for cell in line)]
        if not lines:
            return ["path", "label"], []
        width = len(lines[0])
        return lines[0], [(line + [""] * width)[:width] for line in lines[1:]]


def _columns(table: Path, head: list[str]) -> tuple[int, int]:
    words = [cell.strip().lower() for cell in head]
    path = next((words.index(name) for name in PATHS if name in words), None)
    label = next((words.index(name) for name in LABELS if name in words), None)
    if path is None or label is None:
        raise DataError(f"{table}: its first line names no path and label; write path,label and separate by commas")
    return path, label
