"""`/api/use/...`: pictures come and go, models answer, answers are taken away."""

import tempfile
import zipfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from lenslet.errors import CallError
from lenslet.studio.using.answers import Answers
from lenslet.studio.using.shelf import stem_of
from lenslet.studio.using.tray import LARGEST, Tray

__all__ = ["body", "download", "routes"]

_FRAME = 4 << 20  # bytes of a frame of a camera
_NEVER_KEPT = {"Cache-Control": "no-store"}


async def body(request: Request, most: int, name: str) -> bytes:
    """The body of a request, read until it is too large.

    Raises:
        CallError: it is larger than `most` bytes, or empty.
    """
    held = bytearray()
    too_large = CallError(f"{name} is larger than {most >> 20} MB, the most that this page takes; shrink it first")
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > most:
        raise too_large
    async for piece in request.stream():
        held += piece
        if len(held) > most:
            raise too_large
    if not held:
        raise CallError(f"{name} is empty (0 bytes); copy or download it again")
    return bytes(held)


def download(content: bytes | str, name: str, kind: str) -> Response:
    """A file for the browser to save."""
    from urllib.parse import quote

    said = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=kind, headers={**_NEVER_KEPT, "Content-Disposition": said})


def routes(router: APIRouter, tray: Tray, answers: Answers) -> None:
    """Adds them to a router whose prefix is `/api`."""
    _pictures(router, tray)
    _answers(router, answers)
    _taken(router, answers)


def _pictures(router: APIRouter, tray: Tray) -> None:
    @router.post("/use/pictures")
    async def lay(request: Request, visit: str, name: str) -> dict[str, Any]:
        content = await body(request, LARGEST, name)
        held = await run_in_threadpool(tray.put, visit, name, content)
        return held.to_dict()

    @router.get("/use/pictures")
    def lying(visit: str) -> dict[str, Any]:
        return {"pictures": [held.to_dict() for held in tray.of(visit)]}

    @router.get("/use/pictures/{id}")
    def shown(id: str) -> Response:
        held = tray.get(id)
        return Response(held.shown, media_type=held.kind, headers=_NEVER_KEPT)

    @router.delete("/use/pictures/{id}")
    def drop(id: str) -> dict[str, Any]:
        tray.drop(id)
        return {}

    @router.post("/use/leave")
    def leave(visit: str, now: bool = False) -> dict[str, Any]:
        (tray.forget if now else tray.leave)(visit)
        return {}


def _answers(router: APIRouter, answers: Answers) -> None:
    @router.get("/use/models")
    def models() -> dict[str, Any]:
        from lenslet.draw import PALETTE

        return {"models": answers.shelf.rows(), "palette": PALETTE}

    @router.get("/use/answer")
    def answer(model: str, picture: str) -> dict[str, Any]:
        return answers.ask(model, picture)

    @router.post("/use/frame")
    async def frame(request: Request, model: str) -> dict[str, Any]:
        content = await body(request, _FRAME, "the frame of the camera")
        return await run_in_threadpool(answers.frame, model, content)


def _taken(router: APIRouter, answers: Answers) -> None:
    @router.post("/use/table")
    def table(
        model: Annotated[str, Body()],
        pictures: Annotated[list[str], Body()],
        form: Annotated[str, Body()],
        at_least: Annotated[float | None, Body()] = None,
    ) -> Response:
        if form == "csv":
            # the mark at the start lets spreadsheets read names in any script
            return download("\ufeff" + answers.table(model, pictures, at_least), "answers.csv", "text/csv")
        return download(answers.json(model, pictures, at_least), "answers.jsonl", "application/jsonl")

    @router.post("/use/drawn")
    def drawn(
        model: Annotated[str, Body()],
        pictures: Annotated[list[str], Body()],
        at_least: Annotated[float | None, Body()] = None,
    ) -> Response:
        if len(pictures) == 1:
            stem = Path(answers.sources.name(pictures[0])).stem
            return download(answers.drawn(model, pictures[0], at_least), f"{stem}.png", "image/png")
        out = _temporary(".zip")
        answers.packed(model, pictures, at_least, out)
        return _file(out, "drawn.zip")

    @router.get("/use/packed")
    def packed(model: str) -> Response:
        out = _temporary(".zip")
        return _file(answers.shelf.packed(model, out), f"{stem_of(model)}.zip")

    @router.get("/use/exported")
    def exported(model: str, page: bool = False) -> Response:
        """The model as ONNX; several files, or a page with the model in it, as a zip."""
        from lenslet.verbs.export import export

        opened, stem = answers.shelf.opened(model), stem_of(model)
        place = _temporary("").parent
        made = export(opened.path, out=place / f"{stem}.onnx", web=place / "page" if page else None, progress=False)
        if made.page is None and not made.parts:
            return _file(made.path, made.path.name)
        files = [made.path, *made.parts] if made.page is None else [f for f in made.page.rglob("*") if f.is_file()]
        out = place / f"{stem}.zip"
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in files:
                packed.write(file, file.relative_to(made.page or place).as_posix())
        return _file(out, f"{stem}-page.zip" if page else f"{stem}-onnx.zip")


def _temporary(suffix: str) -> Path:
    """A new file that is removed when it was sent."""
    return Path(tempfile.mkdtemp(prefix="lenslet-")) / f"made{suffix}"


def _file(path: Path, name: str) -> Response:
    import shutil

    gone = BackgroundTask(shutil.rmtree, path.parent, ignore_errors=True)
    return FileResponse(path, filename=name, headers=_NEVER_KEPT, background=gone)
