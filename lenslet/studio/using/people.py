"""`/api/use/people...`: who is enrolled in the project's gallery, who is on a picture, and who is to be forgotten."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from fastapi import APIRouter, Body, Response

from lenslet.errors import CallError
from lenslet.studio.using.answers import Answers
from lenslet.studio.using.asking import download

if TYPE_CHECKING:
    from lenslet.results import Encoding

__all__ = ["GALLERY", "routes"]

GALLERY = "people.db"
"""The gallery of a project, beside its pictures; its key lies elsewhere, see docs/faces.md."""
Text: TypeAlias = Annotated[str, Body()]
Number: TypeAlias = Annotated[int, Body()]


def routes(router: APIRouter, answers: Answers) -> None:
    """Adds them to a router whose prefix is `/api`."""
    gallery = answers.sources.project.root / GALLERY
    _faces(router, answers, gallery)
    _enrolled(router, gallery)


def _faces(router: APIRouter, answers: Answers, gallery: Path) -> None:
    """What needs a picture. A face is called by its number on it, the largest is 0."""
    from lenslet.verbs.gallery import opened

    def face_of(model: str, picture: str, number: int) -> "Encoding":
        found = answers.answer(model, picture)
        if not found:
            name = answers.sources.name(picture)
            raise CallError(f"{name}: no face was found; take a picture from the front and in good light")
        if not 0 <= number < len(found):
            raise CallError(f"face {number + 1} is not on this picture, which shows {len(found)}: choose one again")
        face: Encoding = found[number]
        return face

    @router.post("/use/people/identify")
    def identify(model: Text, picture: Text, face: Annotated[int | None, Body()] = None) -> dict[str, Any]:
        first = face_of(model, picture, face or 0)
        chosen = answers.answer(model, picture) if face is None else [first]
        _see_gallery(gallery)
        with answers.shelf.asked(model) as embedder, opened(gallery, embedder.model) as people:
            return {"answers": [people.identify(one).to_dict() for one in chosen]}

    @router.post("/use/people/verify")
    def verify(model: Text, picture: Text, face: Number, name: Text) -> dict[str, Any]:
        chosen = face_of(model, picture, face)
        _see_gallery(gallery)
        with answers.shelf.asked(model) as embedder, opened(gallery, embedder.model) as people:
            return people.verify(name, chosen).to_dict()

    @router.post("/use/people/enrol")
    def enrol(
        model: Text,
        picture: Text,
        face: Number,
        name: Text,
        note: Text = "",
        until: Text = "",
        keep: Annotated[bool, Body()] = False,
        force: Annotated[bool, Body()] = False,
    ) -> dict[str, Any]:
        chosen: Any = face_of(model, picture, face)
        if keep:  # the whole picture is kept, from which another model would take the largest face
            if face != 0:
                raise CallError(
                    "a picture is kept whole, and another model would take its largest face: cut this face out first, "
                    "or enrol it without keeping the picture"
                )
            chosen = answers.sources.given(picture)
        with answers.shelf.asked(model) as embedder, opened(gallery, embedder.model, make=True) as people:
            made = people.enrol(
                name, [chosen], note=note or None, until=until or None, largest=keep, force=force, keep_pictures=keep
            )
            return made.to_dict()


def _enrolled(router: APIRouter, gallery: Path) -> None:
    """What needs none."""
    from lenslet.verbs.face import audit as auditing
    from lenslet.verbs.face.calibrate import calibrate as calibrated
    from lenslet.verbs.face.delete import delete as deleted
    from lenslet.verbs.face.export import export as exported
    from lenslet.verbs.face.people import people as enrolled

    @router.get("/use/people")
    def people() -> dict[str, Any]:
        if not gallery.exists():
            return {"people": [], "threshold": None, "far": None, "embedder": None, "expired": [], "gallery": GALLERY}
        return {**enrolled(gallery=gallery).to_dict(), "gallery": GALLERY}

    @router.post("/use/people/calibrate")
    def calibrate(far: Annotated[float, Body(embed=True)]) -> dict[str, Any]:
        _see_gallery(gallery)
        return calibrated(gallery=gallery, far=far).to_dict()

    @router.post("/use/people/delete")
    def delete(names: Annotated[list[str], Body(embed=True)]) -> dict[str, Any]:
        _see_gallery(gallery)
        return deleted(names, gallery=gallery, yes=True).to_dict()  # the page has asked twice

    @router.get("/use/people/audit")
    def audit() -> dict[str, Any]:
        _see_gallery(gallery)
        return auditing.audit(gallery=gallery).to_dict()

    @router.get("/use/people/export")
    def export(name: str) -> Response:
        _see_gallery(gallery)
        with tempfile.TemporaryDirectory(prefix="lenslet-") as place:
            out = Path(place) / "person.json"
            exported([name], gallery=gallery, out=out)
            return download(out.read_bytes(), f"{name}.json", "application/json")


def _see_gallery(gallery: Path) -> None:
    if not gallery.exists():
        raise CallError("nobody is enrolled in this project yet: enrol somebody first")
