"""A memo: which content a file had when it was last read, so that an unchanged folder need not be read again.

One SQLite file for all data sets. Losing it costs reading the files once; so every trouble with it is forgiven.
"""

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import PIL

_MOST = 500_000  # files remembered, some 100 bytes each; the oldest are forgotten first
_AT_ONCE = 900  # SQLite took no more than 999 values a question for long
_READER = f"1-{PIL.__version__}"  # whose verdict it is that a content is no picture: another Pillow may read it
_TABLES = (
    "CREATE TABLE IF NOT EXISTS memo (file BLOB PRIMARY KEY, content BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS broken (content BLOB, reader TEXT, why TEXT NOT NULL, PRIMARY KEY (content, reader))",
)


def mark(path: Path, stat: os.stat_result) -> bytes:
    """16 bytes that stand for a file in its present state: path, size, times, and place on the disk.

    The time of change of the entry and the inode are in it because files out of one archive often share size and time:
    one that is moved over another must not pass for it.
    """
    state = f"\0{stat.st_size}\0{stat.st_mtime_ns}\0{stat.st_ctime_ns}\0{stat.st_ino}"
    return hashlib.blake2b(os.fsencode(Path(path).absolute()) + state.encode(), digest_size=16).digest()


def settled(stat: os.stat_result, now: int) -> bool:
    """Whether a change after `now` (nanoseconds) would surely show in the file's time.

    A file that was written in the very tick of the clock could be written again in it. File systems that count in
    whole seconds (or two) have a long tick.
    """
    latest = max(stat.st_mtime_ns, stat.st_ctime_ns)
    tick = 2_000_000_000 if stat.st_mtime_ns % 1_000_000_000 == 0 else 50_000_000
    return latest + tick < now


def now() -> int:
    """The clock that `settled` compares with."""
    return time.time_ns()


class Memo:
    """The memo in `file`; it is made when there is something to remember."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def recall(self, marks: Iterable[bytes]) -> dict[bytes, bytes]:
        """The content of every marked file that is remembered."""
        wanted = list(dict.fromkeys(marks))
        found: dict[bytes, bytes] = {}
        try:
            with closing(self._open()) as memo:
                for start in range(0, len(wanted), _AT_ONCE):
                    some = wanted[start : start + _AT_ONCE]
                    holes = ",".join("?" * len(some))
                    found |= dict(memo.execute(f"SELECT file, content FROM memo WHERE file IN ({holes})", some))  # noqa: S608
        except sqlite3.Error as error:
            self._forgive(error)
        return {file: content for file, content in found.items() if len(content) == 16}

    def broken(self) -> dict[bytes, str]:
        """Contents that were found to be no pictures, and why: the end of a sentence that begins with the name."""
        try:
            with closing(self._open()) as memo:
                return dict(memo.execute("SELECT content, why FROM broken WHERE reader = ?", (_READER,)))
        except sqlite3.Error as error:
            self._forgive(error)
            return {}

    def remember(self, files: Mapping[bytes, bytes], broken: Mapping[bytes, str]) -> None:
        """Add marked files with their contents, and contents that are no pictures."""
        if not files and not broken:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open(make=True)) as memo, memo:
                memo.executemany("INSERT OR REPLACE INTO memo VALUES (?, ?)", files.items())
                memo.executemany(
                    "INSERT OR REPLACE INTO broken VALUES (?, ?, ?)", [(c, _READER, w) for c, w in broken.items()]
                )
                for table in ("memo", "broken"):
                    memo.execute(f"DELETE FROM {table} WHERE rowid <= (SELECT max(rowid) FROM {table}) - ?", (_MOST,))  # noqa: S608
        except sqlite3.Error as error:
            self._forgive(error)
        except OSError:  # a full disk or one that is read-only
            pass

    def forget(self) -> int:
        """Delete the memo; bytes freed."""
        freed = 0
        for file in (self.file, self.file.with_name(self.file.name + "-journal")):
            try:
                size = file.stat().st_size
                file.unlink()
                freed += size
            except OSError:  # not there; or open in another process, on Windows
                continue
        return freed

    def _open(self, *, make: bool = False) -> sqlite3.Connection:
        if not make and not self.file.exists():
            empty = sqlite3.connect(":memory:")
            for table in _TABLES:
                empty.execute(table)
            return empty
        memo = sqlite3.connect(self.file, timeout=10)
        try:
            for table in _TABLES:
                memo.execute(table)
        except BaseException:
            memo.close()
            raise
        return memo

    def _forgive(self, error: sqlite3.Error) -> None:
        """Begin anew where the file is damaged; a busy, full or read-only one stays."""
        if not isinstance(error, sqlite3.OperationalError):
            self.forget()
