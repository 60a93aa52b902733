"""YOLO: a line for each object in a .txt beside each picture, in shares of its size; data.yaml names the rest.

What a data.yaml says is text here, and nothing in it is run: not its `download`, no tag of YAML; no path leads out.
"""

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lenslet.data.samples import PART_SPOKEN, Part
from lenslet.data.scenes.places import Finder, bare, below, beneath, is_picture, part_of, put, stem, text_of, there
from lenslet.data.scenes.raw import Mark, Raw, Sheet, number
from lenslet.data.scenes.scene import Fault, Joints, Scene, Scenes
from lenslet.data.scenes.settle import DIGITS
from lenslet.data.scenes.yamls import described, quoted
from lenslet.errors import DataError
from lenslet.image.names import spoken

_YAML, _TXT = 1 << 20, 64 << 20  # bytes
_MOST_CLASSES = 10_000
_PARTS: dict[str, Part] = {"train": "train", "val": "valid", "valid": "valid", "test": "test"}
_IMAGES = re.compile(r"(^|/)images(?=/)")


def read(root: Path, description: Path | None) -> Raw:
    """The pictures that a data.yaml names; or, without one, all below a folder.

    Args:
        root: the data folder.
        description: the data.yaml.

    Raises:
        DataError: it leads out of the data folder, or to nothing.
    """
    raw = Raw(root, "yolo")
    said = described(description) if description else {}
    names = _names(description, said) if description else _listed_names(root)
    raw.joints = _joints(description, said, raw) if description else None
    if "download" in said:
        raw.notes.append(f"{description and description.name}: its `download` is not run")
    pictures = _by_part(root, description, said, raw)
    finder = Finder(root, [root])
    columns = 3 if raw.joints is None else int(raw.more.pop("columns", 3))
    seen: set[Path] = set()
    sources: set[Path] = set()
    for part, paths in pictures.items():
        again = seen.intersection(paths)
        if again:
            raw.notes.append(
                f"{len(again):,} pictures of {PART_SPOKEN[part]} are in another part already: counted there"
            )
        for path in dict.fromkeys(path for path in paths if path not in again):
            seen.add(path)
            sources.add(_picture(root, path, part, finder, raw, columns))
    raw.faults += _orphans(root, sources, finder)
    highest = max((m.label for s in raw.sheets for m in s.marks if isinstance(m.label, int)), default=-1)
    if names is None:
        raw.notes.append("nothing names the classes, so they are called by their numbers; add a data.yaml with names")
        names = [str(i) for i in range(highest + 1 if highest < _MOST_CLASSES else 0)]
    raw.names = tuple(names)
    return raw


def _by_part(
    root: Path, description: Path | None, said: dict[str, tuple[Any, int]], raw: Raw
) -> dict[Part, list[Path]]:
    """The pictures of each part: as data.yaml says, else by their folders."""
    pictures: dict[Part, list[Path]] = {}
    if description is None or not any(word in said for word in _PARTS):
        for name in below(root):
            if is_picture(name):
                pictures.setdefault(part_of(name) or "train", []).append(root / name)
        return pictures
    for word, part in _PARTS.items():
        if word in said and said[word][0]:
            pictures.setdefault(part, []).extend(_named(root, description, said, word, raw))
    if not any(pictures.values()):
        raise DataError(f"{spoken(description)}: train, val and test name no picture that is there; check the paths")
    return pictures


def _picture(root: Path, path: Path, part: Part, finder: Finder, raw: Raw, columns: int) -> Path:
    """Add the sheet of a picture; returns where its labels are, or would be."""
    source = _labels(path, finder)
    short = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    sheet = Sheet(bare(short), path, source, part=part, unit="shares")
    if not finder.has(source):
        what = f"{sheet.name}: there is no {source.name}: taken for a picture that shows nothing"
        raw.faults.append(Fault("unlabelled", what, (path,)))
        raw.sheets.append(sheet)
        return source
    try:
        lines = text_of(source, _TXT).splitlines()
    except DataError as error:
        why = str(error).replace(spoken(source), spoken(source.relative_to(root)), 1)
        raw.faults.append(Fault("syntax", why, (source, path)))
        return source
    raw.sheets.append(sheet)
    _marks(sheet, lines, raw, columns)
    return source


