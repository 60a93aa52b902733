"""Label Studio JSON: a list of tasks, each a picture with what was drawn on it, in percent of its size."""

import re
from collections.abc import Mapping
from math import cos, radians, sin
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import quoteattr

from lenslet.data.samples import PART_SPOKEN, Part
from lenslet.data.scenes.jsons import elements
from lenslet.data.scenes.places import IMAGE_FOLDERS, Finder, bare, part_named, put
from lenslet.data.scenes.raw import Mark, Raw, Sheet, dumped, key_of, number, rest, unfolded
from lenslet.data.scenes.scene import Fault, Joints, Scene, Scenes
from lenslet.errors import DataError
from lenslet.image.names import spoken

_BOXES = ("rectanglelabels", "labels", "rectangle")
_POINTS = ("keypointlabels", "keypoint")
_SHAPES = ("polygonlabels", "polygon", "ellipselabels", "ellipse", "brushlabels", "brush")
_UPLOAD = re.compile(r"^[0-9a-f]{8}-")  # what an upload gets before its name
_DIGITS = 10
_RESULT = frozenset({"id", "type", "value", "original_width", "original_height", "from_name", "to_name", "parentID"})
_RESULT = _RESULT | {"origin", "image_rotation", "score"}
PICTURES = "images"


def read(root: Path, path: Path, *, whole: bool = True) -> Raw:
    """The tasks of an export (JSON or JSON-MIN); one that nobody has annotated is left out: it may not be empty.

    Args:
        root: the data folder.
        path: the JSON file in it.
        whole: carry along what is not understood.

    Raises:
        DataError: it is no such file.
    """
    raw = Raw(root, "labelstudio")
    finder = Finder(root, _bases(root, path))
    points: list[str] = []
    drafts: list[tuple[Sheet, list[dict[str, Any]]]] = []
    for name, task, listed, line in elements(path):
        if not listed or name:
            raise DataError(f"{spoken(path)} is an object, and no Label Studio export: a list of tasks")
        if not isinstance(task, dict):
            raw.faults.append(Fault("syntax", f"{path.name}, line {line}: a task that is no object", (path,), line))
            continue
        data = task["data"] if isinstance(task.get("data"), dict) else task
        sheet = _sheet(path, finder, data, task, line)
        results = _results(task, data)
        if results is None:
            what = f"{path.name}, line {line}: nobody has annotated {spoken(sheet.name)}: left out"
            raw.faults.append(Fault("unlabelled", what, (sheet.path or path,), line))
            continue
        drafts.append((sheet, results))
        for result in results:
            for label in _labels(result, _POINTS):
                if label not in points:
                    points.append(label)
    raw.joints = Joints(tuple(points)) if points else None
    for sheet, results in drafts:
        _draw(sheet, results, raw, whole=whole)
        raw.sheets.append(sheet)
    boxes = any(mark.box is not None for sheet in raw.sheets for mark in sheet.marks)
    raw.boxless = bool(points) and not boxes
    if not raw.sheets and not raw.faults:
        raise DataError(f"{spoken(path)}: there is no task in it")
    return raw


def _bases(root: Path, path: Path) -> list[Path]:
    try:
        inside = [f for f in sorted(path.parent.iterdir()) if f.is_dir() and f.name.lower() in IMAGE_FOLDERS]
    except OSError:
        inside = []
    return [*inside, path.parent, root]


def _sheet(path: Path, finder: Finder, data: Mapping[str, Any], task: Mapping[str, Any], line: int) -> Sheet:
    """The picture of a task: by the path in its address, which an upload has lengthened by eight digits."""
    said = next((data[key] for key in ("image", "img", "picture", "$undefined$") if isinstance(data.get(key), str)), "")
    if not said:
        said = next((v for v in data.values() if isinstance(v, str) and re.search(r"\.\w{3,4}$", v)), "")
    try:
        parts = urlsplit(said)
        query = parse_qs(parts.query).get("d")
        name = query[0] if query else unquote(parts.path)
    except ValueError:
        name = said
    own = name.replace("\\", "/").rpartition("/")[2]
    short = _UPLOAD.sub("", own)
    found = finder.find(name.lstrip("/")) or (finder.find(short) if short != own else None)
    size = (number(task.get("height")), number(task.get("width")))
    part = data.get("part")
    return Sheet(
        name=bare(found.relative_to(finder.root).as_posix()) if found else short or f"task {task.get('id', line)}",
        path=found,
        source=path,
        line=line,
        part=(part_named(part) if isinstance(part, str) else None) or "train",
        size=(round(size[0]), round(size[1])) if all(0 < side < 1e9 for side in size) else None,
        unit="shares",
        key=key_of(task.get("id")),
        why="" if found else f"there is no picture {spoken(short or said)} in the data folder; export with images",
    )


