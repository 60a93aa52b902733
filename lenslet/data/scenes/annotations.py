"""The labels of single pictures in a folder, read and written one by one: Pascal VOC, as `voc` reads the whole of it.

For whoever draws them: what is not touched stays as other programs wrote it, a file is written whole or not at all, and
what somebody else has changed meanwhile is not written over.
"""

import hashlib
import math
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.sax.saxutils import unescape

import numpy as np

from lenslet.data.samples import Part
from lenslet.data.scenes import voc, voc_points
from lenslet.data.scenes.places import bare, below, part_of, stem, text_of
from lenslet.data.scenes.raw import Raw
from lenslet.data.scenes.scene import Scene
from lenslet.data.scenes.settle import settled
from lenslet.data.scenes.xml import encoding, parse
from lenslet.errors import CallError, DataError, StaleError
from lenslet.files import write_whole
from lenslet.image import image_size
from lenslet.image.names import spoken
from lenslet.results import Detections, Points

__all__ = ["FOLDER", "Annotations", "Drawn", "Thing"]

FOLDER = "Annotations"
Number = int | float
_LARGEST = 16 << 20  # bytes of one picture's labels
_CLASS = re.compile(r"<object>\s*<name>([^<]*)</name>")
_POINT = re.compile(r"<point>\s*<name>([^<]*)</name>")
_NEW = "new"  # the version of what is not there


@dataclass(frozen=True)
class Thing:
    """One thing on a picture, as it is drawn.

    Args:
        label: its class.
        box: x1 y1 x2 y2, pixels; None where it has points only.
        points: by name: x, y, pixels, and 2 seen or 1 hidden; those that are not known are left out.
        difficult: see `Detections`.
        more: what its file says beside, as JSON; handed back as it came.
    """

    label: str
    box: tuple[Number, Number, Number, Number] | None = None
    points: Mapping[str, tuple[Number, Number, int]] | None = None
    difficult: bool = False
    more: str = ""


@dataclass(frozen=True)
class Drawn:
    """The labels of one picture.

    Args:
        things: what is drawn; None where the picture is not labelled, which is not the same as a picture of nothing.
        size: (height, width), pixels.
        version: of the file they are from; to be handed back with what is to replace them.
        faults: what of the file could not be believed, and what was made of it.
        more: what the file says of the picture beside.
    """

    things: tuple[Thing, ...] | None
    size: tuple[int, int]
    version: str
    faults: tuple[str, ...] = ()
    more: str = ""


