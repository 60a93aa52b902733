"""Who is nearest: one matrix product over all encodings, opened once and held in memory."""

import threading
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lenslet.errors import GalleryError
from lenslet.gallery.records import Kept, Person, today, vector_of
from lenslet.gallery.seal import HurtError
from lenslet.gallery.vault import Vault

__all__ = ["Held", "Search", "squared"]

FIRST = 64
"""Candidates that an index is asked for at first."""


@dataclass(frozen=True, eq=False)
class Held:
    """Everybody who may be used today.

    Args:
        vectors: a row a picture, float32, of length 1.
        owner: whose it is: a place in `people`.
        people: who they are.
    """

    vectors: Float[np.ndarray, "n d"]
    owner: Int[np.ndarray, " n"]
    people: tuple[Person, ...]

    def nearest(self, vector: Float[np.ndarray, " d"]) -> tuple[Person, float] | None:
        """The person of the nearest picture, and its squared distance.

        Of vectors of length 1 the nearest is the one with the largest product, as |a - b|^2 = 2 - 2 a.b.
        """
        if not len(self.vectors):
            return None
        # NumPy's own loop over rows: BLAS's product of a matrix and one vector took half as long again here.
        best = int(np.einsum("ij,j->i", self.vectors, vector.astype(np.float32)).argmax())
        return self.people[self.owner[best]], squared(self.vectors[best], vector)


class Search:
    """The search of one gallery; what it holds is read anew when somebody has changed it, or when a day has ended.

    Args:
        vault: an open gallery.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._lock = threading.Lock()
        self._held: Held | None = None
        self._of: tuple[int, str] = (-1, "")

    def forget(self) -> None:
        """Hold nothing any more."""
        self._held = None

    def held(self) -> Held:
        """Everybody, as of now.

        Raises:
            GalleryError: a row is hurt.
        """
        with self._lock:
            state = (self._vault.store.version(), today())
            if self._held is None or self._of != state:
                with self._vault.reading():
                    self._of = (self._vault.store.version(), today())
                    self._held = None  # two of them may not fit
                    self._held = _read(self._vault)
            return self._held

    def nearest(self, vector: Float[np.ndarray, " d"], *, exact: bool) -> tuple[tuple[Person, float] | None, int]:
        """The nearest person with the squared distance, and how many people were compared."""
        if exact or not self._vault.store.engine.indexes:
            held = self.held()
            return held.nearest(vector), len(held.people)
        return self._by_index(vector)

    def _by_index(self, vector: Float[np.ndarray, " d"]) -> tuple[tuple[Person, float] | None, int]:
        """By the database's index; the distance itself is that of the sealed encoding."""
        store = self._vault.store
        with self._vault.reading():
            if self._vault.value("embedder") is None:  # nobody was ever enrolled: there is no index yet
                return None, 0
            found = store.nearest(self._vault.place(vector), FIRST, today())
            if not found:  # all candidates may have been people who are not to be used any more
                held = _read(self._vault)
                return held.nearest(vector), len(held.people)
            distance, best = min(
                (squared(vector_of(self._vault.open_encoding(row)), vector), number) for number, row in enumerate(found)
            )
            row = store.person_of(found[best].person)
            if row is None:
                raise GalleryError(f"{self._vault.where}: an encoding belongs to nobody; see `lenslet face audit`")
            return (self._vault.open_person(row), distance), store.usable(today())

    def of(self, person: Person) -> list[Kept]:
        """The encodings of one person."""
        with self._vault.reading():
            return [kept for _, kept in self._vault.kept(person.id)]


def squared(one: Float[np.ndarray, " d"], other: Float[np.ndarray, " d"]) -> float:
    """|a - b|^2 in double precision; rounding can pass its ends by a hair."""
    return min(float(((one.astype(np.float64) - other) ** 2).sum()), 4.0)


def _read(vault: Vault) -> Held:
    """Open every encoding of those who may be used today."""
    people = tuple(person for person in vault.people() if not person.expired)
    number = {person.id: place for place, person in enumerate(people)}
    total = vault.store.total()
    bound = vault.value("embedder")
    vectors = np.empty((total, bound["dimensions"] if bound else 0), np.float32)
    owner = np.empty(total, np.int32)
    count = 0
    try:
        for row in vault.store.encodings():
            if row.person in number:
                vectors[count] = vector_of(vault.open_encoding(row))
                owner[count] = number[row.person]
                count += 1
    except HurtError as error:
        raise GalleryError(
            f"{vault.where}: {error}: `lenslet face audit` says what is hurt; delete that person and enrol them anew"
        ) from error
    return Held(vectors[:count], owner[:count], people)
