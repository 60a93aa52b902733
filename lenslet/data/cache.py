"""Decoded pictures on the disk: sets of uint8 rows, each row named by the content of the file that it came from.

A set is a folder `<kind>-<identity>`: `pixels.npy` (the rows, to be memory-mapped), `rows.bin` (content and checksum of
each) and `index.json`. The kind stands for the preprocessing and the version, the identity for the contents, in any
order: so a folder of files that were renamed, moved or copied is the same set. Sets are written whole or not at all,
checked when they are opened, and removed when the cache grows over its limit: the one that was used longest ago first,
none that is in use.
"""

import hashlib
import json
import os
import secrets
import shutil
import time
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import PIL
from jaxtyping import UInt8

from lenslet.data.locks import share, unused
from lenslet.data.memo import Memo
from lenslet.files import cache_folder
from lenslet.image import Preprocess

__all__ = ["CacheEntry", "clean", "entries"]

ROW = np.dtype([("content", "V16"), ("sum", "<u4")])
"""Of rows.bin: the head of the file's SHA-256, and the CRC-32 of the decoded row."""

_VERSION = 2  # of the layout and of the decoding rules: a change of either must not meet an old cache
_CHECKED = 2**26  # bytes of rows whose sums are looked at when a set is opened: all of a small set, some of a large one
_YOUNG = 60.0  # seconds in which a temporary folder that is still empty is left to whoever made it


@dataclass(frozen=True)
class CacheEntry:
    """One set of decoded pictures on the disk.

    Attributes:
        name: the folder that it was decoded from, with size and colour.
        bytes: on the disk.
        pictures: how many; 0 where it is of another version and cannot be told.
        used: when it was opened last.
        folder: where it lies.
    """

    name: str
    bytes: int
    pictures: int
    used: datetime
    folder: Path


def entries() -> list[CacheEntry]:
    """The sets in the cache, the one used last first."""
    found = []
    for folder in _folders():
        body = _body(folder) or {}
        with suppress(OSError):  # removed by another process meanwhile
            used = datetime.fromtimestamp(_used(folder), UTC)
            name, count = body.get("name", f"{folder.name}, of another version"), body.get("pictures", 0)
            found.append(CacheEntry(name, size_of(folder), count, used, folder))
    return sorted(found, key=lambda entry: entry.used, reverse=True)


def clean(*, limit_bytes: int = 0) -> int:
    """Remove what killed processes have left, then sets until the cache takes at most `limit_bytes`.

    The set that was used longest ago goes first; one that a process has open stays.

    Args:
        limit_bytes: 0 empties the cache, and then forgets which files have been read, too.

    Returns:
        Bytes freed.
    """
    freed = sweep() + trim(limit_bytes)
    return freed + (memo().forget() if limit_bytes == 0 else 0)


def place() -> Path:
    """Where the sets lie."""
    return cache_folder() / "pictures"


def memo() -> Memo:
    """The memo of contents, beside the sets."""
    return Memo(place() / "memo.sqlite")


def kind_of(preprocess: Preprocess, cut: str = "") -> str:
    """Name of everything but the content that decides a decoded row; `cut` is the fingerprint of what is cut out."""
    how: list[object] = [preprocess.size, preprocess.resize, preprocess.channels, preprocess.fill, preprocess.keep]
    how += [cut] if cut else []
    return hashlib.sha256(json.dumps([_VERSION, PIL.__version__, *how]).encode()).hexdigest()[:12]


def folder_of(kind: str, contents: Iterable[bytes]) -> Path:
    """Where the set of these contents lies or would lie; order and repetition do not matter."""
    digest = hashlib.sha256()
    for content in sorted(set(contents)):
        digest.update(content)
    return place() / f"{kind}-{digest.hexdigest()[:20]}"


@dataclass(frozen=True)
class Kept:
    """An open set. It counts as in use as long as anything refers to `pixels`."""

    folder: Path
    pixels: UInt8[np.ndarray, "n h w c"]
    rows: np.ndarray

    def sound(self, row: int) -> bool:
        """Whether this row is what was written."""
        return zlib.crc32(self.pixels[row]) == int(self.rows["sum"][row])


