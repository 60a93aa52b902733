"""Pascal VOC: an XML file for each picture; which pictures are in which part stands in `ImageSets/Main`.

Points, which the form itself does not have, stand in an element of their own: see `voc_points`.

Corners are taken as they stand, as most programs that write this form mean them: a box from 0 to the picture's width
holds it all. VOC's own pictures of 2012 count pixels from 1; there a box begins one pixel too far right and down.
"""

import json
import re
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import Any

from lenslet.data.samples import PART_SPOKEN, Part
from lenslet.data.scenes import voc_points
from lenslet.data.scenes.places import Finder, bare, below, is_picture, part_named, part_of, put, stem, text_of
from lenslet.data.scenes.raw import Mark, Raw, Sheet, number, unfolded
from lenslet.data.scenes.scene import Fault, Scene, Scenes
from lenslet.data.scenes.xml import Node, element, encoding, parse
from lenslet.errors import DataError
from lenslet.image.names import spoken

_LARGEST = 16 << 20  # bytes of one picture's labels
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_OBJECT = frozenset({"name", "bndbox", "difficult", voc_points.TAG})  # understood; the rest is carried
_PICTURE = frozenset({"folder", "filename", "path", "size", "object"})
_TAG = re.compile(r"[A-Za-z_][\w.-]*\Z", re.ASCII)
PICTURES = "JPEGImages"


def read(root: Path) -> Raw:
    """Every annotation below a folder, with the picture of its name.

    Raises:
        DataError: there is none that can be read.
    """
    raw = Raw(root, "voc")
    names = below(root)
    pictures: dict[tuple[Part | None, str], str] = {}
    for name in names:
        if is_picture(name):
            pictures.setdefault((part_of(name), stem(bare(name))), name)
    lists = _lists(root, names)
    taken: set[str] = set()
    named: list[tuple[Mark, voc_points.Named]] = []
    unlisted = 0
    finder = Finder(root, {root / PurePosixPath(name).parent for name in pictures.values()})
    for name in names:
        if not name.lower().endswith(".xml"):
            continue
        key, part = stem(bare(name)), part_of(name)
        listed = None if part else lists.get(key)
        picture = pictures.get((part, key)) or pictures.get((None, key)) or _any(pictures, key)
        if lists and part is None and listed is None:
            unlisted += 1
            taken.add(picture or "")
            continue
        try:
            tree = parse(root / name, text_of(root / name, _LARGEST, encoding))
        except DataError as error:
            raw.faults.append(Fault("syntax", str(error).replace(spoken(root / name), spoken(name), 1), (root / name,)))
            taken.add(picture or "")
            continue
        if tree.tag != "annotation":
            continue
        said = tree.said("filename") or tree.said("path")
        path = root / picture if picture else (finder.find(said) if said else None)
        sheet, points = sheet_of(tree, root / name, path, part or listed or "train")
        named += zip(sheet.marks, points, strict=True)
        sheet.name = bare(str(path.relative_to(root).as_posix())) if path else said or f"{key}.jpg"
        if path is None and said and finder.leads_out(said):
            sheet.why = f"its picture {said} is not in the data folder"
        if path is not None:
            taken.add(path.relative_to(root).as_posix())
        raw.sheets.append(sheet)
        raw.faults += _shapeless(tree, sheet)
    voc_points.joined(raw, named)
    if unlisted:
        raw.notes.append(f"{unlisted:,} annotations are in no list of ImageSets/Main, so they are left out")
    raw.faults += [
        Fault("unlabelled", f"{name}: there are no labels of this picture: left out", (root / name,))
        for name in sorted(set(pictures.values()) - taken)
        if not lists or part_of(name) or stem(bare(name)) in lists
    ]
    raw.faults += [
        Fault("orphan", f"ImageSets/Main lists {key}, of which there are no labels: left out")
        for key in sorted(set(lists) - {stem(bare(name)) for name in names if name.lower().endswith(".xml")})
        if (None, key) not in pictures
    ]
    return raw


def _any(pictures: dict[tuple[Part | None, str], str], key: str) -> str | None:
    """A picture of that name in whatever part."""
    return next((pictures[part, key] for part in ("train", "valid", "test") if (part, key) in pictures), None)


def _lists(root: Path, names: Collection[str]) -> dict[str, Part]:
    """The part of each picture (without suffix) that ImageSets/Main lists."""
    found: dict[str, Part] = {}
    wanted: dict[str, str] = {}
    known = {stem(bare(name)) for name in names}
    for name in names:
        path = PurePosixPath(name)
        if path.suffix == ".txt" and [folder.lower() for folder in path.parts[:-1]][-2:] == ["imagesets", "main"]:
            wanted[path.stem.lower()] = name
    lists: list[tuple[str, Part]] = [(word, part) for word in wanted if (part := part_named(word))]
    if "trainval" in wanted and not any(part == "train" for _, part in lists):
        lists.append(("trainval", "train"))
    for word, part in lists:
        for line in text_of(root / wanted[word], _LARGEST).splitlines():
            key = line.strip()
            if key and key not in known and key.endswith((" 1", " -1", " 0")):  # a mark behind the name
                key = key.rpartition(" ")[0].strip()
            if key:
                found.setdefault(key, part)
    return found


