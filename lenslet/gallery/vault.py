"""The store with its key: people and encodings go in open and lie there sealed."""

import hmac
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lenslet.errors import GalleryError
from lenslet.gallery import chain
from lenslet.gallery.keys import VARIABLE, drop_next, find_key, key_file, make_key
from lenslet.gallery.records import Kept, Person
from lenslet.gallery.rotation import rotation
from lenslet.gallery.rows import EncodingRow, PersonRow
from lenslet.gallery.seal import HurtError, Seal
from lenslet.gallery.sqlite import SqliteEngine
from lenslet.gallery.store import Store

__all__ = ["Vault"]


class Vault:
    """An open gallery.

    Args:
        where: path of a file, or postgresql://...
        key: as LENSLET_KEY has it; from there or from the key file if None.
        make: whether to make the gallery where there is none.

    Raises:
        GalleryError: not there, damaged, of a newer version, or the key does not open it.
    """

    def __init__(self, where: str | Path, key: str | None = None, *, make: bool = True) -> None:
        self.store = Store(_engine(where, make=make))
        self.where = self.store.where
        self.made: Path | None = None
        self._turn: np.ndarray | None = None
        try:
            if not self.store.exists():
                if not make:
                    raise GalleryError(f"{self.where}: there is no gallery yet; the first `face enrol` makes it")
                self._make(key)
            else:
                self._unlock(key)
        except BaseException:
            self.store.engine.close()
            raise

    def _make(self, key: str | None) -> None:
        id = secrets.token_hex(16)
        try:
            with self.store.writing():
                if not self.store.exists():  # nobody was quicker
                    found, self.made = make_key(id, key)
                    self.seal = Seal(found, id)
                    self.store.create()
                    self.store.set_meta("gallery", id.encode())
                    self.store.set_meta("check", self.seal.check)
                    self.chain = secrets.token_bytes(32)
                    self.store.set_meta("chain", self.seal.seal(self.chain, "chain"))
                    self.log("made")
                    return
        except BaseException:
            if self.made:
                self.made.unlink(missing_ok=True)
            raise
        self._unlock(key)

    def _unlock(self, key: str | None) -> None:
        id = (self.store.meta("gallery") or b"").decode()
        check = self.store.meta("check") or b""
        for found, path in find_key(id, key, self.where):
            seal = Seal(found, id)
            if hmac.compare_digest(seal.check, check):
                if path is not None and path.suffix == ".next":  # a change of the key was stopped behind its last step
                    drop_next(id, keep=True)
                self.seal = seal
                self.chain = seal.open(self.store.meta("chain") or b"", "chain")
                return
        source = key_file(id) if key is None and not os.environ.get(VARIABLE) else VARIABLE
        raise GalleryError(f"{self.where}: {source} is not its key; nothing was read")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All or nothing; refused where the key was changed since this gallery was opened."""
        with self.store.writing():
            self._same_key()
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """As of one instant; refused where the key was changed."""
        with self.store.reading():
            self._same_key()
            yield

    def _same_key(self) -> None:
        if self.store.meta("check") != self.seal.check:
            raise GalleryError(f"{self.where}: its key was changed since it was opened: open it again")

    # Values of the whole gallery

    def value(self, name: str) -> dict[str, Any] | None:
        """A sealed value by its name."""
        sealed = self.store.meta(name)
        if sealed is None:
            return None
        try:
            return dict(json.loads(self.seal.open(sealed, "value", name)))
        except HurtError:
            self._same_key()  # says it better, where that is why
            raise

    def set_value(self, name: str, value: dict[str, Any] | None) -> None:
        """Set it, or take it away."""
        plain = None if value is None else json.dumps(value, ensure_ascii=False).encode()
        self.store.set_meta(name, None if plain is None else self.seal.seal(plain, "value", name))

    def log(self, what: str, **facts: Any) -> str:
        """One more line; inside of `writing`. Returns what authenticates the log up to here, hexadecimal."""
        line = chain.next_line(self.chain, self.store.last_log(), what, facts)
        self.store.add_log(line)
        self.store.set_meta("head", chain.head_of(self.chain, line))
        return line.chained.hex()

    # People

    def open_person(self, row: PersonRow) -> Person:
        """What a row says.

        Raises:
            HurtError: it was changed.
        """
        try:
            return Person.from_bytes(row.id, row.until, self.seal.open(row.sealed, "person", row.id, row.until))
        except HurtError:
            self._same_key()
            raise

    def people(self) -> list[Person]:
        """All, in the order of their names."""
        return sorted((self.open_person(row) for row in self.store.people()), key=lambda person: person.name)

    def find(self, name: str) -> Person | None:
        """By name."""
        row = self.store.person(self.seal.tag(name))
        return None if row is None else self.open_person(row)

    def put(self, person: Person) -> None:
        """Add, or write anew."""
        sealed = self.seal.seal(person.to_bytes(), "person", person.id, person.until)
        self.store.put_person(PersonRow(person.id, self.seal.tag(person.name), person.until, sealed))

    # Encodings

    def open_encoding(self, row: EncodingRow) -> bytes:
        """The bytes of a `Kept`.

        Raises:
            HurtError: it was changed, or moved to another person.
        """
        return self.seal.open(row.sealed, "encoding", row.person, row.id)

    def kept(self, person: str | None = None) -> Iterator[tuple[EncodingRow, Kept]]:
        """Encodings, of a person or of all; inside of `reading` or `writing`."""
        for row in self.store.encodings(person):
            yield row, self.open_kept(row)

    def open_kept(self, row: EncodingRow) -> Kept:
        """What a row says.

        Raises:
            HurtError: it was changed, or moved to another person.
        """
        return Kept.from_bytes(self.open_encoding(row))

    def row_of(self, id: int, person: str, kept: Kept) -> EncodingRow:
        """A sealed row."""
        sealed = self.seal.seal(kept.to_bytes(), "encoding", person, id)
        place = self.place(kept.encoding.vector) if self.store.engine.indexes else None
        return EncodingRow(id, person, self.seal.mark(kept.digest), sealed, place)

    def add(self, person: str, kept: Sequence[Kept], pictures: Sequence[bytes | None]) -> None:
        """Encodings of a person, each with its picture if that is kept; inside of `writing`."""
        self.store.put_encodings(self.prepared(person, list(zip(kept, pictures, strict=True))))

    def prepared(self, person: str, kept: Sequence[tuple[Kept, bytes | None]]) -> list[EncodingRow]:
        """Sealed rows that are to be written yet, of which the pictures are written already; inside of `writing`."""
        ids = self.store.take_ids(len(kept))
        for id, (_, picture) in zip(ids, kept, strict=True):
            if picture is not None:
                self.store.put_aside("picture", id, self.seal.seal(picture, "picture", id))
        return [self.row_of(id, person, one) for id, (one, _) in zip(ids, kept, strict=True)]

    def picture(self, id: int) -> bytes | None:
        """The picture of an encoding, if it is kept."""
        sealed = self.store.aside("picture", id)
        return None if sealed is None else self.seal.open(sealed, "picture", id)

    def place(self, vector: Float[np.ndarray, " d"]) -> str:
        """A turned encoding, as pgvector reads it."""
        if self._turn is None or len(self._turn) != len(vector):
            self._turn = rotation(self.seal.derived("places"), len(vector))
        return "[" + ",".join(f"{value:.8g}" for value in self._turn @ vector) + "]"

    def use(self, seal: Seal) -> None:
        """Go on with another key."""
        self.seal, self._turn = seal, None


def _engine(where: str | Path, *, make: bool) -> Any:
    """The database of an address."""
    text = str(where)
    if text.startswith(("postgresql://", "postgres://")):
        from lenslet.gallery.postgres import PostgresEngine

        return PostgresEngine(text)
    if "://" in text:
        raise GalleryError(f"{text}: a gallery is a file, or postgresql://...")
    path = Path(where)
    if not make and not path.exists():
        raise GalleryError(f"{path}: there is no gallery here; the first `lenslet face enrol` makes it")
    return SqliteEngine(path)
