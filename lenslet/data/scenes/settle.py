"""From what label files say to a truth to learn from: what can be put right is, the rest is left out.

Whatever is done is told as a `Fault`. The same is done for training and for checking, so that a check says what
training will see; and a repaired copy is nothing but this written down.
"""

import math
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lenslet.data.samples import Part, some
from lenslet.data.scenes.raw import Mark, Raw, Sheet
from lenslet.data.scenes.scene import Fault, Joints, Scene, Scenes
from lenslet.errors import DataError, ImageError
from lenslet.image import image_size
from lenslet.image.names import spoken
from lenslet.results import Detections, Points

DIGITS = 6  # decimals of a pixel that are kept: what is left of shares after their rounding is taken away
Corners = tuple[float, float, float, float]
_NO_POINTS = np.zeros((0, 3))
_SLACK = 0.5  # pixels beyond the edge that are cut without a word
_SHAPE = 0.02  # two pictures whose shapes differ by no more are one at two sizes


def settled(raw: Raw, *, at_least: int = 1) -> Scenes:
    """A data set put right.

    Args:
        raw: what the files say.
        at_least: how many boxes there must be.

    Raises:
        DataError: there are fewer; the sentence says why the first was left out.
    """
    names = raw.names if raw.names is not None else _names(raw.sheets)
    room = _Room(raw, names, {name: place for place, name in reversed(list(enumerate(names)))})
    sizes = _sizes(sheet.path for sheet in raw.sheets)
    parts: dict[Part, list[Scene]] = {"train": [], "valid": [], "test": []}
    first: dict[Path, Sheet] = {}
    for sheet, size in zip(raw.sheets, sizes, strict=True):
        if sheet.path is not None:
            earlier = first.setdefault(sheet.path, sheet)
            if earlier is not sheet:
                why = f"labels of {sheet.path.name}, which {_where(room.root, earlier)} labels already"
                room.fault("twice", sheet, None, f"{why}: left out")
                continue
        scene = room.scene(sheet, size)
        if scene is not None:
            parts[sheet.part].append(scene)
    made = Scenes(
        root=raw.root,
        form=raw.form,
        names=names,
        train=tuple(parts["train"]),
        valid=tuple(parts["valid"]),
        test=tuple(parts["test"]),
        faults=(*raw.faults, *room.faults),
        notes=tuple(raw.notes),
        joints=raw.joints,
        boxless=raw.boxless,
        more=raw.more,
    )
    if sum(len(scene.truth) for part in made.named.values() for scene in part) < at_least:
        raise DataError(_nothing(made))
    return made


def _names(sheets: Iterable[Sheet]) -> tuple[str, ...]:
    """The classes that are used, sorted."""
    return tuple(sorted({str(mark.label) for sheet in sheets for mark in sheet.marks if mark.label != ""}))


def _sizes(paths: Iterable[Path | None]) -> list[tuple[int, int] | ImageError | None]:
    """(height, width) of each picture from its header, or why it cannot be opened."""

    def size(path: Path | None) -> tuple[int, int] | ImageError | None:
        if path is None:
            return None
        try:
            return image_size(path)
        except ImageError as error:
            return error

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(size, paths))


def _nothing(made: Scenes) -> str:
    """What is wrong with a data set of which nothing is left."""
    what = {"voc": "Pascal VOC", "coco": "COCO", "yolo": "YOLO", "labelstudio": "Label Studio", "csv": "table"}
    start = f"{spoken(made.root)}: read as {what[made.form]}, and no box of it can be used"
    if made.faults:
        return f"{start}; the first of {len(made.faults):,} faults: {made.faults[0].sentence}"
    return f"{start}: nothing is labelled; draw boxes first"


def _where(root: Path, sheet: Sheet, line: int = 0) -> str:
    """File and line for a sentence."""
    home = root if root.is_dir() else root.parent
    path = sheet.source.relative_to(home) if sheet.source.is_relative_to(home) else sheet.source
    at = line or sheet.line
    return f"{spoken(path)}{f', line {at}' if at else ''}"


