"""COCO JSON: one file for all pictures of a part, with boxes, crowds and keypoints."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lenslet.data.samples import PART_SPOKEN, Part
from lenslet.data.scenes.jsons import elements
from lenslet.data.scenes.places import IMAGE_FOLDERS, Finder, bare, part_named, part_of
from lenslet.data.scenes.raw import Key, Mark, Raw, Sheet, dumped, key_of, number, rest, unfolded
from lenslet.data.scenes.scene import Fault, Joints, Scene, Scenes
from lenslet.data.scenes.settle import DIGITS
from lenslet.errors import DataError
from lenslet.image.names import spoken

_IMAGE = frozenset({"id", "file_name", "width", "height"})
_BOX = frozenset({"id", "image_id", "category_id", "bbox", "area", "iscrowd", "keypoints", "num_keypoints", "score"})
_BOX = _BOX | {"difficult"}
_LISTS = ("images", "annotations", "categories")


@dataclass
class _File:
    """One JSON file, sorted."""

    images: dict[Key, tuple[dict[str, Any], int]] = field(default_factory=dict)
    categories: dict[Key, dict[str, Any]] = field(default_factory=dict)
    marks: dict[Key, list[Mark]] = field(default_factory=dict)
    labels: dict[Key, list[Key]] = field(default_factory=dict)
    others: dict[str, Any] = field(default_factory=dict)


def read(root: Path, files: Iterable[Path], *, whole: bool = True) -> Raw:
    """One file or several, each of its part.

    Args:
        root: the data folder.
        files: JSON files in it.
        whole: carry along what is not understood (polygons, licences), for writing it again.

    Raises:
        DataError: a file is no COCO JSON.
    """
    raw = Raw(root, "coco")
    names: list[str] = []
    files = list(files)
    parts = {path: _part(root, path) for path in files}
    if len(files) > 1 and None in parts.values():
        unknown = next(path for path, part in parts.items() if part is None)
        raise DataError(
            f"{spoken(unknown)}: there are {len(files)} COCO files, and this one does not say which part it is "
            "of; name it instances_train.json, instances_val.json or instances_test.json"
        )
    for path in files:
        sorted_ = _sorted(path, raw, whole=whole)
        _joints(path, sorted_, raw)
        own = {key: str(plain.get("name", key)) for key, plain in sorted_.categories.items()}
        for name in own.values():
            if name not in names:
                names.append(name)
        finder = Finder(root, _bases(root, path, parts[path]))
        sheets = _sheets(path, sorted_, own, finder, raw)
        for sheet in sheets:
            lies_in = part_of(_short(root, sheet.path)) if sheet.path else None
            sheet.part = parts[path] or lies_in or "train"
            if lies_in not in (None, sheet.part):
                sheet.path = None  # one of the same name, in another part
        raw.sheets += sheets
        raw.faults += [
            Fault("unlabelled", f"{spoken(other)}: {path.name} does not name this picture: left out", (other,))
            for other in finder.left(sheet.path for sheet in sheets if sheet.path)
        ]
        if whole:
            raw.more.setdefault("coco", {"categories": list(sorted_.categories.values()), **sorted_.others})
    raw.names = tuple(names)
    return raw


def _part(root: Path, path: Path) -> Part | None:
    """The part a file is of: by its folder, else by the words of its name."""
    if (part := part_of(_short(root, path))) is not None:
        return part
    words = path.stem.replace("-", "_").replace(".", "_").split("_")
    return next((found for word in words if (found := part_named(word))), None)


def _short(root: Path, path: Path) -> str:
    """A path from the data folder on, with slashes."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _bases(root: Path, path: Path, part: Part | None) -> list[Path]:
    """Folders that file names may count from: of the file's part first."""
    homes = [path.parent, path.parent.parent]
    inside: list[Path] = []
    for home in homes:
        try:
            folders = [f for f in sorted(home.iterdir()) if f.is_dir() and not f.name.startswith(".")]
        except OSError:
            continue
        images = [f for f in folders if f.name.lower() in IMAGE_FOLDERS]
        for folder in images:
            folders += [f for f in sorted(folder.iterdir()) if f.is_dir()]
        inside += [f for f in folders if part is not None and part_named(f.name) == part]
        inside += images
    return [*inside, *homes, root]