def open_set(folder: Path) -> Kept | None:
    """Open a set and note that it was used; None where there is none, or one that is damaged, which is removed."""
    try:
        with (folder / "pixels.npy").open("rb") as file:
            share(file)  # before the map, which keeps the file open and so the lock
            kept = _mapped(folder, file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        kept = None
    if kept is None:
        _move_away(folder)
        return None
    with suppress(OSError):  # a cache that is read-only can be used, too
        os.utime(folder / "index.json")
    return kept


def sets_of(kind: str) -> list[Kept]:
    """Every sound set of this kind, the one used last first."""
    found = (open_set(folder) for folder in sorted(_folders(), key=_used, reverse=True) if folder.name.startswith(kind))
    return [kept for kept in found if kept is not None]


def write_index(folder: Path, rows: np.ndarray, name: str) -> None:
    """Write rows.bin and index.json of a set whose pixels.npy is written."""
    (folder / "rows.bin").write_bytes(rows.tobytes())
    body = {"name": name, "pictures": len(rows), "rows": hashlib.sha256(rows.tobytes()).hexdigest()}
    text = json.dumps({"body": body, "sha256": _digest(body)}, ensure_ascii=False, indent=1)
    (folder / "index.json").write_text(text, encoding="utf-8")


def remove(folder: Path) -> int:
    """Remove a set or a temporary folder unless a process has it open; bytes freed."""
    try:
        with (folder / "pixels.npy").open("r+b") as file:
            if not unused(file):
                return 0
    except FileNotFoundError:
        pass
    except OSError:
        return 0
    return _move_away(folder)


def trim(limit: int, *, spare: Callable[[], bool] = lambda: False) -> int:
    """Remove sets, the one used longest ago first, until they take at most `limit` bytes or `spare` says enough."""
    freed = 0
    left = held()
    for folder in sorted(_folders(), key=_used):
        if left <= limit or spare():
            break
        gone = remove(folder)
        freed, left = freed + gone, left - gone
    return freed


def sweep() -> int:
    """Remove what killed processes have left behind; bytes freed."""
    freed = 0
    for folder in _inside("."):
        if folder.name.startswith((".part-", ".old-")) and folder.is_dir():
            with suppress(OSError):
                waiting = not (folder / "pixels.npy").exists() and time.time() - folder.stat().st_mtime < _YOUNG
                freed += 0 if waiting else remove(folder)
        elif folder.name.startswith(".lock-"):
            with suppress(OSError):
                with folder.open("r+b") as file:
                    free = unused(file)
                if free:
                    folder.unlink()
    return freed


def held() -> int:
    """Bytes that all sets take."""
    return sum(size_of(folder) for folder in _folders())


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder; 0 where it is gone."""
    total = 0
    with suppress(OSError):  # another process may remove the folder, or a file, between two looks
        for file in os.scandir(folder):
            with suppress(OSError):
                total += file.stat().st_size
    return total


def _mapped(folder: Path, file: Any) -> Kept | None:
    """Map the rows of a set whose files fit together; None where they do not."""
    body = _body(folder)
    content = (folder / "rows.bin").read_bytes()
    if body is None or hashlib.sha256(content).hexdigest() != body["rows"]:
        return None
    rows = np.frombuffer(content, ROW)
    if folder_of(folder.name.partition("-")[0], rows["content"].tolist()).name != folder.name:
        return None
    np.lib.format.read_magic(file)
    shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    start = file.tell()
    if dtype != np.uint8 or shape[0] != len(rows) or os.fstat(file.fileno()).st_size != start + int(np.prod(shape)):
        return None
    kept = Kept(folder, np.memmap(file, np.uint8, "r", start, shape), rows)
    step = max(1, int(np.prod(shape)) // _CHECKED)
    return kept if all(kept.sound(row) for row in {*range(0, len(rows), step), len(rows) - 1}) else None


def _body(folder: Path) -> dict[str, Any] | None:
    """What index.json says, if it is whole."""
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        body: dict[str, Any] = index["body"]
        return body if index["sha256"] == _digest(body) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _used(folder: Path) -> float:
    """When a set was opened last, in seconds since 1970."""
    try:
        return (folder / "index.json").stat().st_mtime
    except OSError:
        return 0.0


def _folders() -> list[Path]:
    """The folders of all sets, also those of other versions."""
    return [folder for folder in _inside("") if not folder.name.startswith(".") and folder.is_dir()]


def _inside(start: str) -> list[Path]:
    try:
        return sorted(path for path in place().iterdir() if path.name.startswith(start))
    except OSError:
        return []


def _move_away(folder: Path) -> int:
    """Remove a folder, at once for all who look for it by name; bytes freed."""
    size = size_of(folder)
    aside = folder.with_name(f".old-{folder.name.lstrip('.')}-{secrets.token_hex(4)}")
    try:
        folder.rename(aside)
    except OSError:  # in use, on Windows; or removed by another process
        return 0
    shutil.rmtree(aside, ignore_errors=True)
    return size
