"""Tables of boxes and points (.csv): a line for each object, or for each picture that shows none.

`image,x0,y0,x1,y1,...` are points by number; `image,nose_x,nose_y,...` are points by name, with `nose_v` for visible;
`image,label,xmin,ymin,xmax,ymax` are boxes. One table may have both. A column `group` or `person` says which pictures
belong together: none of them is held out unless all are.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lenslet.data.samples import PART_SPOKEN, Part
from lenslet.data.scenes.places import IMAGE_FOLDERS, Finder, bare, part_named, part_of, put, text_of
from lenslet.data.scenes.raw import Mark, Raw, Sheet, number
from lenslet.data.scenes.scene import Fault, Joints, Scene, Scenes
from lenslet.data.scenes.settle import DIGITS
from lenslet.data.table import GROUPS, LABELS, PARTS, PATHS
from lenslet.errors import DataError
from lenslet.image.names import spoken

_LARGEST = 1 << 30  # bytes
_CORNERS = (("xmin", "ymin", "xmax", "ymax"), ("x1", "y1", "x2", "y2"), ("left", "top", "right", "bottom"))
_POINT = re.compile(r"(?:(?P<axis>[xyv])_?(?P<number>\d+)|(?P<name>.+)[_. ](?P<end>[xyv]))\Z", re.IGNORECASE)
PICTURES = "images"
NAME = "labels.csv"


@dataclass(frozen=True)
class _Columns:
    """Where everything stands in a line."""

    picture: int
    box: tuple[int, int, int, int] | None
    points: dict[str, dict[str, int]]
    label: int | None
    part: int | None
    size: tuple[int, int] | None
    flags: dict[str, int]
    group: int | None = None


def columns(first: str) -> tuple[str, _Columns] | None:
    """The delimiter and the columns that a first line gives; None where it is no header of boxes or points."""
    for delimiter in ",;\t|":
        try:
            cells = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])]
        except csv.Error:
            continue
        found = _columns(cells)
        if found is not None:
            return delimiter, found
    return None


def _columns(cells: list[str]) -> _Columns | None:
    words = [cell.lower().replace(" ", "_") for cell in cells]
    picture = next((words.index(name) for name in PATHS if name in words), None)
    if picture is None:
        return None
    box = next((tuple(words.index(w) for w in four) for four in _CORNERS if all(w in words for w in four)), None)
    if box is not None and "x0" in words and words[box[0]] == "x1":  # x1 y1 x2 y2 among x0 y0 ... are points
        box = None
    points: dict[str, dict[str, int]] = {}
    for place, cell in enumerate(cells):
        found = _POINT.match(cell)
        if found and place not in (box or ()):
            name = found["number"] or found["name"]
            points.setdefault(name, {})[(found["axis"] or found["end"]).lower()] = place
    points = {name: axes for name, axes in points.items() if "x" in axes and "y" in axes}
    if box is None and not points:
        return None

    def place_of(names: tuple[str, ...]) -> int | None:
        return next((words.index(name) for name in names if name in words), None)

    wide, high = place_of(("width",)), place_of(("height",))
    return _Columns(
        picture,
        None if box is None else (box[0], box[1], box[2], box[3]),
        points,
        place_of(LABELS),
        place_of(PARTS),
        None if wide is None or high is None else (high, wide),
        {name: words.index(name) for name in ("crowd", "difficult", "area", "score") if name in words},
        place_of(GROUPS),
    )


def read(root: Path, path: Path) -> Raw:
    """A table of boxes or points.

    Args:
        root: the data folder.
        path: the table in it.

    Raises:
        DataError: it has no such header.
    """
    raw = Raw(root, "csv")
    text = text_of(path, _LARGEST)
    header = next((line for line in text.splitlines() if line.strip()), "")
    found = columns(header)
    if found is None:
        raise DataError(
            f"{spoken(path)}: its first line is {header[:60]!r}, which names no picture with a box or points; write "
            "image,label,xmin,ymin,xmax,ymax or image,x0,y0,x1,y1,..."
        )
    delimiter, place = found
    raw.joints = Joints(tuple(place.points)) if place.points else None
    raw.boxless = place.box is None
    try:
        inside = [f for f in sorted(path.parent.iterdir()) if f.is_dir() and f.name.lower() in IMAGE_FOLDERS]
    except OSError:
        inside = []
    finder = Finder(root, [path.parent, *inside, root])
    sheets: dict[str, Sheet] = {}
    for line, cells in _lines(text, delimiter, path, raw):
        _line(path, finder, place, cells, line, sheets, raw)
    raw.sheets = list(sheets.values())
    if place.label is None:
        raw.names = ("object",)
    return raw


def _lines(text: str, delimiter: str, path: Path, raw: Raw) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) below the header."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    started = False
    while True:
        try:
            cells = next(lines, None)
        except csv.Error:
            line = lines.line_num
            raw.faults.append(Fault("syntax", f"{path.name}, line {line}: no line of a table: left out", (path,), line))
            continue
        if cells is None:
            return
        cells = [cell.strip().strip("\0") for cell in cells]
        if any(cells) and started:
            yield lines.line_num, cells
        started = started or any(cells)


def _line(
    path: Path, finder: Finder, place: _Columns, cells: list[str], line: int, sheets: dict[str, Sheet], raw: Raw
) -> None:
    """One line: a picture that is new or known, and an object of it, or none."""

    def cell(at: int | None) -> str:
        return cells[at] if at is not None and at < len(cells) else ""

    name = cell(place.picture)
    if not name:
        raw.faults.append(Fault("syntax", f"{path.name}, line {line}: it names no picture: left out", (path,), line))
        return
    sheet = sheets.get(name)
    if sheet is None:
        found = finder.find(name)
        word = cell(place.part)
        part = part_named(word) if word else part_of(name.replace("\\", "/"))
        if word and part is None:
            what = f"{path.name}, line {line}: the part {word!r} is none of train, val, test: left out"
            raw.faults.append(Fault("syntax", what, (path,), line))
            return
        high, wide = (number(cell(at)) for at in place.size or (None, None))
        clear = name.replace("\\", "/")
        sheet = Sheet(
            bare(clear)
            if found and clear.isprintable() and ".." not in clear and clear[:1] != "/" and ":" not in clear
            else (found.name if found else name),
            found,
            path,
            line,
            part or "train",
            (round(high), round(wide)) if 0 < high < 1e9 and 0 < wide < 1e9 else None,
            why="" if found or not finder.leads_out(name) else f"{spoken(name)} leads out of the data folder",
            group=cell(place.group),
        )
        sheets[name] = sheet
    box = [cell(at) for at in place.box or ()]
    points = [[cell(axes.get(axis)) for axis in "xyv"] for axes in place.points.values()]
    if not any(box) and not any(x or y for x, y, _ in points):
        return  # a picture that shows nothing
    corners = [number(value) for value in box]
    flags = {name: cell(at) for name, at in place.flags.items()}
    sheet.marks.append(
        Mark(
            label=cell(place.label) if place.label is not None else "object",
            box=(corners[0], corners[1], corners[2], corners[3]) if any(box) else None,
            line=line,
            points=tuple((number(x), number(y), _visible(x, y, seen)) for x, y, seen in points),
            crowd=_flag(flags, "crowd"),
            difficult=_flag(flags, "difficult"),
            area=number(flags["area"]) if flags.get("area") else None,
            score=number(flags["score"]) if flags.get("score") else None,
        )
    )


def _visible(x: str, y: str, seen: str) -> int:
    if seen in ("0", "1", "2"):
        return int(seen)
    return 2 if x or y else 0


def _flag(flags: dict[str, str], name: str) -> bool | None:
    return None if not flags.get(name) else flags[name].lower() in ("1", "true", "yes")


def write(scenes: Scenes, names: dict[Part, list[str]], out: Path) -> None:
    """labels.csv beside the pictures, which lie in images/ already.

    Args:
        scenes: the data set.
        names: of the pictures of each part, as they lie below images/.
        out: the folder.
    """
    truths = [scene.truth for made in scenes.named.values() for scene in made]
    beside = [name for name in ("crowd", "difficult") if any(getattr(t, name) is not None for t in truths)]
    beside += ["area"] if any(t.areas is not None for t in truths) else []
    beside += ["score"] if any((t.scores < 1).any() for t in truths) else []
    parts = len(scenes.named) > 1
    groups = any(scene.group for made in scenes.named.values() for scene in made)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    joints = scenes.joints.names if scenes.joints else ()
    numbered = joints == tuple(str(i) for i in range(len(joints)))
    hidden = any(p.visible == 1 for made in scenes.named.values() for s in made for points in s.points for p in points)
    axes = "xyv" if hidden else "xy"
    plain = scenes.boxless and scenes.names == ("object",)
    first = [*(["part"] if parts else []), *(["group"] if groups else [])]
    head = ["image", *first, *([] if plain else ["label"])]
    head += [] if scenes.boxless else list(_CORNERS[0])
    head += beside
    writer.writerow([*head, *(f"{a}{n}" if numbered else f"{n}_{a}" for n in joints for a in axes)])
    for part, made in scenes.named.items():
        for scene, name in zip(made, names[part], strict=True):
            start = [f"{PICTURES}/{name}", *([PART_SPOKEN[part]] if parts else []), *([scene.group] if groups else [])]
            if not len(scene.truth):
                writer.writerow([*start, *[""] * (len(head) - len(start) + len(joints) * len(axes))])
            for i in range(len(scene.truth)):
                writer.writerow([*start, *_cells(scene, i, beside, axes, plain=plain, boxless=scenes.boxless)])
    # a name that is no text at all has no place in a table, and is escaped
    put(out / NAME, text.getvalue().encode("utf-8", "backslashreplace"))


def _cells(scene: Scene, i: int, beside: list[str], axes: str, *, plain: bool, boxless: bool) -> list[str]:
    truth = scene.truth
    cells = [] if plain else [truth.classes[i]]
    cells += [] if boxless else [_digits(value) for value in truth.boxes[i].tolist()]
    for name in beside:
        column = {"area": truth.areas, "score": truth.scores}.get(name, getattr(truth, name, None))
        value = "" if column is None else column[i]
        cells.append(str(int(value)) if name in ("crowd", "difficult") and value != "" else str(value))
    for point in scene.points[i] if scene.points else ():
        if point.visible:
            cells += [_digits(point.x), _digits(point.y), *([str(point.visible)] if "v" in axes else [])]
        else:
            cells += ["", "", *(["0"] if "v" in axes else [])]
    return cells


def _digits(value: float) -> str:
    rounded = round(value, DIGITS)
    return str(int(rounded)) if rounded == int(rounded) else repr(rounded)
