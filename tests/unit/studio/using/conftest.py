"""The routes of the page Use over a project of small pictures, without a browser."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import APIRouter, FastAPI

from lenslet.image import save_image
from lenslet.studio.app import Said
from lenslet.studio.pages.use import PAGE
from lenslet.studio.project import Project


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "keys"))
    monkeypatch.delenv("LENSLET_KEY", raising=False)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Three pictures; the second shows two faces to `looks`, the third none."""
    root = tmp_path / "project"
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 200, (40, 80, 3)).astype(np.uint8)
        if number == 1:
            pixels[:, 43] = (255, 0, 0)
        save_image(np.full_like(pixels, 255) if number == 2 else pixels, root / f"{number}.png")
    return Project.at(root)


class Client:
    """Asks an application as the page does, one request after the other."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        async def asking() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, f"/api/use/{path}", **given)

        return asyncio.run(asking())

    def __call__(self, path: str, **query: Any) -> httpx.Response:
        return self.ask("GET", path, params=query)

    def post(self, path: str, said: Any = None, **query: Any) -> httpx.Response:
        return self.ask("POST", path, json=said, params=query)

    def lay(self, name: str, content: bytes, visit: str = "v", **more: Any) -> httpx.Response:
        return self.ask("POST", "pictures", params={"visit": visit, "name": name}, content=content, **more)


@pytest.fixture
def use(project: Project) -> Client:
    """`use("answer", model=...)` is a GET, `use.post("why", {...})` a POST; both give what came back."""
    app, router = FastAPI(), APIRouter(prefix="/api", route_class=Said)
    assert PAGE.routes is not None
    PAGE.routes(router, project)
    app.include_router(router)
    return Client(app)
