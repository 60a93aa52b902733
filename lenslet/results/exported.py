"""What an export wrote, and how near the file's answers are to the model's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Exported", "Parity"]

SCHEMA = 1


@dataclass(frozen=True)
class Parity:
    """The largest differences to the model in PyTorch.

    Args:
        pictures: photographs that were compared.
        random: pictures of noise that were compared.
        whose: "yours", or "scikit-learn's sample photos".
        same: by output, of pictures at the net's size; of places as a share of the picture's longer side.
        any: by output, of pictures of other sizes, which are resized inside the graph.
        tolerance: by output, (same, any): beyond it the file is refused; int8 files are not held to it.
        agree: share of the pictures of which both say the same.
    """

    pictures: int
    random: int
    whose: str
    same: Mapping[str, float]
    any: Mapping[str, float]
    tolerance: Mapping[str, tuple[float, float]]
    agree: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "pictures": self.pictures,
            "random": self.random,
            "whose": self.whose,
            "same": dict(self.same),
            "any": dict(self.any),
            "tolerance": {name: list(limits) for name, limits in self.tolerance.items()},
            "agree": self.agree,
        }


@dataclass(frozen=True)
class Exported:
    """A model as one ONNX file.

    Args:
        path: of the file.
        task: of the model.
        precision: fp32 or int8.
        size: of the file, bytes.
        parity: how near its answers are to the model's.
        cost: of int8, by metric: (before, after), measured on the given data; empty where that has no labels.
        measured: pictures on which that was measured.
        parts: further files that belong to it: the finder and the points of a face model.
        page: the folder of the web page, where one was asked for.
        notes: what a person should know.
    """

    path: Path
    task: str
    precision: str
    size: int
    parity: Parity
    cost: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    measured: int = 0
    parts: tuple[Path, ...] = ()
    page: Path | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "schema": SCHEMA,
            "path": str(self.path),
            "task": self.task,
            "precision": self.precision,
            "bytes": self.size,
            "parity": self.parity.to_dict(),
            "cost": {name: list(pair) for name, pair in self.cost.items()},
            "measured": self.measured,
            "parts": [str(part) for part in self.parts],
            "page": None if self.page is None else str(self.page),
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)
