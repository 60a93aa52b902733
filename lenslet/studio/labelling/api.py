"""What the page Label fetches: `/api/label/...`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Body

from lenslet.studio.labelling.asking import Adviser
from lenslet.studio.labelling.moving import beside, bring, give
from lenslet.studio.labelling.shapes import Names, SavedClass, SavedThings, drawn_to_dict

if TYPE_CHECKING:
    from lenslet.studio.project import Project

__all__ = ["routes"]

FORMS = ("coco", "yolo", "voc", "labelstudio", "csv")


def routes(router: APIRouter, project: "Project") -> None:
    """Add them. Plain functions: FastAPI runs each in a thread, so a slow disk holds nobody up."""
    adviser = Adviser(project)
    _labels(router, project)
    _advice(router, project, adviser)

    @router.post("/label/bring")
    def come(place: str = Body(embed=True)) -> dict[str, Any]:
        return bring(project, place)

    @router.get("/label/forms")
    def forms() -> dict[str, str]:
        return {form: beside(project, form) for form in FORMS}

    @router.post("/label/give")
    def go(form: str = Body(), place: str = Body(), link: bool = Body(False)) -> dict[str, Any]:
        return give(project, form, place, link=link)


def _labels(router: APIRouter, project: "Project") -> None:
    @router.get("/label/list")
    def pictures(again: bool = False) -> dict[str, Any]:
        if again:
            project.look_again()
        names, done = project.pictures, project.labelled()
        labels = project.classes.read() if project.kind == "classes" else {}
        rows = [[name, int(name in done), labels.get(name, "")] for name in names]
        return {"pictures": rows, **names_of(project)}

    @router.get("/label/names")
    def names() -> dict[str, Any]:
        return names_of(project)

    @router.put("/label/names")
    def rename(sent: Names) -> dict[str, Any]:
        given = sent.model_dump(exclude_none=True)
        for name in ("classes", "points"):
            if name in given:
                given[name] = tuple(dict.fromkeys(word.strip() for word in given[name] if word.strip()))
        if "lines" in given:
            given["lines"] = tuple(tuple(line) for line in given["lines"])
        project.set(**given)
        return names_of(project)

    @router.get("/label/things/{name:path}")
    def things(name: str) -> dict[str, Any]:
        project.path(name)
        return drawn_to_dict(project.drawn.read(name))

    @router.put("/label/things/{name:path}")
    def save(name: str, sent: SavedThings) -> dict[str, str]:
        project.path(name)
        made = None if sent.things is None else [thing.to_thing() for thing in sent.things]
        return {"version": project.drawn.write(name, made, sent.version, joints=project.all_points())}

    @router.get("/label/class/{name:path}")
    def class_of(name: str) -> dict[str, Any]:
        from lenslet.image import image_size

        path = project.path(name)
        return {
            "label": project.classes.read().get(name), "version": project.classes.version(name),
            "size": image_size(path),
        }  # fmt: skip

    @router.put("/label/class/{name:path}")
    def set_class(name: str, sent: SavedClass) -> dict[str, str]:
        project.path(name)
        return {"version": project.classes.write(name, sent.label, sent.version)}


def _advice(router: APIRouter, project: "Project", adviser: Adviser) -> None:
    @router.get("/label/models")
    def models() -> list[dict[str, str]]:
        return adviser.models()

    @router.get("/label/suggest/{name:path}")
    def suggest(name: str, model: str) -> dict[str, Any]:
        return asdict(adviser.suggest(model, name))

    @router.post("/label/doubts")
    def look(model: str = Body(embed=True)) -> dict[str, Any]:
        done = project.labelled()
        adviser.begin(model, [name for name in project.pictures if name not in done])
        return adviser.doubts()

    @router.get("/label/doubts")
    def doubts() -> dict[str, Any]:
        return adviser.doubts()


def names_of(project: "Project") -> dict[str, Any]:
    """Kind, classes and points."""
    settings = project.settings
    return {
        "kind": project.kind, "classes": project.all_classes(), "points": project.all_points(), "lines": settings.lines
    }  # fmt: skip