def _sorted(path: Path, raw: Raw, *, whole: bool) -> _File:
    made = _File()
    seen = False
    for name, plain, listed, line in elements(path, _LISTS):
        if not listed:
            if name in ("info", "licenses") and whole:
                made.others[name] = plain
            continue
        if name not in _LISTS:
            raise DataError(f"{spoken(path)} is a list; a COCO file is an object with images, annotations, categories")
        seen = True
        key = key_of(plain.get("id")) if isinstance(plain, dict) else None
        if name == "annotations":
            _annotation(path, plain, line, made, raw, whole)
        elif key is None:
            where = f"{path.name}, line {line}"
            raw.faults.append(Fault("syntax", f"{where}: one of {name} has no id: left out", (path,), line))
        elif name == "images":
            if key in made.images:
                where = f"{path.name}, line {line}"
                raw.faults.append(Fault("twice", f"{where}: a second image with id {key}: left out", (path,), line))
                continue
            made.images[key] = (plain, line)
        else:
            made.categories.setdefault(key, plain)
    if not seen:
        raise DataError(f"{spoken(path)}: there are no images and annotations in it, so it is no COCO file")
    return made


def _annotation(path: Path, plain: Any, line: int, made: _File, raw: Raw, whole: bool) -> None:
    """One object of a picture."""
    where = f"{path.name}, line {line}"
    if not isinstance(plain, dict):
        raw.faults.append(Fault("syntax", f"{where}: an annotation that is no object: left out", (path,), line))
        return
    what = f"annotation {plain.get('id', '?')}"[:60]
    image = key_of(plain.get("image_id"))
    box = plain.get("bbox")
    points = plain.get("keypoints")
    points = points if isinstance(points, list) and len(points) >= 3 and len(points) % 3 == 0 else []
    if not isinstance(box, list) or len(box) != 4:
        if box is not None or not points:
            said = "no bbox of four numbers" if box is None else f"bbox {str(box)[:60]} is not four numbers"
            raw.faults.append(Fault("syntax", f"{where}: {what} has {said}: left out", (path,), line))
            return
        corners = None
    else:
        x, y, wide, high = (number(value) for value in box)
        corners = (x, y, round(x + wide, DIGITS), round(y + high, DIGITS))  # NaN stays NaN
    crowd = plain.get("iscrowd")
    area = plain.get("area")
    mark = Mark(
        label="",
        box=corners,
        line=line,
        points=tuple(
            (number(points[i]), number(points[i + 1]), points[i + 2] if points[i + 2] in (0, 1, 2) else 2)
            for i in range(0, len(points), 3)
        ),
        crowd=None if crowd is None else bool(crowd),
        difficult=None if plain.get("difficult") is None else bool(plain["difficult"]),
        area=None if area is None else number(area),
        score=None if plain.get("score") is None else number(plain["score"]),
        key=key_of(plain.get("id")),
        more=rest(plain, _BOX) if whole else "",
        what=what,
    )
    made.marks.setdefault(image, []).append(mark)
    made.labels.setdefault(image, []).append(key_of(plain.get("category_id")))


def _joints(path: Path, made: _File, raw: Raw) -> None:
    """The points of all classes, which must be the same."""
    found: Joints | None = None
    for plain in made.categories.values():
        names = plain.get("keypoints")
        if not isinstance(names, list) or not names:
            continue
        lines = []
        for pair in plain["skeleton"] if isinstance(plain.get("skeleton"), list) else []:
            ends = [end - 1 for end in pair if isinstance(end, int)] if isinstance(pair, list) else []
            if len(ends) == 2 and all(0 <= end < len(names) for end in ends):
                lines.append((ends[0], ends[1]))
        joints = Joints(tuple(map(str, names)), tuple(lines))
        if found is not None and found.names != joints.names:
            raise DataError(
                f"{spoken(path)}: two classes have different keypoints ({len(found.names)} and {len(names)}); "
                "keep the annotations of one of them"
            )
        found = joints
    if found is None:
        longest = max((len(mark.points) for marks in made.marks.values() for mark in marks), default=0)
        found = Joints(tuple(str(i) for i in range(longest))) if longest else None
    if raw.joints is not None and found is not None and raw.joints.names != found.names:
        raise DataError(
            f"{spoken(path)}: its keypoints are other ones than those of the other parts; make them the same"
        )
    raw.joints = raw.joints or found


