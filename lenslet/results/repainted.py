"""What became of many pictures, or of a film, that a model has painted."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lenslet.results.unreadable import Unreadable

__all__ = ["Repainted"]

SCHEMA = 1


@dataclass(frozen=True)
class Repainted:
    """Paintings in a folder, or frames in a film.

    Args:
        out: the folder, or the film.
        count: of pictures or frames painted.
        seconds: that it took.
        model: that painted.
        film: whether it is one.
        unreadable: files that could not be painted, each with a sentence why.
        stopped: whether somebody broke it off.
    """

    out: Path
    count: int
    seconds: float | int
    model: str
    film: bool = False
    unreadable: tuple[Unreadable, ...] = ()
    stopped: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "schema": SCHEMA,
            "out": str(self.out),
            "frames" if self.film else "pictures": self.count,
            "seconds": round(float(self.seconds), 3),
            "model": self.model,
            "stopped": self.stopped,
            "unreadable": [one.to_dict() for one in self.unreadable],
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def __str__(self) -> str:
        what = "frame" if self.film else "picture"
        each = f", {self.seconds / self.count:.2f} s each" if self.count else ""
        return f"{self.count:,} {what}{'' if self.count == 1 else 's'} in {self.seconds:.1f} s{each}"