def _results(task: Mapping[str, Any], data: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """What was drawn: of several people the newest; None where nobody has looked at it."""
    annotations = task.get("annotations", task.get("completions"))
    if isinstance(annotations, list):
        done = [a for a in annotations if isinstance(a, dict) and not a.get("was_cancelled")]
        done = [a for a in done if isinstance(a.get("result"), list)]
        if not done:
            return None
        newest = max(done, key=lambda a: str(a.get("updated_at") or a.get("created_at") or ""))
        return [result for result in newest["result"] if isinstance(result, dict)]
    found: list[dict[str, Any]] = []  # JSON-MIN: each tag's values stand beside the picture
    there = False
    for key, value in data.items():
        if isinstance(value, list) and all(isinstance(v, dict) and "x" in v for v in value):
            there = True
            kind = "keypointlabels" if any("keypointlabels" in v for v in value) else "rectanglelabels"
            found += [
                {
                    "type": kind,
                    "value": v,
                    "from_name": key,
                    **{side: v.get(side) for side in ("original_width", "original_height")},
                }
                for v in value
            ]
    return found if there or "annotator" in task or "lead_time" in task else None


def _labels(result: Mapping[str, Any], kinds: tuple[str, ...]) -> list[str]:
    """The classes of a result of one of these kinds; [] for one of another."""
    value = result.get("value")
    if not isinstance(value, dict):
        return []
    for kind in kinds:
        if isinstance(value.get(kind), list) and value[kind]:
            return [str(label) for label in value[kind]]
    return []


def _draw(sheet: Sheet, results: list[dict[str, Any]], raw: Raw, *, whole: bool) -> None:
    """The boxes of a picture with their points; points without a box are one thing together."""
    order = {name: place for place, name in enumerate(raw.joints.names)} if raw.joints else {}
    boxes: dict[str, int] = {}
    for count, result in enumerate(results, start=1):
        wide, high = number(result.get("original_width")), number(result.get("original_height"))
        if sheet.size is None and 0 < wide < 1e9 and 0 < high < 1e9:
            sheet.size = (round(high), round(wide))
        skipped = _labels(result, _POINTS) or result.get("type") in ("relation", "choices", "textarea")
        mark = None if skipped else _box(sheet, result, raw, f"region {result.get('id', count)}"[:60], whole=whole)
        if mark is not None:
            boxes[str(result.get("id"))] = len(sheet.marks)
            sheet.marks.append(mark)
    placed: dict[int, dict[str, tuple[float, float, int]]] = {}
    for result in results:
        label = _labels(result, _POINTS)
        if not label:
            continue
        value = result["value"]
        meta = result.get("meta")
        hidden = isinstance(meta, dict) and meta.get("text") in (["hidden"], "hidden")
        parent = boxes.get(str(result.get("parentID")), 0 if len(sheet.marks) == len(boxes) == 1 else -1)
        place = (number(value.get("x")) / 100, number(value.get("y")) / 100, 1 if hidden else 2)
        placed.setdefault(parent, {})[label[0]] = place
    for parent, own in placed.items():
        points = tuple(own.get(name, (0.0, 0.0, 0)) for name in order)
        if parent >= 0:
            sheet.marks[parent] = sheet.marks[parent]._replace(points=points)
        else:
            sheet.marks.append(Mark("object", None, sheet.line, points, what="points without a box"))


def _box(sheet: Sheet, result: Mapping[str, Any], raw: Raw, what: str, *, whole: bool) -> Mark | None:
    """A region as a box; None where it is none."""
    value, kind = result.get("value"), str(result.get("type", ""))
    if not isinstance(value, dict):
        return None
    if kind in _SHAPES:
        around = _around(value)
        if around is None:
            _fault(raw, sheet, f"{what} is drawn as {kind}, not as a rectangle: left out")
            return None
        _fault(raw, sheet, f"{what} is drawn as {kind}: the box around it is taken")
        labels, corners = _labels(result, (kind,)), around
    else:
        labels = _labels(result, _BOXES)
        x, y, w, h = (number(value.get(side)) / 100 for side in ("x", "y", "width", "height"))
        corners = (x, y, x + w, y + h)
        turn = number(value.get("rotation") or 0) % 360
        if 0 < turn < 360:  # NaN is not
            corners = _turned(corners, turn, sheet.size[1] / sheet.size[0] if sheet.size else 1.0)
            _fault(raw, sheet, f"{what} is turned by {turn:g} degrees: the box around it is taken")
    if not labels:
        _fault(raw, sheet, f"{what} has no class: left out")
        return None
    score = result.get("score")
    return Mark(
        labels[0],
        corners,
        sheet.line,
        score=None if score is None else number(score),
        key=key_of(result.get("id")),
        more=rest(result, _RESULT) if whole else "",
        what=what,
    )


def _fault(raw: Raw, sheet: Sheet, what: str) -> None:
    raw.faults.append(Fault("syntax", f"{sheet.source.name}, line {sheet.line}: {what}", (sheet.source,), sheet.line))


def _around(value: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """The box around a polygon or an ellipse, shares."""
    points = value.get("points")
    if isinstance(points, list) and points and all(isinstance(p, list) and len(p) == 2 for p in points):
        xs, ys = ([number(p[axis]) / 100 for p in points] for axis in (0, 1))
        return min(xs), min(ys), max(xs), max(ys)
    x, y, a, b = (number(value.get(side)) / 100 for side in ("x", "y", "radiusX", "radiusY"))
    return (x - a, y - b, x + a, y + b) if a == a and b == b else None


def _turned(
    corners: tuple[float, float, float, float], degrees: float, ratio: float
) -> tuple[float, float, float, float]:
    """The box around a box that is turned about its upper left corner; `ratio` is width to height of the picture."""
    x1, y1, x2, y2 = corners
    c, s = cos(radians(degrees)), sin(radians(degrees))
    w, h = (x2 - x1) * ratio, y2 - y1
    xs = [(dx * c - dy * s) / ratio for dx, dy in ((0, 0), (w, 0), (0, h), (w, h))]
    ys = [dx * s + dy * c for dx, dy in ((0, 0), (w, 0), (0, h), (w, h))]
    return x1 + min(xs), y1 + min(ys), x1 + max(xs), y1 + max(ys)


def write(scenes: Scenes, names: dict[Part, list[str]], out: Path) -> None:
    """tasks.json to import, and config.xml for the labelling page, beside the pictures, which lie in images/ already.

    Args:
        scenes: the data set.
        names: of the pictures of each part, as they lie below images/.
        out: the folder, which is to be Label Studio's LOCAL_FILES_DOCUMENT_ROOT.
    """
    path = out / "tasks.json"
    number_ = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[\n")
        for part, made in scenes.named.items():
            for scene, name in zip(made, names[part], strict=True):
                task = _task(scene, name, part, scenes.boxless)
                file.write((",\n" if number_ else "") + dumped(task))
                number_ += 1
        file.write("\n]\n")
    put(out / "config.xml", _config(scenes))


def _task(scene: Scene, name: str, part: Part, boxless: bool) -> dict[str, Any]:
    height, width = scene.truth.size or (1, 1)
    frame = {"original_width": width, "original_height": height, "image_rotation": 0, "to_name": "image"}
    results: list[dict[str, Any]] = []
    used = {str(i) for i in scene.truth.ids or ()}
    for i, one in enumerate(scene.truth):
        x1, y1, x2, y2 = one.box
        key = str(scene.truth.ids[i]) if scene.truth.ids else f"box{i + 1}"
        if not boxless:
            value = {
                "x": round(100 * x1 / width, _DIGITS),
                "y": round(100 * y1 / height, _DIGITS),
                "width": round(100 * (x2 - x1) / width, _DIGITS),
                "height": round(100 * (y2 - y1) / height, _DIGITS),
                "rotation": 0,
                "rectanglelabels": [one.label],
            }
            made = {"id": key, "type": "rectanglelabels", "from_name": "label", "value": value, **frame}
            made |= {"score": one.score} if one.score < 1 else {}
            results.append(made | unfolded(scene.mores[i] if scene.mores else ""))
        for point in scene.points[i] if scene.points else ():
            if not point.visible:
                continue
            value = {
                "x": round(100 * point.x / width, _DIGITS),
                "y": round(100 * point.y / height, _DIGITS),
                "width": 0.5,
                "keypointlabels": [point.name],
            }
            own = f"{key}-{point.name}"
            while own in used:
                own += "-"
            made = {"id": own, "type": "keypointlabels", "from_name": "point", "value": value, **frame}
            made |= {} if boxless else {"parentID": key}
            results.append(made | ({"meta": {"text": ["hidden"]}} if point.visible == 1 else {}))
    task: dict[str, Any] = {"id": scene.key} if isinstance(scene.key, int) else {}
    place = f"/data/local-files/?d={PICTURES}/{name}"
    return task | {
        "data": {"image": place, "part": PART_SPOKEN[part]},
        "annotations": [{"result": results, "was_cancelled": False}],
    }


def _config(scenes: Scenes) -> str:
    """The page that shows these labels."""

    def tags(kind: str, name: str, labels: tuple[str, ...]) -> str:
        lines = "".join(f"    <Label value={quoteattr(label)}/>\n" for label in labels)
        return f'  <{kind} name="{name}" toName="image">\n{lines}  </{kind}>\n'

    text = '<View>\n  <Image name="image" value="$image"/>\n'
    text += "" if scenes.boxless else tags("RectangleLabels", "label", scenes.names)
    text += tags("KeyPointLabels", "point", scenes.joints.names) if scenes.joints else ""
    return text + "</View>\n"
