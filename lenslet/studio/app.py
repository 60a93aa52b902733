"""The application: the server's, with the pages of the studio on it."""

import inspect
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from nicegui import app as whole
from nicegui import ui

from lenslet.errors import LensletError, StaleError
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
    app = base()
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    router = APIRouter(prefix="/api", include_in_schema=False, route_class=Said)
    picture_routes(router, project)
    for page in PAGES:
        if page.routes is not None:
            page.routes(router, project)
        for one in (page, *page.below):
            _add(one, project)
    app.include_router(router)

    @app.get("/", include_in_schema=False)
    def start() -> RedirectResponse:
        return RedirectResponse(PAGES[0].path)

    # Quasar's own bar at the top of a slow page has no name for who cannot see it; each page says itself what it does
    whole.config.quasar_config["loadingBar"]["skipHijack"] = True
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


def base() -> FastAPI:
    """The application that the pages are put on: the server's, so that `/v1/...` is there, too, behind its gate."""
    from lenslet.serve.app import create_app

    return create_app()


def _add(page: "Page", project: "Project") -> None:
    """One page, in the frame that all share."""

    @ui.page(page.path, title=f"{page.title} - Lenslet")
    async def show(request: Request) -> None:
        with frame(page, project):
            made = page.build(project, dict(request.query_params))
            if inspect.isawaitable(made):
                await made


class Said(APIRoute):
    """A route whose errors are the whole sentence, with the paths of this computer: nobody else hears it.

    (The server's own routes leave them out.)
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route, with its errors told."""
        answer = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await answer(request)
            except StaleError as error:
                status, sentence = 409, str(error)
            except LensletError as error:
                status, sentence = (422 if error.exit_code == 2 else 500), " ".join(str(error).split())
            except OSError as error:
                status, sentence = 500, f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
            return JSONResponse({"error": sentence}, status)

        return told
