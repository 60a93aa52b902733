"""What a gallery says of what it has done, and of what it holds."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["Enrolled", "Enrolment", "GalleryAudit", "People", "Portable", "Receipt", "Rekeyed", "Renewal"]

SCHEMA = 1


class _Plain:
    """A value as plain values and as JSON; paths become text."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        made = asdict(self)  # type: ignore[call-overload]
        return {"schema": SCHEMA, **{k: str(v) if isinstance(v, Path) else v for k, v in made.items()}}

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True)
class Enrolment(_Plain):
    """Pictures of a person were added.

    Args:
        name: of the person.
        id: what the log calls them.
        new: whether they were not there before.
        added: pictures that are new.
        known: pictures that were there already, and were left out.
        pictures: how many there are now.
        note: of the person's consent.
        until: last day of use, or "".
        notes: what else a person should know.
    """

    name: str
    id: str
    new: bool
    added: int
    known: int
    pictures: int
    note: str = ""
    until: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Enrolled(_Plain):
    """One person of a gallery.

    Args:
        name: what people call them.
        id: what the log calls them.
        pictures: how many encodings there are.
        note: of their consent.
        until: last day of use, or "".
        expired: whether that day is over.
        added: when they were enrolled first, ISO 8601.
    """

    name: str
    id: str
    pictures: int
    note: str
    until: str
    expired: bool
    added: str


@dataclass(frozen=True)
class People:
    """Who is enrolled.

    Args:
        gallery: the file, or the address without its password.
        people: in the order of their names.
        embedder: name of the model that the encodings are of; None before the first enrolment.
        threshold: tau, or None before `calibrate`.
        far: its expected share of strangers.
    """

    gallery: str
    people: tuple[Enrolled, ...]
    embedder: str | None
    threshold: float | None
    far: float | None

    @property
    def expired(self) -> tuple[str, ...]:
        """Names of those whose last day of use is over."""
        return tuple(one.name for one in self.people if one.expired)

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"schema": SCHEMA, **asdict(self), "expired": list(self.expired)}

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True)
class Receipt(_Plain):
    """People were forgotten.

    Args:
        names: whose encodings, notes and pictures were removed.
        ids: what the log calls them; who has no receipt cannot tell whose these were.
        encodings: how many were removed.
        pictures: how many kept pictures were removed.
        at: when, ISO 8601.
        log: authenticates the log up to this deletion, hexadecimal.
        gone: whether the raw files were read and hold none of it; None where they cannot be read from here (a server).
        notes: what else a person should know.
    """

    names: tuple[str, ...]
    ids: tuple[str, ...]
    encodings: int
    pictures: int
    at: str
    log: str
    gone: bool | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GalleryAudit:
    """Whether a gallery is whole.

    Args:
        gallery: the file, or the address without its password.
        people: how many.
        encodings: how many can be opened.
        lines: of the log.
        faults: sentences on what is hurt; none where all is whole.
        expired: names of those whose last day of use is over.
        log: the lines of the log, the oldest first: what was done, when, to which id.
        notes: what else a person should know.
    """

    gallery: str
    people: int
    encodings: int
    lines: int
    faults: tuple[str, ...]
    expired: tuple[str, ...]
    log: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is hurt."""
        return not self.faults

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"schema": SCHEMA, "whole": self.whole, **asdict(self)}

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)


@dataclass(frozen=True)
class Portable(_Plain):
    """People were written to a file, or read from one.

    Args:
        file: where they lie, open to everyone who can read it.
        names: of the people.
        encodings: how many were written, or are new.
        pictures: how many kept pictures were written, or are new.
        known: how many encodings were there already.
        notes: what else a person should know.
    """

    file: Path
    names: tuple[str, ...]
    encodings: int
    pictures: int
    known: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Renewal(_Plain):
    """The encodings were made anew with another embedder.

    Args:
        embedder: its name.
        done: whether the gallery uses it now.
        renewed: encodings that were made anew.
        again: names of people of whom pictures are to be enrolled again, because they were not kept, or show no face
            to the new embedder.
        notes: what else a person should know.
    """

    embedder: str
    done: bool
    renewed: int
    again: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rekeyed(_Plain):
    """The gallery has another key.

    Args:
        gallery: the file, or the address without its password.
        people: how many were sealed anew.
        encodings: how many.
        pictures: how many.
        file: the key file; None where the key is LENSLET_KEY.
        notes: what else a person should know.
    """

    gallery: str
    people: int
    encodings: int
    pictures: int
    file: Path | None
    notes: tuple[str, ...] = ()