def sheet_of(tree: Node, source: Path, path: Path | None, part: Part) -> tuple[Sheet, list[voc_points.Named]]:
    """What an annotation says, its name left out; and the named points of each mark, which have no order yet."""
    size = tree.child("size")
    height, width = (number(size.said(side)) if size else 0.0 for side in ("height", "width"))
    stated = (round(height), round(width)) if 0 < height < 1e9 and 0 < width < 1e9 else None
    more = _plain(tree, _PICTURE)
    depth = size.said("depth") if size else ""
    if depth and depth != "3":
        more["depth"] = depth
    made = Sheet("", path, source, size.line if size else tree.line, part, stated, more=_json(more))
    points = []
    for thing in tree.all("object"):
        box = thing.child("bndbox")
        if box is None and thing.child(voc_points.TAG) is None:
            continue
        points.append(voc_points.said(thing))
        corners = tuple(number(box.said(side)) for side in _CORNERS) if box else None
        difficult = thing.said("difficult")
        made.marks.append(
            Mark(
                label=thing.said("name"),
                box=(corners[0], corners[1], corners[2], corners[3]) if corners else None,
                line=thing.line,
                difficult=None if not difficult else difficult.lower() in ("1", "true"),
                more=_json(_plain(thing, _OBJECT)),
            )
        )
    return made, points


def _shapeless(tree: Node, sheet: Sheet) -> list[Fault]:
    """Objects without a box and without points."""
    return [
        Fault(
            "syntax",
            f"{sheet.source.name}, line {thing.line}: {thing.said('name') or 'an object'} has no bndbox: left out",
            (sheet.source,),
            thing.line,
        )
        for thing in tree.all("object")
        if thing.child("bndbox") is None and thing.child(voc_points.TAG) is None
    ]


def _plain(node: Node, known: frozenset[str]) -> dict[str, Any]:
    """What an element says beside what is understood: names and texts; of equal names a list."""
    found: dict[str, Any] = {}
    for child in node.children:
        if child.tag in known:
            continue
        value: Any = _plain(child, frozenset()) if child.children else child.text.strip()
        if child.tag in found:
            value = [*(found[child.tag] if isinstance(found[child.tag], list) else [found[child.tag]]), value]
        found[child.tag] = value
    return found


def _json(plain: dict[str, Any]) -> str:
    return json.dumps(plain) if plain else ""


def write(scenes: Scenes, names: dict[Part, list[str]], out: Path) -> None:
    """Annotations and lists beside the pictures, which lie in JPEGImages already.

    Args:
        scenes: the data set.
        names: of the pictures of each part, as they lie below JPEGImages.
        out: the folder.
    """
    for part, made in scenes.named.items():
        for scene, name in zip(made, names[part], strict=True):
            put(out / "Annotations" / f"{stem(name)}.xml", annotation(scene, name, boxless=scenes.boxless))
        lines = "".join(f"{stem(name)}\n" for name in names[part])
        put(out / "ImageSets" / "Main" / f"{PART_SPOKEN[part]}.txt", lines)


def annotation(scene: Scene, name: str, *, boxless: bool = False) -> str:
    """The XML of one picture; `boxless`: it has points only, and the boxes around them are not written."""
    more = unfolded(scene.more)
    height, width = scene.truth.size or (0, 0)
    depth = str(more.pop("depth", 3))
    truth = scene.truth
    objects = []
    for i, one in enumerate(truth):
        beside = {"pose": "Unspecified", "truncated": "0"} | unfolded(scene.mores[i] if scene.mores else "")
        corners = [element(side, voc_points.digits(v), 3) for side, v in zip(_CORNERS, one.box, strict=True)]
        lines = [element("name", one.label, 2)]
        lines += _elements({k: v for k, v in beside.items() if k in ("pose", "truncated", "occluded")}, 2)
        difficult = bool(truth.difficult[i]) if truth.difficult is not None else False
        lines += [element("difficult", str(int(difficult)), 2)]
        lines += [] if boxless else [element("bndbox", corners, 2)]
        if scene.points and scene.points[i].known.any():
            lines.append(voc_points.elements(scene.points[i], 2))
        lines += _elements({k: v for k, v in beside.items() if k not in ("pose", "truncated", "occluded")}, 2)
        objects.append(element("object", lines, 1))
    size = [element(side, str(value), 2) for side, value in (("width", width), ("height", height))]
    beside = {"source": {"database": "Unknown"}, "segmented": "0"} | more
    return element(
        "annotation",
        [
            element("folder", PICTURES, 1),
            element("filename", name, 1),
            *_elements({k: v for k, v in beside.items() if k == "source"}, 1),
            element("size", [*size, element("depth", depth, 2)], 1),
            *_elements({k: v for k, v in beside.items() if k != "source"}, 1),
            *objects,
        ],
    )


def _elements(plain: dict[str, Any], depth: int) -> list[str]:
    """What is carried, as elements; of what is no such tree (a polygon of another form) nothing."""
    made = []
    for tag, value in plain.items():
        values = value if isinstance(value, list) else [value]
        if not _TAG.match(tag) or any(not isinstance(v, str | int | float | dict) for v in values):
            continue
        for one in values:
            if isinstance(one, dict):
                made.append(element(tag, _elements(one, depth + 1), depth))
            else:
                made.append(element(tag, str(int(one)) if isinstance(one, bool) else str(one), depth))
    return made
