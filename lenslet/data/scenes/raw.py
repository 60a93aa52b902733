"""What label files say, word for word: numbers may be nonsense, classes unknown, pictures missing. See `settle`."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lenslet.data.samples import Part
from lenslet.data.scenes.scene import Fault, Joints

Key = int | str | None


class Mark(NamedTuple):
    """One object as its file has it.

    Args:
        label: the class, by name or by number.
        box: x1 y1 x2 y2 in the unit of the sheet; None where there are points only.
        line: of the label file, from 1; 0 where it has none.
        points: x, y, visible of each.
        crowd, difficult, area, score: see `Detections`; None where nothing is said.
        key: its own number.
        more: what the file says beside, as JSON.
        what: how a sentence calls it: "annotation 7".
    """

    label: str | int
    box: tuple[float, float, float, float] | None
    line: int = 0
    points: tuple[tuple[float, float, int], ...] = ()
    crowd: bool | None = None
    difficult: bool | None = None
    area: float | None = None
    score: float | None = None
    key: Key = None
    more: str = ""
    what: str = ""


@dataclass
class Sheet:
    """What label files say of one picture.

    Args:
        name: see `Scene`.
        path: of the picture; None where it is not found.
        source: the label file.
        line: where in it the picture is named; 0 where that says nothing.
        part: train, valid or test.
        size: (height, width) that the file states, pixels.
        unit: of boxes and points: pixels, or shares of width and height.
        marks: the objects.
        key: its number.
        more: what the file says beside, as JSON.
        why: why there is no picture, where it is not simply missing.
        group: see `Scene`.
    """

    name: str
    path: Path | None
    source: Path
    line: int = 0
    part: Part = "train"
    size: tuple[int, int] | None = None
    unit: Literal["pixels", "shares"] = "pixels"
    marks: list[Mark] = field(default_factory=list)
    key: Key = None
    more: str = ""
    why: str = ""
    group: str = ""


@dataclass
class Raw:
    """A whole data set as its label files have it.

    Args:
        root: what was read.
        form: see `Scenes`.
        names: of the classes; None where they are whatever the marks say.
        sheets: a picture each.
        faults: what could not be read.
        notes: sentences.
        joints: the points of every object.
        boxless: see `Scenes`.
        more: see `Scenes`.
    """

    root: Path
    form: str
    names: tuple[str, ...] | None = None
    sheets: list[Sheet] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    joints: Joints | None = None
    boxless: bool = False
    more: dict[str, Any] = field(default_factory=dict)


def number(value: Any) -> float:
    """A number from JSON or text; NaN for what is none, or none that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def key_of(value: Any) -> Key:
    """A number or name that something is called by in its file; None for anything else. 7.0 is 7."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def rest(plain: Mapping[str, Any], known: frozenset[str]) -> str:
    """What a file says beside what is understood, as JSON; "" for nothing."""
    left = {name: value for name, value in plain.items() if name not in known}
    return json.dumps(left, ensure_ascii=True) if left else ""


def dumped(plain: Mapping[str, Any]) -> str:
    """JSON for a file: as a person reads it; what is no text at all (a name of raw bytes) is escaped."""
    text = json.dumps(plain, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(plain)
    return text


def unfolded(more: str) -> dict[str, Any]:
    """The inverse of `rest`."""
    return dict(json.loads(more)) if more else {}
