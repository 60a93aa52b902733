"""What stands in the place of a result when a file could not be opened, or shows nothing that could be answered for."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Unreadable:
    """A file of a batch that is no readable picture, and why, in one sentence."""

    picture: Path
    why: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values; `error` tells it from a result."""
        return {"image": str(self.picture), "error": self.why}

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps({"schema": 1, **self.to_dict()}, ensure_ascii=False)

    def __str__(self) -> str:
        return f"{self.picture}: {self.why}"