def _names(path: Path, said: dict[str, tuple[Any, int]]) -> list[str] | None:
    """The classes of a data.yaml: a list, or number -> name."""
    value, line = said.get("names", (None, 0))
    if value in (None, ""):
        count = number(said.get("nc", ("", 0))[0])
        return [str(i) for i in range(int(count))] if 0 < count < 100_000 else None
    where = f"{spoken(path)}, line {line}"
    if isinstance(value, dict):
        numbered = {int(key): str(name) for key, name in value.items() if re.fullmatch(r"\d{1,6}", str(key))}
        if len(numbered) != len(value) or set(numbered) != set(range(len(numbered))):
            raise DataError(f"{where}: names must be numbered 0, 1, 2, ... without a gap; write them so")
        return [numbered[i] for i in range(len(numbered))]
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise DataError(f"{where}: names is no list of the classes; write names: [cat, dog]")
    return list(value)


def _listed_names(root: Path) -> list[str] | None:
    """The classes of a classes.txt, as labelImg writes it."""
    for name in ("classes.txt", "labels/classes.txt", "obj.names", "labels/train/classes.txt"):
        if (root / name).is_file():
            return [line.strip() for line in text_of(root / name, _YAML).splitlines() if line.strip()]
    return None


def _joints(path: Path | None, said: dict[str, tuple[Any, int]], raw: Raw) -> Joints | None:
    """The points of a pose data set: kpt_shape: [17, 3]."""
    value, line = said.get("kpt_shape", (None, 0))
    if value is None or path is None:
        return None
    sides = [int(n) for n in value if re.fullmatch(r"\d{1,4}", str(n))] if isinstance(value, list) else []
    if len(sides) != 2 or sides[1] not in (2, 3) or not sides[0]:
        raise DataError(f"{spoken(path)}, line {line}: kpt_shape is [points, 2 or 3], such as [17, 3], not {value}")
    raw.more["columns"] = sides[1]
    names = said.get("kpt_names", (None, 0))[0]
    if isinstance(names, dict):  # of each class
        names = next(iter(names.values()), None)
    named = isinstance(names, list) and len(names) == sides[0]
    flip = said.get("flip_idx", ([], 0))[0]
    mirror = [int(n) for n in flip if re.fullmatch(r"\d{1,4}", str(n))] if isinstance(flip, list) else []
    lines = said.get("skeleton", ([], 0))[0]
    pairs = [tuple(int(number(end)) for end in pair) for pair in lines if _pair(pair, sides[0])] if lines else []
    return Joints(
        tuple(map(str, names)) if named and names else tuple(str(i) for i in range(sides[0])),
        tuple((a, b) for a, b in pairs),
        tuple(mirror) if sorted(mirror) == list(range(sides[0])) else (),
    )


def _pair(pair: Any, count: int) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(0 <= number(end) < count for end in pair)


def _named(root: Path, yaml_: Path, said: dict[str, tuple[Any, int]], word: str, raw: Raw) -> list[Path]:
    """The pictures of a part: a folder, a list of pictures in a .txt, or several of these."""
    value, line = said[word]
    home, home_line = said.get("path", ("", 0))
    where = f"{spoken(yaml_)}, line {line}"
    found: list[Path] = []
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, str) or "\0" in entry:
            raise DataError(f"{where}: {word} is no path of a folder; write, for instance, {word}: images/{word}")
        place = _place(root, yaml_, home if isinstance(home, str) else "", entry)
        if place is None:
            at, what = (home_line, f"path: {home}") if home else (line, f"{word}: {entry}")
            if any(beneath(root, base / entry) for base in _homes(root, yaml_, str(home))):
                if word == "train":
                    raise DataError(f"{where}: {word}: {entry} is not there; check the path")
                raw.notes.append(f"{yaml_.name}, line {line}: {word}: {entry} is not there, so it is left out")
                continue
            raise DataError(
                f"{spoken(yaml_)}, line {at}: {what} leads out of the data folder {spoken(root)}; "
                "nothing is read there: write the path as it counts from data.yaml"
            )
        found += _pictures(root, place, raw)
    return found