def _sheets(path: Path, made: _File, names: Mapping[Key, str], finder: Finder, raw: Raw) -> list[Sheet]:
    sheets = []
    for key, (plain, line) in made.images.items():
        said = plain.get("file_name")
        said = said if isinstance(said, str) else ""
        found = finder.find(said) if said else None
        high, wide = (number(plain.get(side)) for side in ("height", "width"))
        sheet = Sheet(
            name=bare(said.replace("\\", "/").lstrip("/")) if said else f"{key}.jpg",
            path=found,
            source=path,
            line=line,
            size=(round(high), round(wide)) if 0 < high < 1e9 and 0 < wide < 1e9 else None,
            key=key,
            more=rest(plain, _IMAGE),
            why="" if found or not said or not finder.leads_out(said) else f"{said} leads out of the data folder",
        )
        if found is not None and ".." in sheet.name:
            sheet.name = found.name
        for mark, category in zip(made.marks.pop(key, ()), made.labels.pop(key, ()), strict=True):
            sheet.marks.append(mark._replace(label=names.get(category, f"category_id {category}")))
        sheets.append(sheet)
    for key, marks in made.marks.items():
        first = marks[0]
        more = f" (and {len(marks) - 1:,} more of it)" if len(marks) > 1 else ""
        what = f"{path.name}, line {first.line}: {first.what}{more} is of image {key}, which is not in images: left out"
        raw.faults.append(Fault("orphan", what, (path,), first.line))
    return sheets


def write(scenes: Scenes, names: dict[Part, list[str]], out: Path) -> None:
    """annotations/instances_<part>.json beside the pictures, which lie in a folder of each part already.

    Args:
        scenes: the data set.
        names: of the pictures of each part, as they lie below its folder.
        out: the folder.
    """
    more = scenes.more.get("coco", {})
    known = {str(plain.get("name")): plain for plain in more.get("categories", []) if isinstance(plain, dict)}
    keep = all(name in known for name in scenes.names) and len({known[n].get("id") for n in scenes.names}) == len(known)
    categories = []
    for number_, name in enumerate(scenes.names, start=1):
        plain = dict(known[name]) if keep else {"id": number_, "name": name, "supercategory": "none"}
        if scenes.joints is not None:
            plain["keypoints"] = list(scenes.joints.names)
            plain["skeleton"] = [[a + 1, b + 1] for a, b in scenes.joints.lines]
        categories.append(plain)
    head = {name: more[name] for name in ("info", "licenses") if name in more}
    counter = _Counter()
    for part, made in scenes.named.items():
        keys = [scene.key for scene in made]
        if len(set(keys)) < len(keys) or any(not isinstance(key, int) for key in keys):
            keys = list(range(1, len(made) + 1))
        ids = [i for scene in made for i in (scene.truth.ids or [None] * len(scene.truth))]
        counter.keep = len(set(ids)) == len(ids) and all(isinstance(i, int) for i in ids)
        path = out / "annotations" / f"instances_{PART_SPOKEN[part]}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            file.write(dumped(head)[:-1] + (", " if head else "") + '"images": [\n')
            file.write(",\n".join(dumped(_image(s, n, k)) for s, n, k in zip(made, names[part], keys, strict=True)))
            file.write('\n], "annotations": [\n')
            first = True
            for scene, key in zip(made, keys, strict=True):
                for plain in _boxes(scene, key, categories, counter):
                    file.write(("" if first else ",\n") + dumped(plain))
                    first = False
            file.write('\n], "categories": [\n' + ",\n".join(map(dumped, categories)) + "\n]}\n")


@dataclass
class _Counter:
    """Numbers of annotations, over all parts; or those that they have."""

    last: int = 0
    keep: bool = False


def _image(scene: Scene, name: str, key: Key) -> dict[str, Any]:
    height, width = scene.truth.size or (0, 0)
    return {"id": key, "file_name": name, "width": width, "height": height, **unfolded(scene.more)}


def _boxes(scene: Scene, key: Key, categories: list[dict[str, Any]], counter: _Counter) -> Iterable[dict[str, Any]]:
    truth = scene.truth
    area = truth.area
    for i, (label, box, score) in enumerate(zip(truth.labels, truth.boxes.tolist(), truth.scores, strict=True)):
        counter.last += 1
        plain: dict[str, Any] = {
            "id": truth.ids[i] if counter.keep and truth.ids else counter.last,
            "image_id": key,
            "category_id": categories[label]["id"],
            "bbox": [_whole(v) for v in (box[0], box[1], box[2] - box[0], box[3] - box[1])],
            "area": _whole(float(area[i])),
            "iscrowd": int(truth.crowd[i]) if truth.crowd is not None else 0,
        }
        if scene.points:
            points = scene.points[i]
            plain["keypoints"] = [
                v for p in points for v in ((_whole(p.x), _whole(p.y), p.visible) if p.visible else (0, 0, 0))
            ]
            plain["num_keypoints"] = int(points.known.sum())
        if score < 1:
            plain["score"] = float(score)
        if truth.difficult is not None:
            plain["difficult"] = int(truth.difficult[i])
        yield plain | unfolded(scene.mores[i] if scene.mores else "")


def _whole(value: float) -> int | float:
    rounded = round(value, DIGITS)
    return int(rounded) if rounded == int(rounded) else rounded
