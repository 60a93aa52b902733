"""A data set of boxes or points written anew in any of the forms, with its pictures; whole or not at all."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import ModuleType

from lenslet.data.samples import PART_SPOKEN, Part
from lenslet.data.scenes import coco, labelstudio, table, voc, yolo
from lenslet.data.scenes.places import stem, there
from lenslet.data.scenes.raw import unfolded
from lenslet.data.scenes.scene import Scene, Scenes
from lenslet.errors import CallError, DataError, WorkError
from lenslet.files import whole_folder

_WRITERS: dict[str, ModuleType] = {"voc": voc, "coco": coco, "yolo": yolo, "labelstudio": labelstudio, "csv": table}
# Where pictures lie: in one folder, or in one of each part.
_PLACES = {"voc": "JPEGImages", "coco": "{part}", "yolo": "images/{part}", "labelstudio": "images", "csv": "images"}
_CARRIED = {
    "voc": {"difficult", "depth", "points", "other"},
    "coco": {"crowd", "difficult", "areas", "ids", "points", "score", "other"},
    "yolo": {"points", "score"},
    "labelstudio": {"points", "score", "ids", "other"},
    "csv": {"crowd", "difficult", "areas", "points", "score"},
}
_WORDS = {
    "crowd": "that a box is a crowd",
    "difficult": "that a box is difficult",
    "areas": "the area of the thing itself",
    "points": "points",
    "score": "confidences",
    "other": "what else the files said (poses, polygons, ...)",
}


@dataclass(frozen=True)
class Written:
    """What was written.

    Args:
        out: the folder.
        form: see `FORMS`.
        linked, copied: pictures.
        lost: what the form cannot carry, and of how many pictures.
    """

    out: Path
    form: str
    linked: int
    copied: int
    lost: Mapping[str, int]


def write_boxes(
    scenes: Scenes,
    form: str,
    out: Path,
    *,
    link: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Written:
    """Write pictures and labels into a new folder.

    Args:
        scenes: the data set.
        form: voc, coco, yolo, labelstudio or csv.
        out: a new or empty folder.
        link: hard links, which take no space; where the disk knows none, copies.
        progress: called with (done, of) pictures.

    Raises:
        CallError: no such form, or an `out` that is taken or lies in the way.
        DataError: a picture has gone meanwhile.
        WorkError: the disk is full or may not be written.
    """
    if form not in _WRITERS:
        raise CallError(f"{form!r} is no form of labels; there are {', '.join(_WRITERS)}")
    refuse(scenes, out)
    names = _names(scenes, form)
    total = sum(len(made) for made in scenes.named.values())
    linked = done = 0
    try:
        with whole_folder(out) as temporary:
            for part, made in scenes.named.items():
                folder = temporary / _PLACES[form].format(part=PART_SPOKEN[part])
                for scene, name in zip(made, names[part], strict=True):
                    linked += _lay(scene.path, folder / name, link=link)
                    done += 1
                    if progress is not None and (done % 64 == 0 or done == total):
                        progress(done, total)
            _WRITERS[form].write(scenes, names, temporary)
    except OSError as error:
        raise WorkError(f"{out} cannot be written ({error.strerror or error}); choose another place") from error
    return Written(out, form, linked, total - linked, lost(scenes, form))


def refuse(scenes: Scenes, out: Path) -> None:
    """Raises CallError where a data set cannot be written to `out`: it is taken, or lies in the way."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CallError(f"{out} is there already and not empty; give a new or an empty folder")
    home, new = scenes.folder.resolve(), out.resolve()
    if new.is_relative_to(home) or home.is_relative_to(new):
        raise CallError(f"{out} and {scenes.folder} lie inside of each other; give a folder somewhere else")


def _names(scenes: Scenes, form: str) -> dict[Part, list[str]]:
    """What each picture is called below its folder: as it is, unless two would be one, or their labels would be."""
    together = "{part}" not in _PLACES[form]
    taken: set[str] = set()
    found: dict[Part, list[str]] = {}
    for part, made in scenes.named.items():
        if not together:
            taken = set()
        found[part] = []
        for scene in made:
            name = _unique(_clean(scene), PART_SPOKEN[part], taken)
            taken.add(stem(name).casefold())
            found[part].append(name)
    return found


def _clean(scene: Scene) -> str:
    """A name below a folder, whatever a file said: no `..`, nothing absolute, the suffix of the real file."""
    parts = [
        p for p in PurePosixPath(scene.name.replace("\\", "/")).parts if p not in ("..", ".", "/") and ":" not in p
    ]
    own = PurePosixPath(*parts) if parts else PurePosixPath(scene.path.name)
    plain = str(own).encode("utf-8", "replace").decode()
    if plain != str(own):  # bytes that are no text, which no label file can name
        own = PurePosixPath(plain.replace("?", "_"))
    # a full stop in a name that lost its suffix is no suffix
    return str(own) if own.suffix == scene.path.suffix else f"{own}{scene.path.suffix}"


def _unique(name: str, part: str, taken: set[str]) -> str:
    if stem(name).casefold() not in taken:
        return name
    path = PurePosixPath(name)
    for number in range(1, len(taken) + 2):
        end = "" if number == 1 else f"-{number}"
        other = str(path.with_name(f"{path.stem}-{part}{end}{path.suffix}"))
        if stem(other).casefold() not in taken:
            return other
    raise AssertionError("more names than pictures")


def _lay(source: Path, target: Path, *, link: bool) -> bool:
    """Put a picture in its place; whether it could be linked."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if link:
        try:
            os.link(source.resolve(), target)
        except OSError:  # another disk, or one without links
            pass
        else:
            return True
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        if there(source):
            raise
        raise DataError(f"{source} is gone since its labels were read; bring it back and start again") from error
    return False


def lost(scenes: Scenes, form: str) -> dict[str, int]:
    """What of a data set a form cannot carry, in words, and of how many pictures."""
    counted: dict[str, int] = {}
    for made in scenes.named.values():
        for scene in made:
            for kind in _has(scene) - _CARRIED[form]:
                counted[_WORDS[kind]] = counted.get(_WORDS[kind], 0) + 1
    return counted


def _has(scene: Scene) -> set[str]:
    """What a picture has beside boxes and classes."""
    truth = scene.truth
    found = {"crowd"} if truth.crowd is not None and truth.crowd.any() else set()
    found |= {"difficult"} if truth.difficult is not None and truth.difficult.any() else set()
    found |= {"areas"} if truth.areas is not None and not _same_area(scene) else set()
    found |= {"points"} if scene.points else set()
    found |= {"score"} if (truth.scores < 1).any() else set()
    beside = [unfolded(more) for more in (scene.more, *scene.mores)]
    dull = {("pose", "Unspecified"), ("truncated", "0"), ("segmented", "0"), ("source", "Unknown")}
    said = {
        (key, str(value.get("database") if isinstance(value, dict) else value))
        for one in beside
        for key, value in one.items()
    }
    return found | ({"other"} if said - dull else set())


def _same_area(scene: Scene) -> bool:
    boxes = scene.truth.boxes
    own = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return bool((abs(own - scene.truth.area) <= 1e-3 * (1 + own)).all())
