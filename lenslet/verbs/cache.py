"""cache: the decoded pictures that are kept between runs."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

from annotated_doc import Doc


@dataclass(frozen=True)
class CachedSet:
    """One set of decoded pictures: what it was decoded from, its size on the disk, and when it was used last."""

    name: str
    bytes: int
    pictures: int
    used: datetime
    folder: Path


@dataclass(frozen=True)
class PictureCache:
    """What is kept, the set that was used last first; and how many bytes have just been freed."""

    sets: tuple[CachedSet, ...]
    freed: int = 0

    @property
    def bytes(self) -> int:
        """Of all sets."""
        return sum(one.bytes for one in self.sets)

    def to_dict(self) -> dict[str, Any]:
        """Plain values; times as ISO 8601."""
        rows = [vars(one) | {"used": one.used.isoformat(), "folder": str(one.folder)} for one in self.sets]
        return {"bytes": self.bytes, "freed": self.freed, "sets": rows}


def cache(
    *,
    limit: Annotated[
        float | None,
        Doc("Remove sets, the one used longest ago first, until at most so many GB are kept; 0 removes all."),
    ] = None,
) -> PictureCache:
    """List the decoded pictures that are kept between runs, and remove some.

    Nothing is lost by it but time: what is missing is decoded again. A set that a run has open stays.

    Raises:
        CallError: a limit below 0.
    """
    from lenslet.errors import CallError

    if limit is not None and not limit >= 0:
        raise CallError(f"limit is {limit}: give the gigabytes that may be kept, 0 or more")
    kept = import_module("lenslet.data.cache")
    freed = 0 if limit is None else kept.clean(limit_bytes=int(limit * 1e9))
    rows = [CachedSet(one.name, one.bytes, one.pictures, one.used, one.folder) for one in kept.entries()]
    return PictureCache(tuple(rows), freed)
