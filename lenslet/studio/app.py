"""The application: the server's, with the pages of the studio on it."""

import inspect
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from nicegui import ui

from lenslet.errors import LensletError
from lenslet.studio.frame import frame
from lenslet.studio.guard import LocalOnly
from lenslet.studio.pages import PAGES
from lenslet.studio.pictures import routes as picture_routes

if TYPE_CHECKING:
    from lenslet.studio.page import Page
    from lenslet.studio.project import Project

__all__ = ["create"]

STATIC = Path(__file__).parent / "static"


def create(project: "Project") -> FastAPI:
    """The studio of one project. NiceGUI knows one application a process, so this is called once."""
    app = base(project)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    router = APIRouter(prefix="/api", include_in_schema=False)
    picture_routes(router, project)
    for page in PAGES:
        if page.routes is not None:
            page.routes(router, project)
        for one in (page, *page.below):
            _add(one, project)
    app.include_router(router)
    app.add_exception_handler(LensletError, _sentence)  # type: ignore[arg-type]

    @app.get("/", include_in_schema=False)
    def start() -> RedirectResponse:
        return RedirectResponse(PAGES[0].path)

    ui.run_with(
        app,
        title="Lenslet",
        favicon=STATIC / "icon.svg",
        dark=None,
        language="en-US",
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=30.0,
    )
    app.add_middleware(LocalOnly)
    return app


def base(project: "Project") -> FastAPI:  # noqa: ARG001 - the server will want to know the project's models
    """The application that the pages are put on: the one place to change when the server is to be below."""
    return FastAPI(title="Lenslet", openapi_url=None, docs_url=None, redoc_url=None)


def _add(page: "Page", project: "Project") -> None:
    """One page, in the frame that all share."""

    @ui.page(page.path, title=f"{page.title} - Lenslet")
    async def show(request: Request) -> None:
        with frame(page, project):
            made = page.build(project, dict(request.query_params))
            if inspect.isawaitable(made):
                await made


async def _sentence(_: Request, error: LensletError) -> JSONResponse:
    """What was wrong, for the page to say."""
    status = {"StaleError": 409}.get(type(error).__name__, 422 if error.exit_code == 2 else 500)
    return JSONResponse({"error": " ".join(str(error).split())}, status)
