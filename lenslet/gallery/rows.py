"""The rows of a gallery as they lie in the database: ids, dates, and sealed bytes."""

from typing import NamedTuple

__all__ = ["EncodingRow", "LogRow", "PersonRow"]


class PersonRow(NamedTuple):
    """A person.

    Attributes:
        id: 32 hexadecimal digits, drawn at random: what the log calls a person.
        tag: what the name is found by.
        until: last day of use, 2027-01-31, or "" for no end; readable, so that a database can leave out who is not to
            be found any more; sealed with the rest, so that nobody changes it.
        sealed: name, note and dates.
    """

    id: str
    tag: bytes
    until: str
    sealed: bytes


class EncodingRow(NamedTuple):
    """An encoding of a person, by one picture.

    Attributes:
        id: number of the row; never used twice.
        person: id of the person.
        mark: what the picture is known again by.
        sealed: the encoding and what belongs to it.
        place: the turned encoding as pgvector reads it, or None where the database does not search.
    """

    id: int
    person: str
    mark: bytes
    sealed: bytes
    place: str | None = None


class LogRow(NamedTuple):
    """A line of the log.

    Attributes:
        id: 1, 2, 3, ...
        entry: JSON.
        chained: authenticates the line and all before it.
    """

    id: int
    entry: str
    chained: bytes
