"""PostgreSQL with pgvector, for when one file is outgrown: the same tables, and an index over turned encodings."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lenslet.errors import GalleryError, MissingError, WorkError

try:
    import psycopg
except ImportError as error:
    raise MissingError('a gallery on PostgreSQL needs psycopg: pip install "lenslet[gallery,postgres]"') from error

__all__ = ["PostgresEngine"]

WRITER = 0x6C656E73
"""The advisory lock that lets one write at a time, so that the chain of the log has one end."""
_TABLES = ("encoding", "person", "picture", "renewed", "meta")


class PostgresEngine:
    """A gallery in the schema that the address names (`?options=-csearch_path%3D...`), else in the user's own."""

    blob = "BYTEA"
    indexes = True
    readonly = False

    def __init__(self, address: str) -> None:
        self.where = re.sub(r"//([^:@/]*):[^@/]*@", r"//\1:***@", address)
        self._lock = threading.RLock()
        self._depth = 0
        with self._spoken():
            self._connection = psycopg.connect(address, autocommit=True)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of an answer."""
        with self._lock, self._spoken():
            return self._connection.execute(_spelled(sql), values).fetchall()

    def stream(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a long answer, through a cursor on the server."""
        with self._spoken(), self._connection.cursor(name="lenslet") as cursor:
            cursor.itersize = 1024
            cursor.execute(_spelled(sql), values)
            yield from cursor

    def do(self, sql: str, *values: Any) -> None:
        """One statement."""
        with self._lock, self._spoken():
            self._connection.execute(_spelled(sql), values or None)

    def many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """One statement, once a row."""
        with self._lock, self._spoken(), self._connection.cursor() as cursor:
            cursor.executemany(_spelled(sql), rows)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing, one writer at a time."""
        with self._transaction("BEGIN", f"SELECT pg_advisory_xact_lock({WRITER})"):
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """As of one instant."""
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"):
            yield

    @contextmanager
    def _transaction(self, *begin: str) -> Iterator[None]:
        with self._lock:
            if self._depth:
                yield
                return
            with self._spoken():
                for line in begin:
                    self._connection.execute(line)
            self._depth = 1
            try:
                yield
                with self._spoken():
                    self._connection.execute("COMMIT")
            except BaseException:
                if not self._connection.closed:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    def create(self, tables: Sequence[str]) -> None:
        """Make the tables; the log refuses to be changed."""
        if not self.rows("SELECT 1 FROM pg_extension WHERE extname = 'vector'"):
            try:
                self.do("CREATE EXTENSION vector SCHEMA public")
            except (GalleryError, WorkError) as error:
                raise GalleryError(
                    f"{self.where}: this database has no pgvector: let its owner install it and say "
                    "CREATE EXTENSION vector"
                ) from error
        for table in tables:
            self.do(table)
        self.do(
            "CREATE FUNCTION log_stays() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the log is only ever added to'; END $$"
        )
        self.do("CREATE TRIGGER log_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON log EXECUTE FUNCTION log_stays()")

    def sweep(self, *, whole: bool) -> bool:  # noqa: ARG002 - the only sweep there is writes the files anew
        """Write the tables and their indexes anew, without what was deleted."""
        for table in _TABLES:
            self.do(f"VACUUM (FULL) {table}")
        return True

    def remains(self, needles: Sequence[bytes]) -> bool | None:  # noqa: ARG002
        """The files of a server cannot be read from here."""
        return None

    def faults(self) -> list[str]:
        """Whether every table can be read to its end; a server checks its pages itself when it reads them."""
        found = []
        for table in (*_TABLES, "log"):
            try:
                self.rows(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own words
            except (GalleryError, WorkError) as error:
                found.append(f"{table}: {error}")
        return found

    def close(self) -> None:
        """End the connection."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        try:
            yield
        except psycopg.errors.DiskFull as error:
            raise WorkError(
                f"{self.where}: the server's disk is full; this change was not made, and everything before it is there"
            ) from error
        except psycopg.errors.DataCorrupted as error:
            raise GalleryError(f"{self.where} is damaged ({_first(error)}): restore it from your last copy") from error
        except psycopg.OperationalError as error:
            raise WorkError(f"{self.where}: the server cannot be reached, or let go ({_first(error)})") from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise GalleryError(f"{self.where}: this user may not do that ({_first(error)})") from error
        except psycopg.Error as error:
            raise WorkError(f"{self.where}: {_first(error)}") from error


def _spelled(sql: str) -> str:
    """psycopg's placeholders for ours; no statement of ours has a ? or a % of its own."""
    return sql.replace("?", "%s")


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