def _homes(root: Path, yaml_: Path, home: str) -> list[Path]:
    """Where paths of a data.yaml count from: its `path`, if that is in the data folder; itself; the data folder."""
    homes = [yaml_.parent / home.replace("\\", "/")] if home and "\0" not in home else []
    return [base for base in (*homes, yaml_.parent, root) if beneath(root, base)]


def _place(root: Path, yaml_: Path, home: str, entry: str) -> Path | None:
    """What an entry means, if it is there and in the data folder.

    Many files say ../train/images and mean train/images, and trainers take it so; here, too, leading dots are dropped
    where the rest is in the data folder.
    """
    turned = entry.replace("\\", "/").strip()
    for spelling in dict.fromkeys((turned, re.sub(r"^(\.\./)+", "", turned))):
        for base in _homes(root, yaml_, home):
            place = Path(os.path.normpath(base / spelling))
            if beneath(root, place) and there(place):
                return place
    return None


def _pictures(root: Path, place: Path, raw: Raw) -> list[Path]:
    """The pictures of a folder, or those that a .txt lists."""
    if place.is_dir():
        return [place / name for name in below(place) if is_picture(name)]
    if is_picture(place.name):
        return [place]
    finder = Finder(root, [place.parent, root])
    found = []
    for line, name in enumerate(text_of(place, _TXT).splitlines(), start=1):
        if not name.strip():
            continue
        path = finder.find(name.strip())
        if path is None:
            out = " in the data folder" if finder.leads_out(name.strip()) else ""
            what = f"{place.name}, line {line}: there is no picture {spoken(name.strip())}{out}: left out"
            raw.faults.append(Fault("orphan", what, (place,), line))
        else:
            found.append(path)
    return found


def _labels(picture: Path, finder: Finder) -> Path:
    """The .txt of a picture: in `labels` where it lies in `images`, else beside it."""
    short = picture.relative_to(finder.root).as_posix() if picture.is_relative_to(finder.root) else picture.name
    places = [match.span() for match in _IMAGES.finditer(short)]
    if places:  # the last folder of that name, as trainers do
        start, end = places[-1]
        short = short[:start] + short[start:end].replace("images", "labels") + short[end:]
    return finder.root / f"{stem(short)}.txt"


def _marks(sheet: Sheet, lines: Iterable[str], raw: Raw, columns: int) -> None:
    """The objects of a picture; a line that is no object is a fault, and left out."""
    points = len(raw.joints.names) if raw.joints else 0
    for line, text in enumerate(lines, start=1):
        cells = text.replace(",", " ").split()
        if not cells:
            continue
        values = [number(cell) for cell in cells]
        first = values[0]
        label = int(first) if abs(first) < 1e9 and first == int(first) else None  # NaN is below nothing
        mark = None
        if label is not None:
            mark = _posed(label, values, line, points, columns) if points else _boxed(label, values, line)
        if mark is None:
            wanted = f"class cx cy w h and {points} x {columns} numbers of points" if points else "class cx cy w h"
            what = f"{sheet.source.name}, line {line}: {text.strip()[:60]!r} is not {wanted}: left out"
            raw.faults.append(Fault("syntax", what, (sheet.source, sheet.path or sheet.source), line))
        else:
            sheet.marks.append(mark)


def _corners(values: list[float]) -> tuple[float, float, float, float]:
    x, y, wide, high = values
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _boxed(label: int, values: list[float], line: int) -> Mark | None:
    """A box, a box with a confidence, or a polygon, of which the box around it is taken."""
    if len(values) in (5, 6):
        return Mark(label, _corners(values[1:5]), line, score=values[5] if len(values) == 6 else None)
    if len(values) >= 7 and len(values) % 2:
        xs, ys = values[1::2], values[2::2]
        return Mark(label, (min(xs), min(ys), max(xs), max(ys)), line)
    return None


