"""Labels from other forms into a project, and out of it."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError, WorkError

if TYPE_CHECKING:
    from lenslet.data.scenes import Scene, Scenes
    from lenslet.studio.project import Project

__all__ = ["beside", "bring", "give"]


def bring(project: "Project", place: str) -> dict[str, Any]:
    """Take labels over: Pascal VOC, COCO, YOLO, Label Studio or a table, and the pictures that are not here yet.

    What a picture of the project is labelled with already stays.

    Args:
        project: to bring them into.
        place: a folder or a file of this computer; what is not absolute counts from the project.

    Raises:
        CallError: no place is given.
        DataError: there is nothing to be read there.
        WorkError: the disk is full or may not be written.
    """
    from lenslet.data.scenes import read_boxes
    from lenslet.data.scenes.settle import summary

    scenes = read_boxes(_place(project, place), at_least=0, whole=True)
    pairs = [scene for part in scenes.named.values() for scene in part]
    names = _names(project, scenes, pairs)
    project.look_again()
    left = sum(not _take(project, scenes, scene, name) for scene, name in zip(pairs, names, strict=True))
    settings = project.settings
    joints = scenes.joints
    project.set(
        classes=tuple(dict.fromkeys([*settings.classes, *scenes.names])),
        points=tuple(dict.fromkeys([*settings.points, *(joints.names if joints else ())])),
        lines=settings.lines or (joints.lines if joints else ()),
        kind="points" if scenes.boxless else "boxes",
    )
    return {"pictures": len(pairs) - left, "left": left, "form": scenes.form, "faults": summary(scenes.faults)}


def _take(project: "Project", scenes: "Scenes", scene: "Scene", name: str) -> bool:
    """Write the labels of one picture, unless it has some."""
    from lenslet.data.scenes.annotations import Thing

    if name in project.drawn.labelled:
        return False
    things = []
    for i, one in enumerate(scene.truth):
        points = {p.name: (p.x, p.y, p.visible) for p in scene.points[i] if p.visible} if scene.points else None
        difficult = bool(scene.truth.difficult is not None and scene.truth.difficult[i])
        more = scene.mores[i] if scene.mores and scenes.form == "voc" else ""
        things.append(Thing(one.label, None if scenes.boxless else one.box, points or None, difficult, more))
    project.drawn.write(name, things, None, joints=scenes.joints.names if scenes.joints else ())
    return True


def _names(project: "Project", scenes: "Scenes", pairs: "Iterable[Scene]") -> list[str]:
    """What each picture is called in the project; those that lie elsewhere are copied into a folder of their own."""
    folder = project.root / _free(project, scenes.folder.resolve().name or "imported")
    names = []
    for scene in pairs:
        path = scene.path.resolve()
        if path.is_relative_to(project.root):
            names.append(path.relative_to(project.root).as_posix())
            continue
        target = folder / PurePosixPath(scene.name.replace("\\", "/")).name
        number = 1
        while target.exists():
            number += 1
            target = folder / f"{Path(scene.name).stem}-{number}{path.suffix}"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy(path, target)
        except OSError as error:
            raise WorkError(f"{target} cannot be written ({error.strerror or error}); make room") from error
        names.append(target.relative_to(project.root).as_posix())
    return names


def _copy(path: Path, target: Path) -> None:
    temporary = target.with_name(f".part-{target.name}")
    shutil.copyfile(path, temporary)
    os.replace(temporary, target)  # noqa: PTH105 - over nothing: the name was free


def _free(project: "Project", name: str) -> str:
    """A folder's name that is not taken."""
    number, made = 1, name
    while (project.root / made).exists():
        number += 1
        made = f"{name}-{number}"
    return made


def give(project: "Project", form: str, place: str, *, link: bool = False) -> dict[str, Any]:
    """Write the labels in another form, with their pictures, into a new folder: what `lenslet data convert` does.

    Raises:
        CallError: the place is taken, or classes of whole pictures are to become boxes.
        DataError: nothing is labelled yet.
    """
    from lenslet.verbs.convert import convert

    if project.kind == "classes":
        raise CallError(f"classes of whole pictures are in {project.classes.path.name}, which any program reads")
    made = convert(project.root, to=form, out=_place(project, place), link=link, progress=False)  # type: ignore[arg-type]
    return made.to_dict()


def beside(project: "Project", form: str) -> str:
    """Where labels of a form would be written if nobody says otherwise: a new folder beside the project."""
    number, made = 1, project.root.with_name(f"{project.root.name}-{form}")
    while made.exists():
        number += 1
        made = project.root.with_name(f"{project.root.name}-{form}-{number}")
    return str(made)


def _place(project: "Project", place: str) -> Path:
    if not place.strip() or "\0" in place:
        raise CallError("no place is given: write the folder or the file, for instance /home/me/cells")
    return project.root / Path(place.strip()).expanduser()
