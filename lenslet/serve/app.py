"""The app: what is served, behind its gate."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import Response

import lenslet
from lenslet.errors import CallError, LensletError
from lenslet.serve import about, explaining, painting, people, predicting
from lenslet.serve.batches import decoders
from lenslet.serve.bodies import Bodies
from lenslet.serve.gate import Gate
from lenslet.serve.guard import Guard
from lenslet.serve.house import House
from lenslet.serve.limits import Limits
from lenslet.serve.metrics import Metrics
from lenslet.serve.problems import Refused, problem, refused
from lenslet.serve.shelf import Shelf

__all__ = ["create_app"]

_ABOUT = (
    "Models, people and paintings. Fields are called what the arguments of the functions are called, and answers are "
    'the results\' own JSON, with `"schema": 1`. An error is one sentence, in `error`.'
)


def create_app(
    models: Mapping[str, str | Path | Any] | Sequence[str | Path | Any] = (),
    *,
    gallery: str | Path | Any | None = None,
    embedder: str | Path | Any = "faces",
    token: str | Callable[[], str | None] | None = None,
    closed: bool = False,
    hosts: Sequence[str] = (),
    limits: Limits | None = None,
    backend: str = "onnxruntime",
) -> FastAPI:
    """The app of a server; pages may be added to it, its gate stands before them, too.

    Args:
        models: model folders, shipped names, .onnx files or open models; a mapping says what each is called.
        gallery: of people: a file, postgresql://..., or an open gallery; None for no routes about faces.
        embedder: name or folder of the face model.
        token: what the routes about faces demand; or how to get it when it is known that one is needed.
        closed: whether all others demand it, too.
        hosts: names of this server beside those of this very machine; "*" for any.
        limits: what it takes on.
        backend: who computes, of exported files.

    Raises:
        CallError: two models of one name, or faces without a token.
        CardError: no such model.
        GalleryError: the gallery cannot be opened.
    """
    bounds, metrics, pool = limits or Limits(), Metrics(), decoders()
    shelf = Shelf(models, bounds, metrics, pool, backend)
    needed = closed or gallery is not None or any(one.task == "face" for one in shelf.values())
    token = (token() if needed else None) if callable(token) else token
    if needed and not token:
        raise CallError("who asks about people, or from elsewhere, has to show a token: give one")
    own: Any = gallery
    if isinstance(gallery, str | Path):
        from lenslet.verbs.gallery import Gallery  # which needs cryptography

        where = gallery if "://" in str(gallery) else Path(gallery).absolute()
        own = Gallery(where, embedder)
        _ = own.embedder  # what cannot be opened is said now, and the first request need not wait for it
    house = House(shelf, own, bounds, metrics)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(shelf.watch(), name="lenslet-shelf")
        house.ready = True
        try:
            yield
        finally:
            house.ready = False
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            house.close()
            pool.shutdown(wait=False, cancel_futures=True)
            if own is not gallery and own is not None:
                await asyncio.to_thread(own.close)
            del app

    app = FastAPI(
        title="Lenslet",
        version=lenslet.__version__,
        description=_ABOUT,
        docs_url=None,  # its pages would be fetched from elsewhere
        redoc_url=None,
        lifespan=life,
    )
    app.state.house, app.state.limits, app.state.shelf, app.state.people = house, bounds, shelf, own
    for part in (about, predicting, explaining, painting):
        app.include_router(part.router(house))
    if own is not None:
        app.include_router(people.router(house))
    for kind in (Refused, LensletError, ModuleNotFoundError, MemoryError):
        app.add_exception_handler(kind, _sorry)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(Bodies, limits=bounds)
    app.add_middleware(Gate, token=token, closed=closed, hosts=hosts)
    app.add_middleware(Guard, metrics=metrics)
    _describe(app, secured=token is not None, closed=closed)
    return app


async def _sorry(request: Request, error: Exception) -> Response:
    del request
    return refused(error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = {
        404: f"there is nothing at {request.url.path[:80]}; /openapi.json says what there is",
        405: "not this method",
    }
    return problem(error.status_code, said.get(error.status_code, str(error.detail)), error.headers)


def _describe(app: FastAPI, *, secured: bool, closed: bool) -> None:
    """OpenAPI, with the token in its words."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            if secured:
                made.setdefault("components", {})["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            for path, operations in made["paths"].items():
                for operation in operations.values():
                    operation.pop("operationId", None)
                    if secured and (path.startswith("/v1/face/") or (closed and path not in ("/healthz", "/readyz"))):
                        operation["security"] = [{"token": []}]
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
