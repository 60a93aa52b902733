"""What a conversion of labels wrote."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Conversion"]

SCHEMA = 1


@dataclass(frozen=True)
class Conversion:
    """A data set of boxes or points in another form.

    Args:
        data: what was read.
        form: voc, coco, yolo, labelstudio or csv: what it was.
        out: the new folder.
        to: the form it has there.
        pictures: of each part (train, val, test).
        boxes: of each class.
        linked: pictures that are hard links to the old ones; the others are copies.
        lost: what the new form cannot carry, and of how many pictures.
        faults: sentences on what was wrong in the old label files, a kind each.
        notes: what else a person should know.
    """

    data: str
    form: str
    out: Path
    to: str
    pictures: Mapping[str, int]
    boxes: Mapping[str, int]
    linked: int
    lost: Mapping[str, int]
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "schema": SCHEMA,
            "data": self.data,
            "form": self.form,
            "out": str(self.out),
            "to": self.to,
            "pictures": dict(self.pictures),
            "boxes": dict(self.boxes),
            "linked": self.linked,
            "lost": dict(self.lost),
            "faults": list(self.faults),
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)
