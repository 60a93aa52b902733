"""The rows of a folder of answers: counted without being taken apart, for there may be millions; and read back."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lenslet.verbs.asking import Answer

# inside a JSON string their quotes would have backslashes
_TASK = re.compile(rb'"task": "(\w+)"')
_LABEL = re.compile(rb'"label": ("(?:[^"\\]|\\.)*")')
_ERROR = b'"error": "'
_NO_FACE = b'"faces": []'
FINDS = ("detect", "localize", "face")
"""Tasks whose answer may be that nothing is there."""


@dataclass
class Tally:
    """What the rows of some parts say.

    Args:
        labels: answers of each class; of a model that finds things, things of each class.
        answered: files that could be read.
        nothing: of these, files on which nothing was found.
        unreadable: files that could not be read.
    """

    labels: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    nothing: int = 0
    unreadable: int = 0

    @property
    def files(self) -> int:
        """Rows."""
        return self.answered + self.unreadable

    def add(self, other: "Tally") -> None:
        """Count the rows of other parts, too."""
        self.labels += other.labels
        self.answered += other.answered
        self.nothing += other.nothing
        self.unreadable += other.unreadable

    def count(self, row: bytes) -> None:
        """Count one row; a line that is none is not counted.

        Raises:
            ValueError: it is damaged.
        """
        if _ERROR in row:
            self.unreadable += 1
            return
        task = _TASK.search(row)
        if task is None:
            return
        every, first = task[1] == b"detect", _LABEL.search(row)
        said = _LABEL.findall(row) if every else [] if first is None else [first[1]]  # classifiers say the next best
        self.labels.update(json.loads(label) for label in said)
        self.answered += 1
        if task[1] == b"face":
            self.nothing += _NO_FACE in row  # of a model that finds them first
        else:
            self.nothing += not said and task[1].decode() in FINDS


def read_row(row: str) -> "Answer":
    """The answer that was written as this row.

    Raises:
        CallError: it is something else.
    """
    from lenslet.results import Classification, Detections, Encoding, Encodings, Localization, Points, Unreadable

    plain = json.loads(row)
    if "error" in plain:
        return Unreadable(Path(plain["image"]), plain["error"])
    kinds = {
        "classify": Classification,
        "detect": Detections,
        "localize": Localization,
        "landmark": Points,
        "face": Encodings if "faces" in plain else Encoding,
    }
    answer: Answer = kinds[plain["task"]].from_json(row)  # type: ignore[attr-defined]
    return answer