@dataclass
class _Room:
    """What settling needs to know everywhere."""

    raw: Raw
    names: tuple[str, ...]
    place: dict[str, int]
    faults: list[Fault] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.raw.root

    def fault(self, kind: str, sheet: Sheet, mark: Mark | None, what: str) -> None:
        """Note what is wrong in a sheet, or in one mark of it."""
        line = (mark.line if mark else 0) or sheet.line
        called = f"{mark.what}: " if mark and mark.what else ""
        sentence = f"{_where(self.root, sheet, line)}: {called}{what}"
        paths = (sheet.source,) if sheet.path is None or sheet.path == sheet.source else (sheet.source, sheet.path)
        self.faults.append(Fault(kind, sentence, paths, line or None))

    def scene(self, sheet: Sheet, size: tuple[int, int] | ImageError | None) -> Scene | None:
        """One picture; None where it has to be left out."""
        if sheet.path is None or size is None:
            why = sheet.why or f"there is no picture {spoken(sheet.name)}"
            self.fault("orphan", sheet, None, f"{why}: its labels are left out")
            return None
        if isinstance(size, ImageError):
            self.faults.append(Fault("unreadable", str(size), (sheet.path,)))
            return None
        scale = self._scale(sheet, size)
        if scale is None:
            return None
        kept: list[tuple[Mark, int, Corners, np.ndarray]] = []
        seen: dict[tuple[object, ...], Mark] = {}
        for mark in sheet.marks:
            found = self._mark(sheet, mark, size, scale)
            if found is None:
                continue
            label, box, places = found
            same = (label, *map(round, box), places.round().tobytes())
            if same in seen and not self.raw.boxless:
                at = f"as in line {seen[same].line}" if seen[same].line else "as another"
                self.fault("twice", sheet, mark, f"{self.names[label]} {_spoken(box)}, the same box {at}: left out")
                continue
            seen[same] = mark
            kept.append((mark, label, box, places))
        return self._made(sheet, size, kept)

    def _made(self, sheet: Sheet, size: tuple[int, int], kept: list[tuple[Mark, int, Corners, np.ndarray]]) -> Scene:
        marks = [mark for mark, *_ in kept]
        scores = [1.0 if mark.score is None else mark.score for mark in marks]
        keys = tuple(mark.key for mark in marks)
        joints = self.raw.joints
        assert sheet.path is not None
        return Scene(
            path=sheet.path,
            name=sheet.name,
            truth=Detections(
                np.array([box for _, _, box, _ in kept], np.float64).reshape(-1, 4),
                np.array(scores, np.float64),
                np.array([label for _, label, _, _ in kept], np.int64),
                self.names,
                sheet.path,
                size,
                crowd=np.array([bool(m.crowd) for m in marks]) if any(m.crowd is not None for m in marks) else None,
                difficult=np.array([bool(m.difficult) for m in marks])
                if any(m.difficult is not None for m in marks)
                else None,
                areas=np.array([m.area for m in marks], np.float64)
                if marks and all(m.area is not None and 0 <= m.area < math.inf for m in marks)
                else None,
                ids=tuple(key for key in keys if key is not None) if None not in keys else None,
            ),
            points=tuple(_points(places, joints, sheet.path, size) for _, _, _, places in kept) if joints else (),
            key=sheet.key,
            more=sheet.more,
            mores=tuple(mark.more for mark in marks) if any(mark.more for mark in marks) else (),
            group=sheet.group,
        )

    def _scale(self, sheet: Sheet, size: tuple[int, int]) -> tuple[float, float] | None:
        """(across, down): pixels of the picture to one unit of the sheet; None where the two do not belong together."""
        height, width = size
        if sheet.unit == "shares":
            if sheet.size is not None and not _alike(sheet.size, size):
                self.fault("scale", sheet, None, f"{_said(sheet.size, size)}: the shares are taken as they are")
            return float(width), float(height)
        if sheet.size is None or sheet.size == size or min(sheet.size) < 1:
            return 1.0, 1.0
        corners = [mark.box for mark in sheet.marks if mark.box is not None and all(map(math.isfinite, mark.box))]
        turned = sheet.size == size[::-1]
        if _fit(corners, size) and not _fit(corners, sheet.size):  # what is stated is wrong, and the boxes are not
            self.fault("scale", sheet, None, f"{_said(sheet.size, size)}, but its boxes fit the picture: taken so")
            return 1.0, 1.0
        if _alike(sheet.size, size):
            self.fault("scale", sheet, None, f"{_said(sheet.size, size)}: its boxes are scaled with it")
            return width / sheet.size[1], height / sheet.size[0]
        if turned:
            why = "turned by its EXIF mark, or labelled lying: save it upright and label it again"
        else:
            why = "it is another picture, or cut"
        self.fault("scale", sheet, None, f"{_said(sheet.size, size)}, {why}: left out")
        return None

    def _mark(
        self, sheet: Sheet, mark: Mark, size: tuple[int, int], scale: tuple[float, float]
    ) -> tuple[int, Corners, np.ndarray] | None:
        """Class, box and points of a mark, in pixels; None where it has to be left out."""
        label = self._label(mark)
        if label is None:
            there = f"there are {len(self.names)}: {some(list(self.names))}" if self.names else "there are none"
            self.fault("unknown", sheet, mark, f"class {str(mark.label)!r} is not known ({there}): left out")
            return None
        if mark.score is not None and not 0 <= mark.score <= 1:  # NaN, too
            self.fault("nan", sheet, mark, f"a confidence of {mark.score}, which lies not between 0 and 1: left out")
            return None
        places = self._places(sheet, mark, scale)
        if places is None:
            return None
        if mark.box is not None:
            box = self._box(sheet, mark, size, scale)
            return None if box is None else (label, box, places)
        known = places[places[:, 2] > 0][:, :2]
        if not len(known):
            self.fault("empty", sheet, mark, "no box, and no point that is known: left out")
            return None
        low, high = (np.clip(ends, 0, size[::-1]).tolist() for ends in (known.min(0), known.max(0)))
        return label, (low[0], low[1], high[0], high[1]), places

    def _label(self, mark: Mark) -> int | None:
        if isinstance(mark.label, int):
            return mark.label if 0 <= mark.label < len(self.names) else None
        return self.place.get(mark.label)

    def _places(self, sheet: Sheet, mark: Mark, scale: tuple[float, float]) -> np.ndarray | None:
        """The points of a mark as (k, 3): x, y, visible."""
        joints = self.raw.joints
        if joints is None:
            return _NO_POINTS
        if not mark.points:  # a box without points, among others with
            return np.tile([np.nan, np.nan, 0.0], (len(joints.names), 1))
        if len(mark.points) != len(joints.names):
            self.fault(
                "syntax", sheet, mark, f"{len(mark.points)} points, but every object has {len(joints.names)}: left out"
            )
            return None
        places = np.array(mark.points, np.float64)
        places[:, :2] = np.round(places[:, :2] * scale, DIGITS)
        lost = ~np.isfinite(places[:, :2]).all(1) & (places[:, 2] > 0)
        if lost.any():
            count = int(lost.sum())
            said = f"{count} {'point that is' if count == 1 else 'points that are'} no number: taken as not known"
            self.fault("nan", sheet, mark, said)
            places[lost, 2] = 0
        return places

    def _box(self, sheet: Sheet, mark: Mark, size: tuple[int, int], scale: tuple[float, float]) -> Corners | None:
        """The box of a mark within its picture. In plain numbers: of five hundred thousand, arrays take a minute."""
        assert mark.box is not None
        name = spoken(mark.label if isinstance(mark.label, str) else self.names[mark.label])
        if not all(-1e9 < value < 1e9 for value in mark.box):  # NaN is not
            self.fault("nan", sheet, mark, f"{name} {mark.box} is no box of numbers: left out")
            return None
        across, down = scale
        x1, y1, x2, y2 = mark.box
        x1, y1, x2, y2 = (round(v, DIGITS) for v in (x1 * across, y1 * down, x2 * across, y2 * down))
        if x2 < x1 or y2 < y1:
            self.fault("swapped", sheet, mark, f"{name} {_spoken((x1, y1, x2, y2))} has its corners swapped: turned")
            x1, y1, x2, y2 = min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
        box = (x1, y1, x2, y2)
        if x1 == x2 or y1 == y2:
            self.fault("empty", sheet, mark, f"{name} {_spoken(box)} has no area: left out")
            return None
        height, width = float(size[0]), float(size[1])
        cut = (max(x1, 0.0), max(y1, 0.0), min(x2, width), min(y2, height))
        if cut[2] <= cut[0] or cut[3] <= cut[1]:
            self.fault("outside", sheet, mark, f"{name} {_spoken(box)} lies outside {_by(size)}: left out")
            return None
        if max(cut[0] - x1, cut[1] - y1, x2 - cut[2], y2 - cut[3]) > _SLACK:
            self.fault("outside", sheet, mark, f"{name} {_spoken(box)} reaches beyond {_by(size)}: cut")
        return cut


