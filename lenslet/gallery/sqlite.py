"""SQLite: one file, one writer, many readers; what was acknowledged outlives kill -9 and the loss of power."""

import contextlib
import mmap
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lenslet.errors import GalleryError, WorkError

__all__ = ["SqliteEngine", "faults_of"]

PATIENCE = 30.0
"""Seconds to wait for another writer."""
MAGIC = b"SQLite format 3\x00"
_FAMILY = ("", "-wal", "-shm", "-journal")
_PAGES = 1024


class SqliteEngine:
    """A gallery in one file.

    WAL lets many read while one writes; `synchronous=FULL` syncs each commit before it is acknowledged;
    `secure_delete` lays zeros over what is deleted.
    """

    blob = "BLOB"
    indexes = False

    def __init__(self, path: Path) -> None:
        self.where = str(path)
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        fresh = not path.exists() or path.stat().st_size == 0
        if path.is_dir():
            raise GalleryError(f"{path} is a folder: a gallery is a file, for instance {path / 'people.db'}")
        if not fresh:
            with path.open("rb") as file:
                if file.read(len(MAGIC)) != MAGIC:
                    raise GalleryError(f"{path} is no gallery of Lenslet: it is no SQLite file, or its start is broken")
        if fresh and not path.parent.is_dir():
            raise GalleryError(f"{path.parent}: there is no such folder; make it first")
        self.readonly = not fresh and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
        with self._spoken():
            self._open(fresh=fresh)

    def _open(self, *, fresh: bool) -> None:
        if self.readonly:
            # Nobody can write there, so nothing needs to be locked, unless a writer left its log behind.
            unchanging = "&immutable=1" if not Path(f"{self.path}-wal").exists() else ""
            self._connect(f"{self.path.absolute().as_uri()}?mode=ro{unchanging}")
            return
        if fresh and not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))  # the files beside it take its mode
        self._connect(f"{self.path.absolute().as_uri()}?mode=rw")
        for line in ("secure_delete=ON", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._connection.execute(f"PRAGMA {line}")

    def _connect(self, address: str) -> None:
        self._connection = sqlite3.connect(
            address, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of an answer."""
        with self._lock, self._spoken():
            return self._connection.execute(sql, values).fetchall()

    def stream(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a long answer."""
        with self._spoken():
            cursor = self._connection.execute(sql, values)
            try:
                while rows := cursor.fetchmany(_PAGES):
                    yield from rows
            finally:
                cursor.close()

    def do(self, sql: str, *values: Any) -> None:
        """One statement."""
        with self._lock, self._spoken():
            self._connection.execute(sql, values)

    def many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """One statement, once a row."""
        with self._lock, self._spoken():
            self._connection.executemany(sql, rows)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing; the lock is taken at the start, so that what is read in the block still holds at its end."""
        if self.readonly:
            raise GalleryError(f"{self.where} cannot be written to: the file or its folder is read-only")
        with self._transaction("BEGIN IMMEDIATE", "COMMIT"):
            yield

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """As of one instant."""
        with self._transaction("BEGIN", "ROLLBACK"):  # a broken page that was met would stop a COMMIT, of nothing
            yield

    @contextlib.contextmanager
    def _transaction(self, begin: str, end: str) -> Iterator[None]:
        with self._lock:
            if self._depth:  # inside of one already
                yield
                return
            with self._spoken():
                self._connection.execute(begin)
            self._depth = 1
            try:
                yield
                with self._spoken():
                    self._connection.execute(end)
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    def create(self, tables: Sequence[str]) -> None:
        """Make the tables; the log refuses to be changed."""
        for table in tables:
            self.do(table)
        for act in ("UPDATE", "DELETE"):
            self.do(
                f"CREATE TRIGGER log_no_{act.lower()} BEFORE {act} ON log "
                "BEGIN SELECT RAISE(ABORT, 'the log is only ever added to'); END"
            )

    def sweep(self, *, whole: bool) -> bool:
        """Write the log of changes into the file and cut it to nothing; False where a reader still needs it."""
        with self._lock, self._spoken():
            if whole:
                self._connection.execute("VACUUM")
            busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def remains(self, needles: Sequence[bytes]) -> bool | None:
        """Whether the file, its log or its index of the log hold any of these, read as they lie on the disk."""
        for end in _FAMILY:
            path = Path(self.where + end)
            if not path.exists() or path.stat().st_size == 0:
                continue
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
                if any(raw.find(needle) >= 0 for needle in needles):
                    return True
        return False

    def faults(self) -> list[str]:
        """What SQLite's own check finds."""
        with self._lock:
            return _checked(self._connection)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @contextlib.contextmanager
    def _spoken(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _sentence(self.where, error) from error


def faults_of(path: Path) -> list[str]:
    """What is broken in a file that may be too broken to be opened as a gallery."""
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return _checked(connection)


def _checked(connection: sqlite3.Connection) -> list[str]:
    try:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else [line for text in found for line in text.splitlines()]


def _sentence(where: str, error: sqlite3.Error) -> Exception:
    """What an error of SQLite means."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return WorkError(f"{where}: the disk is full; this change was not made, and everything before it is there")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return WorkError(f"{where}: another program has been writing for {PATIENCE:.0f} s; try again when it is done")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return GalleryError(
            f"{where} is damaged ({error}): `lenslet face audit` says what is hurt; then take your last copy of it"
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return GalleryError(
            f"{where} cannot be opened or written ({error}): look at the rights of the file and its folder"
        )
    if code == sqlite3.SQLITE_IOERR:
        return WorkError(f"{where}: the disk failed ({error}); this change was not made")
    return WorkError(f"{where}: {error}")
