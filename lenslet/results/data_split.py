"""What a split of a data set made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["DataSplit"]

SCHEMA = 1


@dataclass(frozen=True)
class DataSplit:
    """A data set divided into parts.

    Args:
        data: what was divided.
        out: the new folder, or the new table.
        parts: pictures of each class in each part (train, val, test).
        how: "link" where the files are hard links to the old ones, "copy", or "table".
        together: groups of copies that were kept in one part.
        skipped: (path, why) of files that cannot be read, which are in no part.
        notes: what the reader said, and what was done in another way than asked.
    """

    data: str
    out: Path
    parts: Mapping[str, Mapping[str, int]]
    how: str
    together: int
    skipped: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Pictures of each part."""
        return {name: sum(classes.values()) for name, classes in self.parts.items()}

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "schema": SCHEMA,
            "data": self.data,
            "out": str(self.out),
            "how": self.how,
            "counts": self.counts,
            "parts": {name: dict(classes) for name, classes in self.parts.items()},
            "together": self.together,
            "skipped": [{"path": path, "why": why} for path, why in self.skipped],
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)
