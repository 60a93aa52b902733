"""The reader of pairs: a table with two pictures a line, and whether they show the same one."""

import csv
from dataclasses import dataclass
from pathlib import Path

from lenslet.data.reading import TABLES
from lenslet.errors import DataError
from lenslet.image.names import spoken

__all__ = ["Pair", "is_pairs", "read_pairs"]

FIRST = ("first", "a", "image1", "path1", "left", "img1", "file1")
SECOND = ("second", "b", "image2", "path2", "right", "img2", "file2")
SAME = ("same", "is_same", "match", "issame", "label", "target")
_YES, _NO = {"1", "1.0", "true", "yes", "same"}, {"0", "0.0", "false", "no", "different"}
_HEAD = 1 << 16  # bytes that are looked at to tell what a table is


@dataclass(frozen=True)
class Pair:
    """Two pictures, and whether they show the same one."""

    first: Path
    second: Path
    same: bool


def is_pairs(path: Path) -> bool:
    """Whether a file is a table of pairs, by its first line."""
    if path.suffix.lower() not in TABLES or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).decode("utf-8-sig", "replace").splitlines()
    except OSError:
        return False
    return bool(head) and _columns(_cells(head[0])) is not None


def read_pairs(path: str | Path) -> tuple[tuple[Pair, ...], list[str]]:
    """Read the columns first, second and same (1 or 0, yes or no, true or false); paths count from the table's folder.

    Args:
        path: a .csv or .tsv file in UTF-8.

    Returns:
        The pairs, and sentences about the lines that were left out.

    Raises:
        DataError: no such file, no such columns, or no line that can be used.
    """
    table = Path(path)
    try:
        lines = table.read_bytes().decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{table} cannot be read ({error}); give a table in UTF-8") from error
    columns = _columns(_cells(lines[0])) if lines else None
    if columns is None:
        raise DataError(f"{table}: its first line names no columns first, second and same; put them there")
    pairs: list[Pair] = []
    wrong: list[str] = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        cells = _cells(line)
        found = _pair(table.parent, cells, columns)
        if isinstance(found, Pair):
            pairs.append(found)
        else:
            wrong.append(f"{table.name}, line {number}: {found}")
    if not pairs:
        raise DataError(f"{table} holds no pair that can be used; {wrong[0] if wrong else 'it has a first line only'}")
    return tuple(pairs), wrong[:5] + ([f"and {len(wrong) - 5} lines more"] if len(wrong) > 5 else [])


def _pair(folder: Path, cells: list[str], columns: tuple[int, int, int]) -> Pair | str:
    """The pair of a line, or what is wrong with it."""
    if len(cells) <= max(columns):
        return "too few columns"
    first, second, same = (cells[column].strip() for column in columns)
    if same.lower() not in _YES | _NO:
        return f"same is {same!r}: write 1 or 0"
    paths = [folder / name.replace("\\", "/") for name in (first, second)]
    missing = next(
        (one for one, name in zip(paths, (first, second), strict=True) if not name or not one.is_file()), None
    )
    if missing is not None:
        return f"{spoken(missing)} is no file"
    return Pair(paths[0], paths[1], same.lower() in _YES)


def _cells(line: str) -> list[str]:
    delimiter = max(",;\t", key=line.count)
    return next(csv.reader([line], delimiter=delimiter), [])


def _columns(head: list[str]) -> tuple[int, int, int] | None:
    """Numbers of the columns first, second and same."""
    names = [name.strip().lower() for name in head]
    found = [next((names.index(one) for one in among if one in names), None) for among in (FIRST, SECOND, SAME)]
    first, second, same = found
    return None if first is None or second is None or same is None else (first, second, same)
