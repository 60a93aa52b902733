"""What is sealed, opened: a person, and an encoding of a person."""

import json
import struct
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from jaxtyping import Float

from lenslet.errors import CallError, GalleryError
from lenslet.results import Encoding

__all__ = ["Kept", "Person", "clean_name", "clean_until", "now", "today", "vector_of"]

LONGEST = 200
"""Characters of a name."""
_HEAD = struct.Struct("<B5f32s")  # a box or none; quality and corners; digest of the picture
_TURNS = (
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # two names that look the same, and are not
)


def today() -> str:
    """The day by UTC, 2026-11-28."""
    return datetime.now(UTC).date().isoformat()


def now() -> str:
    """The second by UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def clean_name(name: str) -> str:
    """A name as it is kept: in any script, composed as Unicode's NFC has it, without space around it.

    Raises:
        CallError: empty, too long, or with characters that nobody sees.
    """
    made = unicodedata.normalize("NFC", name).strip()
    if not made:
        raise CallError("the name of a person is empty: give what they are to be called")
    if len(made) > LONGEST:
        raise CallError(f"a name of {len(made)} characters: give at most {LONGEST}")
    if any(unicodedata.category(c) in ("Cc", "Cs") or c in _TURNS for c in made):
        raise CallError(f"the name {made!r} has characters that nobody sees: leave them out")
    return made


def clean_until(until: str | date | None) -> str | None:
    """The last day of use as 2027-01-31.

    Raises:
        CallError: no date, or one that is over.
    """
    if until is None:
        return None
    try:
        day = until.isoformat()[:10] if isinstance(until, date) else date.fromisoformat(until.strip()).isoformat()
    except ValueError as error:
        raise CallError(f"{until!r} is no date: give the last day of use as 2027-01-31") from error
    if day < today():
        raise CallError(f"the last day of use, {day}, is over")
    return day


@dataclass(frozen=True)
class Person:
    """Somebody who is enrolled.

    Args:
        id: what the log calls them.
        name: what people call them.
        note: of their consent: when, how, for what.
        until: last day of use, or "".
        added: when they were enrolled first, ISO 8601.
    """

    id: str
    name: str
    note: str = ""
    until: str = ""
    added: str = ""

    @property
    def expired(self) -> bool:
        """Whether the last day of use is over."""
        return bool(self.until) and self.until < today()

    def to_bytes(self) -> bytes:
        """What is sealed."""
        return json.dumps({"name": self.name, "note": self.note, "added": self.added}, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, id: str, until: str, plain: bytes) -> "Person":
        """What `to_bytes` wrote."""
        said = json.loads(plain)
        return cls(id, said["name"], said["note"], until, said["added"])


@dataclass(frozen=True, eq=False)
class Kept:
    """An encoding with the digest of the picture that it is from."""

    encoding: Encoding
    digest: bytes

    def to_bytes(self) -> bytes:
        """What is sealed: numbers as float32, little end first."""
        box = self.encoding.box
        corners = (0.0, 0.0, 0.0, 0.0) if box is None else tuple(box)
        head = _HEAD.pack(box is not None, self.encoding.quality, *corners, self.digest)
        return head + self.encoding.vector.astype("<f4").tobytes()

    @classmethod
    def from_bytes(cls, plain: bytes) -> "Kept":
        """What `to_bytes` wrote."""
        boxed, quality, *corners, digest = _HEAD.unpack_from(plain)
        vector = vector_of(plain).astype(np.float64)
        box = np.array(corners, np.float64) if boxed else None
        # float32 has rounded: Encoding holds its vectors to length 1
        return cls(Encoding(vector / np.linalg.norm(vector), box, min(max(float(quality), 0.0), 1.0)), digest)


def vector_of(plain: bytes) -> Float[np.ndarray, " d"]:
    """The numbers alone, without a copy."""
    if len(plain) <= _HEAD.size or (len(plain) - _HEAD.size) % 4:
        raise GalleryError("an encoding of the gallery has a length that no encoding has")
    return np.frombuffer(plain, "<f4", offset=_HEAD.size)