def _points(places: np.ndarray, joints: Joints, path: Path, size: tuple[int, int]) -> Points:
    return Points(places[:, :2], joints.names, places[:, 2].astype(np.int64), None, joints.lines, path, size)


def _fit(corners: Iterable[Corners], size: tuple[int, int]) -> bool:
    """Whether boxes lie in a picture of that size."""
    return all(max(x1, x2) <= size[1] + 1 and max(y1, y2) <= size[0] + 1 for x1, y1, x2, y2 in corners)


def _alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two sizes are of one shape."""
    return min(one) > 0 and abs((one[0] / one[1]) / (other[0] / other[1]) - 1) <= _SHAPE


def _said(stated: tuple[int, int], size: tuple[int, int]) -> str:
    return f"the labels say {stated[1]} x {stated[0]} pixels, the picture has {size[1]} x {size[0]}"


def _by(size: tuple[int, int]) -> str:
    return f"the picture of {size[1]} x {size[0]}"


def _spoken(box: Corners) -> str:
    """A box for a sentence."""
    return "(" + ", ".join(f"{value:.6g}" for value in box) + ")"


def summary(faults: Iterable[Fault]) -> list[str]:
    """A sentence for each kind of fault: how many, and the first."""
    by_kind: dict[str, list[Fault]] = {}
    for fault in faults:
        by_kind.setdefault(fault.kind, []).append(fault)
    return [
        found[0].sentence if len(found) == 1 else f"{found[0].sentence} (and {len(found) - 1:,} more of this kind)"
        for found in by_kind.values()
    ]
