"""The table reader: a .csv or .tsv file with a line per picture: its path, its class, perhaps its part and its group.

Tables come from spreadsheets, scripts and strangers: any usual delimiter, UTF-8 with or without its mark, UTF-16 or
Latin-1, paths of Windows. A line that cannot be used is left out and told with its number; none of them stops the rest.
"""

import codecs
import csv
import io
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lenslet.data.samples import PART_NAMES, Part, Parts
from lenslet.errors import DataError
from lenslet.image import SUFFIXES

# What the columns are called, in lower case, the likeliest first.
PATHS = ("path", "file", "filename", "file_name", "filepath", "file_path", "image", "image_path", "picture", "img")
LABELS = ("label", "class", "category", "class_name", "classname", "labels", "target", "tag")
PARTS = ("part", "split", "set", "subset", "partition")
GROUPS = ("group", "person", "subject", "identity")
_DELIMITERS = ",;\t|"
_Columns = tuple[int, int, int | None, int | None]
_LARGEST = 1 << 30  # bytes: a table of ten million lines is smaller, and a film under a wrong name is not read whole


@dataclass
class _Heap:
    """Lines that are left out for one reason."""

    lines: list[int] = field(default_factory=list)
    example: str = ""

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.lines[:5])) + (f" and {len(self.lines) - 5} more" if self.lines[5:] else "")
        return f"{'line' if len(self.lines) == 1 else 'lines'} {shown}"


@dataclass(frozen=True)
class _Row:
    """One usable line."""

    path: Path
    label: str
    part: Part
    line: int
    group: str = ""


def read_table(path: str | Path, *, at_least: int = 2) -> Parts:
    """Read a table with a header: a path, a label, perhaps a part (train, val, test) and a group in each line.

    Paths count from the table's own folder, or are absolute. A file that is missing, is no regular file or is no
    picture by its name is left out; so is one that the table files under two classes. No picture is opened here.

    Args:
        path: the table.
        at_least: how many classes there must be (2 to train, 1 to measure).

    Returns:
        The same as `read_folder`; `notes` say what was left out, and in which lines.

    Raises:
        DataError: no such file, no header, or fewer classes than `at_least`; the sentence says what to do.
    """
    table = Path(path)
    notes: list[str] = []
    heaps: dict[str, _Heap] = {}
    rows = list(_rows(table, _text(table, notes), heaps))
    kept = _settled(rows, heaps)
    notes += [
        f"{table.name}, {heap}: {why}{f' ({heap.example})' if heap.example else ''}" for why, heap in heaps.items()
    ]
    read: dict[Part, dict[str, list[Path]]] = {}
    for row in kept:
        read.setdefault(row.part, {}).setdefault(row.label, []).append(row.path)
    labels = {row.label for row in kept}
    if len(labels) < at_least:
        raise DataError(_too_few(table, sorted(labels), heaps))
    for classes in read.values():
        for pictures in classes.values():
            pictures.sort()
    return Parts.gathered(table, read, notes, groups={row.path: row.group for row in kept if row.group})


def names_pictures(path: Path) -> bool:
    """Whether a file is such a table by its header: data sets of others bring lists of classes under the same name."""
    try:
        _delimiter(path, _text(path, []))
    except DataError:
        return False
    return True


def _text(table: Path, notes: list[str]) -> str:
    """The whole table as text, whatever its encoding."""
    try:
        facts = table.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise DataError(f"{table} is no file; give a .csv file with columns path and label")
        if facts.st_size > _LARGEST:
            raise DataError(f"{table} has {facts.st_size / 1e9:.1f} GB, which no table of pictures has; give a smaller")
        content = table.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{table}: the table cannot be read ({reason}); check the path") from error
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        notes.append(f"{table.name} is not UTF-8 (line {line}), so it is read as Latin-1; look whether names are right")
        try:
            return content.decode("cp1252")  # what Windows means by Latin-1
        except UnicodeDecodeError:
            return content.decode("latin-1")


