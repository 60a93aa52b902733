"""Files of a run's folder, for the pages that show them."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import FileResponse

from lenslet.errors import CallError
from lenslet.studio.training.queue import LOG, Queue

if TYPE_CHECKING:
    from lenslet.studio.project import Project

__all__ = ["folder_of", "queue_of", "routes"]

# What `train` writes for people; weights and cards are not among it: a page has no use for them.
_SHOWN = re.compile(rf"report\.html|[a-z-]+\.png|{re.escape(LOG)}|samples/\d+\.jpg")
_QUEUES: dict[Path, Queue] = {}


def queue_of(project: "Project") -> Queue:
    """The queue of a project."""
    return _QUEUES.setdefault(project.runs, Queue(project.runs))


def folder_of(project: "Project", name: str) -> Path:
    """The folder of a run.

    Raises:
        CallError: there is none of that name; nothing below or above is ever opened.
    """
    folder = project.runs / name
    if name in ("", ".", "..") or Path(name).name != name or not folder.is_dir():
        raise CallError(f"{name}: this project has no such run")
    return folder


def routes(router: APIRouter, project: "Project") -> None:
    """`/api/run/NAME/FILE`; and from here on the queue goes on by itself."""

    @router.get("/run/{name}/{file:path}")
    def file_of_run(name: str, file: str) -> FileResponse:
        folder = folder_of(project, name)
        if not _SHOWN.fullmatch(file) or not (folder / file).is_file():
            raise CallError(f"{name}: this run has no {file} to show")
        kind = "text/plain" if file == LOG else None
        return FileResponse(folder / file, headers={"Cache-Control": "no-cache"}, media_type=kind)

    queue_of(project).watch()
