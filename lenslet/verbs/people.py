"""A folder of people is known by its look: many folders of few pictures, and on almost every picture one face."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lenslet.errors import DataError, ImageError

if TYPE_CHECKING:
    from lenslet.loops import World
    from lenslet.tasks.face.upright import Upright
    from lenslet.verbs.progress import Bar

__all__ = ["Look", "decided", "look"]

_FOLDERS, _EACH = 8, 40  # folders at least, and pictures in the middle one of them at the most
_LOOKED_AT, _ENOUGH, _MISSED = 12, 8, 2  # pictures at the most; so many that show one face; and that show none
_SMALLEST = 56  # pixels of the shorter side: less is a glyph, a thumbnail, or a face of which little can be told
_LARGE = 0.15  # of the shorter side, a face that a picture is about
_ALONE = 0.5  # of its area, the next one at the most
_SQUARE = 0.02  # of the side, that the other may differ by, of a crop
_IN_PLACE = 0.1  # of the side, that the corners of a crop would move by if it were brought upright

_CLASSES = ("against_scratch", "balance", "mixup", "curve", "freeze")
"""Options by which a call speaks of classes."""
_EITHER = {"net": ("cameo", "signet"), "weights": ("none", "natural"), "augment": ("none", "light", "face", "things")}
"""Of options that both tasks have, how values begin that may be meant for comparing."""


@dataclass(frozen=True)
class Look:
    """What a few pictures show.

    Args:
        people: one face on almost each of them.
        upright: they are faces that somebody has cut out and brought upright already.
    """

    people: bool
    upright: bool = False


def decided(arguments: Mapping[str, Any], world: "World", bar: "Bar") -> dict[str, Any]:
    """The call of `train`, with the task and whether faces are to be found first, where a look decides that.

    The first process looks, and tells the others: a model may round differently elsewhere.

    Args:
        arguments: of the call.
        world: the processes.
        bar: told of a task that nobody has asked for.
    """
    data, task = arguments["data"], arguments.get("task")
    guess = task is None and _open(arguments)
    if not guess and (task != "face" or arguments.get("align") is not None):
        return dict(arguments)
    seen = Look(people=False)
    if world.first:
        paths = _some_folders(data) if guess else _some(data)
        seen = look(paths)
    people, upright = (bool(value) for value in world.from_first([seen.people, seen.upright]))
    if not people:
        return dict(arguments)
    if guess:
        bar.say(
            f"{data}: many folders of few pictures, and almost every picture shows one face, so they are taken for "
            "people who are to be told apart (--task face); --task classify learns the folders as classes"
        )
    found = {"task": "face"} if guess else {}
    return {**arguments, **found, "align": arguments.get("align") or (None if upright else "yes")}


def look(paths: Sequence[Path]) -> Look:
    """Look for faces on some pictures, until it is clear whether they are of people.

    Args:
        paths: a dozen.
    """
    if not paths or _small(paths):
        return Look(people=False)
    from lenslet.verbs.face_pipeline import upright

    finder = upright()
    wanted, allowed = min(_ENOUGH, len(paths)), _MISSED * len(paths) // _LOOKED_AT
    shown, missed, in_place = 0, 0, 0
    for path in sorted(paths, key=_mixed):
        there, upright_already = _one_face(finder, path)
        shown, missed, in_place = shown + there, missed + (not there), in_place + upright_already
        if missed > allowed or shown == wanted:
            break
    return Look(people=missed <= allowed, upright=in_place > shown - _MISSED)


def _one_face(finder: "Upright", path: Path) -> tuple[bool, bool]:
    """Whether a picture is about one face, and whether it is nothing else but this face, upright."""
    from lenslet.image import open_image

    try:
        picture = open_image(path)
    except ImageError:
        return False, False
    boxes = finder.finder(picture).boxes
    high, wide = picture.shape[:2]
    sides = boxes[:, 2:] - boxes[:, :2]
    areas = np.sort(sides.prod(1))[::-1]
    if not len(areas) or sides.max() < _LARGE * min(high, wide) or (areas[1:] > _ALONE * areas[0]).any():
        return False, False
    if abs(high - wide) > _SQUARE * wide:
        return True, False
    faces = finder.faces(picture, size=(high, wide), most=1)
    corners = np.array([[0, 0], [wide, 0], [0, high], [wide, high]], np.float64)
    return True, bool(faces) and float(np.abs(faces[0].crop.away(corners) - corners).mean()) < _IN_PLACE * wide


def _open(arguments: Mapping[str, Any]) -> bool:
    """Whether nothing in a call says that its folders are classes, and the data has no boxes and no points."""
    from lenslet.data import form_of

    if any(arguments.get(name) for name in _CLASSES):
        return False
    for name, starts in _EITHER.items():
        if arguments.get(name) is not None and not str(arguments[name]).startswith(starts):
            return False
    return form_of(arguments["data"]) is None


def _some_folders(data: str | Path) -> list[Path]:
    """A picture each of some of the folders, if these may be people by their number."""
    from lenslet.data.folder import one_of_each

    try:
        return one_of_each(data, folders=_FOLDERS, most=_EACH, wanted=_LOOKED_AT)
    except DataError:  # whoever reads it next says why
        return []


def _some(data: str | Path) -> list[Path]:
    """Some pictures of identities."""
    from lenslet.data.identities import read_identities

    try:
        samples = read_identities(data).train
    except DataError:
        return []
    return [samples[i * len(samples) // _LOOKED_AT].path for i in range(min(_LOOKED_AT, len(samples)))]


def _mixed(path: Path) -> bytes:
    """An order that has nothing to do with the alphabet, and is the same wherever the folder lies."""
    return hashlib.sha256(f"{path.parent.name}/{path.name}".encode("utf-8", "replace")).digest()


def _small(paths: Sequence[Path]) -> bool:
    """Whether most pictures are too small, by their headers."""
    from lenslet.image import image_size

    sides = []
    for path in paths:
        try:
            sides.append(min(image_size(path)))
        except ImageError:
            continue
    return not sides or float(np.median(sides)) < _SMALLEST