def _rows(table: Path, text: str, heaps: dict[str, _Heap]) -> Iterator[_Row]:
    """The usable lines, in their order; of the others the numbers go into `heaps`."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(table, text))
    columns: _Columns | None = None
    while True:
        try:
            cells = next(lines, None)
        except csv.Error:  # a cell of 128 KiB, for instance after a quotation mark that nobody closes
            _leave(heaps, "no line of a table", lines.line_num)
            continue
        if cells is None:
            return
        cells = [cell.strip().strip("\0") for cell in cells]
        if not any(cells) or (columns is None and cells[0].lower().startswith("sep=")):
            continue
        if columns is None:
            columns = _columns(cells)
            assert columns is not None  # or there would be no delimiter
            continue
        row = _row(table, cells, columns, lines.line_num, heaps)
        if row is not None:
            yield row


def _delimiter(table: Path, text: str) -> str:
    """The delimiter by which the first line with anything in it names a path and a label.

    Raises:
        DataError: there is none.
    """
    first = ""
    for line in io.StringIO(text, newline=None):
        first = line.strip("\r\n\0 ")
        if first.strip(_DELIMITERS + ' "') and not first.lower().startswith("sep="):
            break
    else:
        raise DataError(f"{table} is empty; write a line per picture under the header path,label")
    for delimiter in _DELIMITERS:
        try:
            cells = next(csv.reader([first], delimiter=delimiter), [])
        except csv.Error:
            continue
        if _columns([cell.strip() for cell in cells]) is not None:
            return delimiter
    raise DataError(
        f"{table}: its first line is {first[:60]!r}, which is no header with a path and a label; "
        "put the line path,label above the others"
    )


def _columns(cells: list[str]) -> _Columns | None:
    """Where path, label, part and group stand; None where the line names no path or no label."""
    names = [cell.lower().replace(" ", "_") for cell in cells]
    kinds = (PATHS, LABELS, PARTS, GROUPS)
    path, label, part, group = (next((names.index(n) for n in kind if n in names), None) for kind in kinds)
    return None if path is None or label is None else (path, label, part, group)


def _row(table: Path, cells: list[str], columns: _Columns, line: int, heaps: dict[str, _Heap]) -> _Row | None:
    """One line; None, and a note, where it cannot be used."""
    name, label, part, group = (cells[i] if i is not None and i < len(cells) else "" for i in columns)
    place, regular = _place(table.parent, name)
    for wrong, why, example in (
        (not name, "no path", ""),
        (not label, "no label", ""),
        (part and part.lower() not in PART_NAMES, "the part is none of train, val, test", part),
        ("://" in name, "an address, not a file: download the pictures first", name),
        (regular is None, "no such file", name),
        (not regular, "a folder, a pipe or a device, not a picture", name),
        (place.suffix.lower() not in SUFFIXES, "by its name no picture", name),
    ):
        if wrong:
            _leave(heaps, why, line, example)
            return None
    return _Row(place, label, PART_NAMES[part.lower()] if part else "train", line, group)


def _place(folder: Path, name: str) -> tuple[Path, bool | None]:
    """The file of that name, and whether it is a regular one; None where nothing is there.

    Tried as it stands; with the slashes of Windows turned; and with accents composed the other way (macOS).
    """
    names = [name, name.replace("\\", "/")]
    names += [unicodedata.normalize(form, names[1]) for form in ("NFC", "NFD")]
    for spelling in dict.fromkeys(names):
        try:
            place = Path(os.path.normpath(folder / spelling))
            return place, stat.S_ISREG(place.stat().st_mode)
        except (OSError, ValueError):  # not there, too long, a null byte
            continue
    return folder / "?", None


def _settled(rows: list[_Row], heaps: dict[str, _Heap]) -> list[_Row]:
    """Each file once: repeated lines count once, and a file under two classes is left out with all its lines."""
    first: dict[Path, _Row] = {}
    torn: set[Path] = set()
    for row in rows:
        earlier = first.setdefault(row.path, row)
        if earlier is row:
            continue
        if earlier.label != row.label:
            torn.add(row.path)
            why = "the same file under two classes, so it is left out"
            _leave(heaps, why, row.line, f"{row.path.name}: {earlier.label} in line {earlier.line}, here {row.label}")
        elif earlier.part != row.part:
            _leave(heaps, "the same file in two parts: the first line counts", row.line, row.path.name)
        else:
            _leave(heaps, "a file that was named before: it counts once", row.line, row.path.name)
    return [row for row in first.values() if row.path not in torn]


def _leave(heaps: dict[str, _Heap], why: str, line: int, example: str = "") -> None:
    """Put a line on its heap; the first example of each is kept for the note."""
    heap = heaps.setdefault(why, _Heap())
    heap.example = heap.example or example[:120]
    heap.lines.append(line)


def _too_few(table: Path, labels: list[str], heaps: dict[str, _Heap]) -> str:
    """What is wrong with a table that has too few classes."""
    if labels:
        return (
            f"{table} holds one class only ({labels[0]}): a classifier needs at least two; "
            "add pictures of what it is not under another label, for instance 'other'"
        )
    if "no such file" in heaps:
        heap = heaps["no such file"]
        return (
            f"{table}: none of the pictures it names can be found; the first is {heap.example!r} in line "
            f"{heap.lines[0]}; paths count from the table's folder, {table.parent}"
        )
    reasons = "; ".join(f"{heap}: {why}" for why, heap in heaps.items())
    return f"{table} names no picture that can be used{f' ({reasons})' if reasons else ''}; add lines of path and label"
