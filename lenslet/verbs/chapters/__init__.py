"""The chapters of the demo: one file each, in the order of this list.

A chapter is a function that does real work in the folder it is given and returns what the report should show.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lenslet.report import Section


@dataclass(frozen=True)
class Chapter:
    """What a chapter leaves behind.

    Args:
        sections: for the report.
        numbers: name -> number, for JSON.
        said: one line for the command line.
        files: worth looking at.
    """

    sections: "tuple[Section, ...]"
    numbers: dict[str, float] = field(default_factory=dict)
    said: str = ""
    files: tuple[Path, ...] = ()


def chapters() -> "tuple[Callable[[Path, int, bool], Chapter], ...]":
    """All of them; each takes the folder to work in, the seed, and whether to show a bar."""
    from lenslet.verbs.chapters.detection import detection
    from lenslet.verbs.chapters.digits import digits
    from lenslet.verbs.chapters.filters import filters
    from lenslet.verbs.chapters.one_shot import one_shot
    from lenslet.verbs.chapters.style import style

    return (digits, filters, detection, one_shot, style)
