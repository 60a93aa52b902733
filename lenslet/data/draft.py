"""A set of decoded rows while it grows: in a file of the cache or, where the disk has no room, in memory."""

import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO

import numpy as np
from jaxtyping import UInt8

from lenslet.data import cache, space
from lenslet.data.locks import share
from lenslet.errors import DataError
from lenslet.files import publish

_HEAD = 128  # bytes of a .npy file's head; NumPy leaves room in it for a first axis of any length
_KEPT_FREE = 256_000_000  # bytes left on the disk for everybody else
_MEMORY_SHARE = 0.5  # of what is free


class Draft:
    """Rows are appended, then the whole becomes a set of the cache, or an array where that is not to be had.

    Args:
        row: (height, width, channels).
        most: rows that may come.
        why_not: why the cache cannot be used at all, in words; "" where it can.

    Raises:
        DataError: there is room neither on the disk nor in memory.
    """

    def __init__(self, row: tuple[int, int, int], most: int, *, why_not: str = "") -> None:
        self.row, self.most = row, most
        self.rows = np.zeros(most, cache.ROW)
        self.count = 0
        self.note = ""
        self._folder: Path | None = None
        self._file: IO[bytes] | None = None
        self._memory: UInt8[np.ndarray, "n h w c"] | None = None
        why_not = why_not or self._make_room()
        try:
            if not why_not:
                self._begin()
        except OSError as error:
            why_not = _reason(error)
        if why_not:
            self._into_memory(why_not)

    def append(self, content: bytes, pixels: UInt8[np.ndarray, "h w c"], checksum: int) -> None:
        """Add a row.

        Raises:
            DataError: the disk is full, and the memory has no room either.
        """
        if self._file is not None:
            try:
                _write(self._file, pixels.tobytes())
            except OSError as error:
                self._into_memory(_reason(error))
        if self._memory is not None:
            self._memory[self.count] = pixels
        self.rows[self.count] = (content, checksum)
        self.count += 1

    def finish(self, folder: Path, name: str) -> cache.Kept:
        """The set, in `folder` if it could be written.

        Raises:
            DataError: see `append`.
        """
        rows = self.rows[: self.count]
        if self._file is not None and self._folder is not None:
            try:
                self._file.seek(0)
                _write(self._file, _head((self.count, *self.row)))
                cache.write_index(self._folder, rows, name)
                if sys.platform == "win32":  # where a folder with an open file cannot be renamed
                    self._file.close()
                publish(self._folder, folder)
            except OSError as error:
                self._into_memory(_reason(error))
            else:
                kept = cache.open_set(folder)
                self._file.close()
                if kept is None:
                    raise DataError(f"{folder}: the disk does not give back what was written to it; check the disk")
                return kept
        assert self._memory is not None
        return cache.Kept(folder, self._memory[: self.count], rows)

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            self._file.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._file = self._folder = self._memory = None

    @property
    def _bytes(self) -> int:
        return self.most * int(np.prod(self.row))

    def _make_room(self) -> str:
        """Remove old sets until this one fits; why it cannot, in words, or ""."""
        place = cache.place()
        limit = space.cache_limit(place, cache.held())
        if self._bytes > limit:
            return (
                f"they need {_size(self._bytes)}, and the cache may take {_size(limit)} (10 GB or a fifth of the free "
                "disk, or as many GB as LENSLET_CACHE_LIMIT says)"
            )
        cache.sweep()
        cache.trim(limit - self._bytes)
        cache.trim(0, spare=lambda: space.disk_free(place) >= self._bytes + _KEPT_FREE)
        free = space.disk_free(place)
        if free < self._bytes + _KEPT_FREE:
            return f"they need {_size(self._bytes)}, and the disk with {place} has {_size(free)} left"
        return ""

    def _begin(self) -> None:
        cache.place().mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix=".part-", dir=cache.place()))
        # Written, not mapped: a map of a full disk ends the process, a write says so.
        self._file = (self._folder / "pixels.npy").open("w+b", buffering=0)
        share(self._file)  # while we live, nobody takes this for a left-over
        _write(self._file, _head((self.most, *self.row)))

    def _into_memory(self, why: str) -> None:
        """Go on in memory, with the rows so far."""
        free = int(space.memory_free() * _MEMORY_SHARE)
        if self._bytes > free:
            self.discard()
            raise DataError(
                f"the decoded pictures have no room: {why}, and half of the free memory is {_size(free)}; free some "
                "space, point LENSLET_CACHE at a folder with more, or look at smaller pictures (--size)"
            )
        memory = np.empty((self.most, *self.row), np.uint8)
        if self._folder is not None:
            length = int(np.prod(self.row))
            with (self._folder / "pixels.npy").open("rb") as file:
                file.seek(_HEAD)
                for row in range(self.count):
                    memory[row] = np.frombuffer(file.read(length), np.uint8).reshape(self.row)
        self.discard()
        self._memory = memory
        self.note = (
            f"the decoded pictures are kept in memory, not on the disk, and decoded again by the next run: {why}"
        )


def _head(shape: tuple[int, ...]) -> bytes:
    """The head of a .npy file of this shape: always of the same length, so that it can be written again."""
    head = io.BytesIO()
    form = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(head, form)
    assert head.tell() == _HEAD
    return head.getvalue()


def _write(file: IO[bytes], content: bytes) -> None:
    """Write all of it: an unbuffered file may take a part, when the disk is almost full."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _reason(error: OSError) -> str:
    return f"{cache.place()} cannot be written ({error.strerror or error})"


def _size(count: int) -> str:
    return f"{count / space.GB:.1f} GB" if count >= space.GB / 10 else f"{count / 1e6:.1f} MB"