class Annotations:
    """The labels in a folder.

    Args:
        root: the folder.
        pictures: names of all pictures in it: paths from there, with slashes.
    """

    def __init__(self, root: Path, pictures: Iterable[str]) -> None:
        self.root = root
        self._lock = threading.RLock()
        names = below(root)
        key_of = _Keys()
        files: dict[tuple[Part | None, str], str] = {}
        for name in names:
            if name.lower().endswith(".xml"):
                part, own = key_of(name)
                files.setdefault((part, own.rpartition(".")[0]), name)
        self._places: dict[str, str] = {}
        self._there: set[str] = set()
        self._twins: dict[str, str] = {}
        owners: dict[tuple[Part | None, str], str] = {}
        for name in sorted(pictures):
            part, own = key_of(name)
            key = own.rpartition(".")[0]
            if (part, key) in owners:  # 1.jpg and 1.png: the second has its suffix in the name of its labels
                key = own
            if (part, key) in owners:
                self._twins[name] = owners[part, key]
                continue
            owners[part, key] = name
            found = files.get((part, key)) or files.get((None, key))
            self._places[name] = found or f"{FOLDER}/{name if key == own else name.rpartition('.')[0]}.xml"
            if found is not None:
                self._there.add(name)
        self._lists = {name for name in names if _is_train_list(name)}

    @property
    def labelled(self) -> frozenset[str]:
        """Pictures of which there are labels, if only that they show nothing."""
        with self._lock:
            return frozenset(self._there)

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Of all classes, and of all points, that things have, in the order of their first appearance; a quick look."""
        with self._lock:
            places = [self._places[name] for name in sorted(self._there)]
        classes: dict[str, None] = {}
        points: dict[str, None] = {}
        for place in places:
            try:
                text = text_of(self.root / PurePosixPath(place), _LARGEST, encoding)
            except DataError:
                continue
            for found, pattern in ((classes, _CLASS), (points, _POINT)):
                found.update(dict.fromkeys(unescape(word).strip() for word in pattern.findall(text)))
        return tuple(filter(None, classes)), tuple(filter(None, points))

    def read(self, name: str) -> Drawn:
        """The labels of a picture. Of a file that is damaged it says so in `faults`, as of a picture without labels.

        Raises:
            ImageError: the picture cannot be opened.
        """
        picture = self.root / PurePosixPath(name)
        size = image_size(picture)
        place = self._place(name)
        try:
            content = place.read_bytes()
        except OSError:
            return Drawn(None, size, _NEW)
        try:
            things, faults, more = self._read(name, place, picture)
        except DataError as error:
            return Drawn(None, size, _version(content), (str(error),))
        return Drawn(things, size, _version(content), faults, more)

    def _read(self, name: str, place: Path, picture: Path) -> tuple[tuple[Thing, ...], tuple[str, ...], str]:
        """What a file says: things, what was wrong, what it says of the picture beside."""
        tree = parse(place, text_of(place, _LARGEST, encoding))
        if tree.tag != "annotation":
            raise DataError(f"{spoken(place)} is no annotation of Pascal VOC; move it elsewhere")
        sheet, named = voc.sheet_of(tree, place, picture, "train")
        sheet.name = name
        raw = Raw(self.root, "voc", sheets=[sheet])
        voc_points.joined(raw, zip(sheet.marks, named, strict=True))
        made = settled(raw, at_least=0)
        faults = tuple(fault.sentence for fault in made.faults)
        if not made.train:
            raise DataError(faults[0] if faults else f"{spoken(place)} cannot be used")
        scene = made.train[0]
        things = tuple(_thing(scene, i, boxless=raw.boxless) for i in range(len(scene.truth)))
        return things, faults, scene.more

    def write(
        self, name: str, things: Sequence[Thing] | None, version: str | None, *, joints: Sequence[str] = ()
    ) -> str:
        """Replace the labels of a picture.

        Args:
            name: of the picture.
            things: what is on it; none of them says that it shows nothing; None takes its labels away.
            version: of the labels that these replace, or None to replace whatever is there.
            joints: names of the points that a thing can have, in their order.

        Returns:
            The new version.

        Raises:
            StaleError: there are others meanwhile.
            CallError: a thing is no thing: without class, without area, or outside.
            OSError: the disk is full or may not be written; the labels are then as they were.
        """
        picture = self.root / PurePosixPath(name)
        place = self._place(name)
        with self._lock:
            old = place.read_bytes() if place.is_file() else None
            now = _NEW if old is None else _version(old)
            if version is not None and version != now:
                raise StaleError(f"the labels of {name} were changed elsewhere since they were opened here")
            if things is None:
                place.unlink(missing_ok=True)
                self._there.discard(name)
                return _NEW
            more = self.read(name).more if old is not None else ""
            scene, boxless = _scene(picture, name, things, joints, more)
            text = voc.annotation(scene, name, boxless=boxless)
            write_whole(place, text)
            self._there.add(name)
            if old is None:
                self._list(name)
            return _version(text.encode())

    def _place(self, name: str) -> Path:
        if name in self._twins:
            raise CallError(
                f"{name} and {self._twins[name]} have one name, and so would their labels; rename one of them"
            )
        if name not in self._places:
            raise CallError(f"{name}: there is no such picture")
        return self.root / PurePosixPath(self._places[name])

    def _list(self, name: str) -> None:
        """Where ImageSets/Main says which pictures count, a newly labelled one is to count."""
        if part_of(name) is not None or not self._lists:
            return
        key = stem(bare(name))
        lists = [self.root / PurePosixPath(place) for place in sorted(self._lists)]
        if any(key in path.read_text(encoding="utf-8", errors="replace").split() for path in lists):
            return
        train = next((path for path in lists if path.stem == "train"), lists[0])
        text = train.read_text(encoding="utf-8", errors="replace").rstrip("\n")
        write_whole(train, f"{text}\n{key}\n".lstrip("\n"))


class _Keys:
    """Part and bare name of a path, its folder looked at once: of ten thousand names in a folder that is a second."""

    def __init__(self) -> None:
        self._folders: dict[str, tuple[Part | None, str]] = {}

    def __call__(self, name: str) -> tuple[Part | None, str]:
        folder, slash, own = name.rpartition("/")
        if folder not in self._folders:
            any_ = f"{folder}{slash}x"
            self._folders[folder] = (part_of(any_), bare(any_)[:-1])
        part, before = self._folders[folder]
        return part, before + own


def _is_train_list(name: str) -> bool:
    path = PurePosixPath(name)
    inside = [folder.lower() for folder in path.parts[:-1]][-2:] == ["imagesets", "main"]
    return inside and path.name.lower() in ("train.txt", "trainval.txt", "val.txt", "test.txt")


def _thing(scene: Scene, i: int, *, boxless: bool) -> Thing:
    truth = scene.truth
    one = truth[i : i + 1]
    corners = one.boxes[0].tolist()
    points = None
    if scene.points:
        points = {p.name: (p.x, p.y, p.visible) for p in scene.points[i] if p.visible}
    return Thing(
        label=next(iter(one)).label,
        box=None if boxless else (corners[0], corners[1], corners[2], corners[3]),
        points=points or None,
        difficult=bool(truth.difficult is not None and truth.difficult[i]),
        more=scene.mores[i] if scene.mores else "",
    )


def _scene(picture: Path, name: str, things: Sequence[Thing], joints: Sequence[str], more: str) -> tuple[Scene, bool]:
    """What was drawn as a truth, after a look whether it can be one; and whether it has points only."""
    size = image_size(picture)
    boxless = bool(things) and all(thing.box is None for thing in things)
    boxes = np.array([_corners(name, thing, size) for thing in things], np.float64).reshape(-1, 4)
    names = tuple(sorted({thing.label for thing in things}))
    truth = Detections(
        boxes,
        np.ones(len(things)),
        np.array([names.index(thing.label) for thing in things], np.int64),
        names,
        picture,
        size,
        difficult=np.array([thing.difficult for thing in things]) if any(t.difficult for t in things) else None,
    )
    used = dict.fromkeys([*joints, *(name for thing in things for name in thing.points or ())])
    points = tuple(_points(thing, tuple(used)) for thing in things) if any(t.points for t in things) else ()
    mores = tuple(thing.more for thing in things) if any(thing.more for thing in things) else ()
    return Scene(picture, name, truth, points, more=more, mores=mores), boxless


def _corners(name: str, thing: Thing, size: tuple[int, int]) -> tuple[Number, Number, Number, Number]:
    """The box of a thing, or that around its points, within the picture."""
    if not thing.label.strip():
        raise CallError(f"{name}: a thing without a class; give it one")
    known = list((thing.points or {}).values())
    if any(not (math.isfinite(x) and math.isfinite(y) and seen in (1, 2)) for x, y, seen in known):
        raise CallError(f"{name}: a point of {thing.label} is no place")
    if thing.box is None:
        if not known:
            raise CallError(f"{name}: {thing.label} has neither box nor points")
        xs, ys = [x for x, _, _ in known], [y for _, y, _ in known]
        return min(xs), min(ys), max(xs), max(ys)
    if not all(math.isfinite(value) for value in thing.box):
        raise CallError(f"{name}: the box of {thing.label} is no box")
    x1, y1, x2, y2 = thing.box
    x1, x2 = sorted((min(max(x1, 0.0), size[1]), min(max(x2, 0.0), size[1])))
    y1, y2 = sorted((min(max(y1, 0.0), size[0]), min(max(y2, 0.0), size[0])))
    if x1 == x2 or y1 == y2:
        raise CallError(f"{name}: the box of {thing.label} has no area within the picture")
    return x1, y1, x2, y2


def _points(thing: Thing, names: tuple[str, ...]) -> Points:
    known = thing.points or {}
    places = [known[n][:2] if n in known else (math.nan, math.nan) for n in names]
    visible = [int(known[n][2]) if n in known else 0 for n in names]
    return Points(np.array(places, np.float64).reshape(-1, 2), names, np.array(visible, np.int64))


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:20]
