"""The app: what is served, behind its gate."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

import lenslet
from lenslet.serve.limits import Limits

__all__ = ["create_app"]


def create_app(
    models: Mapping[str, str | Path | Any] | Sequence[str | Path | Any] = (),
    *,
    gallery: str | Path | Any | None = None,
    embedder: str | Path | Any = "faces",
    token: str | None = None,
    closed: bool = False,
    hosts: Sequence[str] = (),
    limits: Limits | None = None,
) -> FastAPI:
    """The app of a server; pages may be added to it, its gate stands before them, too.

    Args:
        models: model folders, shipped names, .onnx files or open models; a mapping says what each is called.
        gallery: of people: a file, postgresql://..., or an open gallery; None for no routes about faces.
        embedder: name or folder of the face model.
        token: what the routes about faces demand.
        closed: whether all others demand it, too.
        hosts: names of this server beside those of this very machine; "*" for any.
        limits: what it takes on.

    Raises:
        CallError: two models of one name, or a gallery without a token.
        CardError: no such model.
    """
    del models, gallery, embedder, token, closed, hosts
    bounds = limits or Limits()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield

    app = FastAPI(
        title="Lenslet", version=lenslet.__version__, docs_url=None, redoc_url=None, lifespan=life, debug=False
    )
    app.state.limits = bounds

    @app.get("/healthz")
    async def healthz() -> dict[str, Any]:
        """Whether the process answers."""
        return {"schema": 1, "ok": True}

    return app
