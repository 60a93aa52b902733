"""What the store asks of a database."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

__all__ = ["Engine"]


@runtime_checkable
class Engine(Protocol):
    """One connection to one database; statements are written with `?`, and a value is text, a whole number or bytes."""

    @property
    def where(self) -> str:
        """For sentences: the file, or the address without its password."""

    @property
    def blob(self) -> str:
        """The column type of bytes."""

    @property
    def indexes(self) -> bool:
        """Whether it can search encodings itself."""

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of an answer."""

    def stream(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a long answer, a block at a time; inside of `reading` or `writing`."""

    def do(self, sql: str, *values: Any) -> None:
        """One statement."""

    def many(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """One statement, once a row."""

    def writing(self) -> AbstractContextManager[None]:
        """Of one writer at a time: all of it on the disk when the block ends well, or nothing."""

    def reading(self) -> AbstractContextManager[None]:
        """As of one instant, whatever others write meanwhile."""

    def create(self, tables: Sequence[str]) -> None:
        """Make the tables, and what sees that the log is only ever added to; inside of `writing`."""

    def sweep(self, *, whole: bool) -> bool:
        """Remove the bytes of deleted rows from the files, if `whole` by writing these anew; whether it could."""

    def remains(self, needles: Sequence[bytes]) -> bool | None:
        """Whether the raw files hold any of these; None where they cannot be read from here."""

    def faults(self) -> list[str]:
        """What the database itself says is broken."""

    def close(self) -> None:
        """Let go of it."""