def _posed(label: int, values: list[float], line: int, points: int, columns: int) -> Mark | None:
    """A box with points; two columns a point say nothing of whether it is visible, and 0 0 is a point not known."""
    extra = len(values) - 5 - points * columns
    if extra not in (0, 1):
        return None
    made = []
    for i in range(points):
        x, y, *seen = values[5 + i * columns : 5 + (i + 1) * columns]
        visible = int(seen[0]) if seen and seen[0] in (0, 1, 2) else (0 if x == y == 0 else 2)
        made.append((x, y, visible))
    return Mark(label, _corners(values[1:5]), line, tuple(made), score=values[-1] if extra else None)


def _orphans(root: Path, sources: set[Path], finder: Finder) -> list[Fault]:
    """Label files without a picture, in the folders where labels of these pictures lie."""
    folders = {source.parent for source in sources}
    names = below(root)
    known = sources | {_labels(root / name, finder) for name in names if is_picture(name)}
    return [
        Fault("orphan", f"{name}: there is no picture of this name: left out", (root / name,))
        for name in names
        if name.endswith(".txt")
        and (root / name).parent in folders
        and root / name not in known
        and (root / name).name not in ("classes.txt", "README.txt")
        and "labels" in Path(name).parts[:-1]
    ]


def write(scenes: Scenes, names: dict[Part, list[str]], out: Path) -> None:
    """labels/<part> beside images/<part>, where the pictures lie already, and data.yaml.

    Args:
        scenes: the data set.
        names: of the pictures of each part, as they lie below its folder.
        out: the folder.
    """
    for part, made in scenes.named.items():
        for scene, name in zip(made, names[part], strict=True):
            put(out / "labels" / PART_SPOKEN[part] / f"{stem(name)}.txt", _text(scene))
    lines = ["# Paths count from this file."]
    lines += [f"{PART_SPOKEN[part]}: images/{PART_SPOKEN[part]}" for part in scenes.named]
    if "valid" not in scenes.named and "train" in scenes.named:
        lines.append("val: images/train  # there is no other part; trainers insist on one")
    if scenes.joints is not None:
        joints = scenes.joints
        lines += [f"kpt_shape: [{len(joints.names)}, 3]", f"kpt_names: {{0: [{', '.join(map(quoted, joints.names))}]}}"]
        lines += [f"flip_idx: {json.dumps(list(joints.flip))}"] if joints.flip else []
        lines += [f"skeleton: {json.dumps([list(pair) for pair in joints.lines])}"] if joints.lines else []
    lines += ["names:", *(f"  {i}: {quoted(name)}" for i, name in enumerate(scenes.names))]
    put(out / "data.yaml", "\n".join(lines) + "\n")


def _text(scene: Scene) -> str:
    height, width = scene.truth.size or (1, 1)
    lines = []
    scored = bool((scene.truth.scores < 1).any())
    for i, (label, box) in enumerate(zip(scene.truth.labels.tolist(), scene.truth.boxes.tolist(), strict=True)):
        cells = [str(label), *_shares(box, width, height)]
        if scene.points:
            for point in scene.points[i]:
                x, y = (_share(point.x, width), _share(point.y, height)) if point.visible else ("0", "0")
                cells += [x, y, str(point.visible)]
        if scored:
            cells.append(repr(float(scene.truth.scores[i])))
        lines.append(" ".join(cells) + "\n")
    return "".join(lines)


def _shares(box: list[float], width: int, height: int) -> list[str]:
    """Centre and size in as few digits as give the same box back."""
    made: list[str] = []
    for low, high, side in ((box[0], box[2], width), (box[1], box[3], height)):
        for digits in (6, 9, 12, 15):
            pair = [f"{value:.{digits}f}" for value in ((low + high) / 2 / side, (high - low) / side)]
            middle, size = map(float, pair)
            if [round((middle + way * size / 2) * side, DIGITS) for way in (-1, 1)] == [low, high]:
                break
        made.append(pair[0])
        made.append(pair[1])
    return [made[0], made[2], made[1], made[3]]


def _share(value: float, side: int) -> str:
    for digits in (6, 9, 12, 15):
        text = f"{value / side:.{digits}f}"
        if round(float(text) * side, DIGITS) == value:
            break
    return text
