"""The tables of a gallery, and every statement on them."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

from lenslet.errors import GalleryError
from lenslet.gallery.engine import Engine
from lenslet.gallery.rows import EncodingRow, LogRow, PersonRow

__all__ = ["SCHEMA", "Store"]

SCHEMA = 1
EFFORT = 200
"""Candidates that an index looks at, at the least: five times pgvector's default; fewer miss more."""
MOST = 1_000
"""Candidates that an index can be asked for (hnsw.ef_search of pgvector)."""


class Store:
    """What is kept, on any engine; it sees sealed bytes only.

    Args:
        engine: an open connection.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.where = engine.where

    def writing(self) -> AbstractContextManager[None]:
        """All or nothing, one writer at a time."""
        return self.engine.writing()

    def reading(self) -> AbstractContextManager[None]:
        """As of one instant."""
        return self.engine.reading()

    def exists(self) -> bool:
        """Whether the tables are there.

        Raises:
            GalleryError: they are of a newer Lenslet, or the file is another program's.
        """
        if self.engine.indexes:
            there = bool(self.engine.rows("SELECT 1 WHERE to_regclass('meta') IS NOT NULL"))
        else:
            tables = [row[0] for row in self.engine.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
            there = "meta" in tables
            if tables and not there:
                raise GalleryError(f"{self.where} is a database of another program, not a gallery of Lenslet")
        if not there:
            return False
        found = self.meta("schema")
        if found is None or not found.isdigit():
            raise GalleryError(f"{self.where} is a database of another program, not a gallery of Lenslet")
        if int(found) > SCHEMA:
            raise GalleryError(
                f"{self.where}: this gallery has schema {found.decode()}, and this Lenslet knows {SCHEMA}: update it "
                "(pip install --upgrade lenslet); nothing was changed"
            )
        return True

    def create(self) -> None:
        """Make the tables; inside of `writing`."""
        blob = self.engine.blob
        self.engine.create(
            [
                f"CREATE TABLE meta (name TEXT PRIMARY KEY, value {blob} NOT NULL)",
                f"CREATE TABLE person (id TEXT PRIMARY KEY, tag {blob} NOT NULL UNIQUE, "
                f"until TEXT NOT NULL, sealed {blob} NOT NULL)",
                f"CREATE TABLE encoding (id INTEGER NOT NULL PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id), "
                f"mark {blob} NOT NULL, sealed {blob} NOT NULL)",
                "CREATE INDEX encoding_person ON encoding (person)",
                "CREATE INDEX encoding_mark ON encoding (mark)",
                f"CREATE TABLE picture (id INTEGER NOT NULL PRIMARY KEY, sealed {blob} NOT NULL)",
                f"CREATE TABLE renewed (id INTEGER NOT NULL PRIMARY KEY, sealed {blob} NOT NULL)",
                f"CREATE TABLE log (id INTEGER NOT NULL PRIMARY KEY, entry TEXT NOT NULL, chained {blob} NOT NULL)",
            ]
        )
        self.set_meta("schema", str(SCHEMA).encode())
        self.set_meta("version", b"0")
        self.set_meta("next", b"1")

    # What is said once of the whole gallery

    def meta(self, name: str) -> bytes | None:
        """A value by its name."""
        found = self.engine.rows("SELECT value FROM meta WHERE name = ?", name)
        return bytes(found[0][0]) if found else None

    def set_meta(self, name: str, value: bytes | None) -> None:
        """Set it, or take it away."""
        self.engine.do("DELETE FROM meta WHERE name = ?", name)
        if value is not None:
            self.engine.do("INSERT INTO meta (name, value) VALUES (?, ?)", name, value)

    def version(self) -> int:
        """Grows with every change of people."""
        return int(self.meta("version") or b"0")

    def changed(self) -> None:
        """Tell readers that what they hold is old."""
        self.set_meta("version", str(self.version() + 1).encode())

    def take_ids(self, count: int) -> range:
        """Row numbers that were never used."""
        first = int(self.meta("next") or b"1")
        self.set_meta("next", str(first + count).encode())
        return range(first, first + count)

    # People

    def people(self) -> list[PersonRow]:
        """All of them."""
        rows = self.engine.rows("SELECT id, tag, until, sealed FROM person ORDER BY id")
        return [PersonRow(a, bytes(b), c, bytes(d)) for a, b, c, d in rows]

    def person(self, tag: bytes) -> PersonRow | None:
        """By the tag of a name."""
        rows = self.engine.rows("SELECT id, tag, until, sealed FROM person WHERE tag = ?", tag)
        return PersonRow(rows[0][0], bytes(rows[0][1]), rows[0][2], bytes(rows[0][3])) if rows else None

    def person_of(self, id: str) -> PersonRow | None:
        """By id."""
        rows = self.engine.rows("SELECT id, tag, until, sealed FROM person WHERE id = ?", id)
        return PersonRow(rows[0][0], bytes(rows[0][1]), rows[0][2], bytes(rows[0][3])) if rows else None

    def put_person(self, row: PersonRow) -> None:
        """Add, or write anew."""
        self.engine.do(
            "INSERT INTO person (id, tag, until, sealed) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
            "SET tag = excluded.tag, until = excluded.until, sealed = excluded.sealed",
            *row,
        )

    def remove_person(self, id: str) -> None:
        """With everything that belongs to the person."""
        mine = "(SELECT id FROM encoding WHERE person = ?)"
        self.engine.do(f"DELETE FROM picture WHERE id IN {mine}", id)  # noqa: S608 - our own words
        self.engine.do(f"DELETE FROM renewed WHERE id IN {mine}", id)  # noqa: S608
        self.engine.do("DELETE FROM encoding WHERE person = ?", id)
        self.engine.do("DELETE FROM person WHERE id = ?", id)

    # Encodings

    def encodings(self, person: str | None = None) -> Iterator[EncodingRow]:
        """All, or a person's, in the order they came; inside of `reading` or `writing`."""
        where, values = (" WHERE person = ?", (person,)) if person else ("", ())
        sql = f"SELECT id, person, mark, sealed FROM encoding{where} ORDER BY id"  # noqa: S608 - our own words
        for id, whose, mark, sealed in self.engine.stream(sql, *values):
            yield EncodingRow(id, whose, bytes(mark), bytes(sealed))

    def encodings_after(self, id: int, count: int) -> list[EncodingRow]:
        """The next rows behind that number, so that a table can be walked while it is changed."""
        rows = self.engine.rows(
            "SELECT id, person, mark, sealed FROM encoding WHERE id > ? ORDER BY id LIMIT ?", id, count
        )
        return [EncodingRow(id, whose, bytes(mark), bytes(sealed)) for id, whose, mark, sealed in rows]

    def encoding(self, id: int) -> EncodingRow | None:
        """By its number."""
        rows = self.engine.rows("SELECT id, person, mark, sealed FROM encoding WHERE id = ?", id)
        return EncodingRow(rows[0][0], rows[0][1], bytes(rows[0][2]), bytes(rows[0][3])) if rows else None

    def counts(self) -> dict[str, int]:
        """How many pictures each person has that has one."""
        return dict(self.engine.rows("SELECT person, count(*) FROM encoding GROUP BY person"))

    def places(self) -> list[tuple[int, str]]:
        """(row, person) of every encoding, read from an index where the rows themselves may be hurt."""
        return [(id, whose) for id, whose in self.engine.rows("SELECT id, person FROM encoding")]

    def usable(self, today: str) -> int:
        """How many people may be used that day."""
        sql = "SELECT count(*) FROM person WHERE until = '' OR until >= ?"
        return int(self.engine.rows(sql, today)[0][0])

    def count(self, person: str) -> int:
        """How many pictures a person has."""
        return int(self.engine.rows("SELECT count(*) FROM encoding WHERE person = ?", person)[0][0])

    def total(self) -> int:
        """How many encodings."""
        return int(self.engine.rows("SELECT count(*) FROM encoding")[0][0])

    def put_encodings(self, rows: Sequence[EncodingRow]) -> None:
        """Add rows, or write them anew."""
        again = "ON CONFLICT (id) DO UPDATE SET mark = excluded.mark, sealed = excluded.sealed"
        if rows and rows[0].place is not None:
            self.engine.many(
                "INSERT INTO encoding (id, person, mark, sealed, place) VALUES (?, ?, ?, ?, ?) "  # noqa: S608
                f"{again}, place = excluded.place",
                rows,
            )
        else:
            sql = f"INSERT INTO encoding (id, person, mark, sealed) VALUES (?, ?, ?, ?) {again}"  # noqa: S608
            self.engine.many(sql, [row[:4] for row in rows])

    def remove_encodings(self, ids: Sequence[int]) -> None:
        """Those rows, and their pictures."""
        for table in ("encoding", "picture", "renewed"):
            self.engine.many(f"DELETE FROM {table} WHERE id = ?", [(id,) for id in ids])  # noqa: S608 - our own words

    def marked(self, mark: bytes) -> list[tuple[int, str]]:
        """(row, person) of every encoding of the same picture."""
        return [(id, whose) for id, whose in self.engine.rows("SELECT id, person FROM encoding WHERE mark = ?", mark)]

    # Kept pictures, and encodings by the next embedder

    def aside(self, table: str, id: int) -> bytes | None:
        """What stands beside a row in `picture` or `renewed`."""
        rows = self.engine.rows(f"SELECT sealed FROM {table} WHERE id = ?", id)  # noqa: S608 - our own words
        return bytes(rows[0][0]) if rows else None

    def put_aside(self, table: str, id: int, sealed: bytes) -> None:
        """Add it, or write it anew."""
        self.engine.do(
            f"INSERT INTO {table} (id, sealed) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed",  # noqa: S608
            id,
            sealed,
        )

    def asides(self, table: str) -> list[int]:
        """The numbers of the rows that have one."""
        return [row[0] for row in self.engine.rows(f"SELECT id FROM {table} ORDER BY id")]  # noqa: S608 - our own words

    def clear_renewed(self) -> None:
        """Forget a change of the embedder that is not to go on."""
        self.engine.do("DELETE FROM renewed")

    # The log

    def log(self) -> list[LogRow]:
        """All lines, the oldest first."""
        rows = self.engine.rows("SELECT id, entry, chained FROM log ORDER BY id")
        return [LogRow(id, entry, bytes(chained)) for id, entry, chained in rows]

    def last_log(self) -> LogRow | None:
        """The newest line."""
        rows = self.engine.rows("SELECT id, entry, chained FROM log ORDER BY id DESC LIMIT 1")
        return LogRow(rows[0][0], rows[0][1], bytes(rows[0][2])) if rows else None

    def add_log(self, row: LogRow) -> None:
        """One more line."""
        self.engine.do("INSERT INTO log (id, entry, chained) VALUES (?, ?, ?)", *row)

    # Search by the database

    def index(self, dimensions: int | None) -> None:
        """Make the column of turned encodings of so many numbers, and its index; None takes both away."""
        self.engine.do("ALTER TABLE encoding DROP COLUMN IF EXISTS place")
        if dimensions is not None:
            self.engine.do(f"ALTER TABLE encoding ADD COLUMN place vector({dimensions})")
            self.engine.do("CREATE INDEX encoding_place ON encoding USING hnsw (place vector_l2_ops)")

    def nearest(self, place: str, count: int, today: str) -> list[EncodingRow]:
        """Candidates: about the nearest `count` rows of people who may be used today; inside of `reading`."""
        self.engine.do(f"SET LOCAL hnsw.ef_search = {min(max(count, EFFORT), MOST)}")
        rows = self.engine.rows(
            "SELECT e.id, e.person, e.mark, e.sealed FROM encoding e JOIN person p ON p.id = e.person "
            "WHERE p.until = '' OR p.until >= ? ORDER BY e.place <-> ?::vector LIMIT ?",
            today,
            place,
            count,
        )
        return [EncodingRow(id, whose, bytes(mark), bytes(sealed)) for id, whose, mark, sealed in rows]
