"""The page of an exported model in a real browser: by a server and by a double click, and it connects to nothing."""

import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

import lenslet as ll
from lenslet.errors import MissingError
from lenslet.image import open_image, save_image

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine (Debian: apt-get install npm)")
    folder = tmp_path_factory.mktemp("web")
    try:
        ll.export("bloodcells", web=folder, progress=False)
    except MissingError as error:
        pytest.skip(str(error))
    blocks = np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8).repeat(20, 0).repeat(20, 1)
    save_image(np.ascontiguousarray(blocks), folder / "p.png")
    return folder


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)")
@pytest.mark.parametrize(("way", "theme"), [("file", "light"), ("http", "dark")])
def test_a_picture_is_answered_in_the_browser(page: Path, way: str, theme: str) -> None:
    from playwright.sync_api import sync_playwright

    said: list[str] = []
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(page)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    where = (page / "index.html").as_uri() if way == "file" else f"http://127.0.0.1:{server.server_port}/"
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = browser.new_page(color_scheme=theme, viewport={"width": 390, "height": 800})  # type: ignore[arg-type]
        shown.on("console", lambda message: said.append(message.text) if "at_least" not in message.text else None)
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto(where)
        shown.wait_for_selector("body[data-ready]", timeout=120_000)
        shown.locator("#least").fill("0.05")
        shown.set_input_files("#file", page / "p.png")
        shown.wait_for_selector("body[data-answer]", timeout=120_000)
        expected = ll.load(page / "bloodcells.onnx")(page / "p.png", at_least=0.05)
        headline = shown.inner_text("#headline")
        counts = sum(int(part.split()[0]) for part in headline.split(", ")) if headline != "nothing" else 0
        assert counts == len(expected)
        assert "answered in" in shown.inner_text("#state")
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # nothing else may be connected to, and nothing was
        blocked = shown.evaluate("fetch('https://example.org/').then(() => 'open', () => 'closed')")
        browser.close()
    server.shutdown()
    server.server_close()
    assert blocked == "closed"
    assert all(url.startswith((where.rsplit("/", 1)[0], "blob:", "data:", "https://example.org")) for url in asked)
    assert [line for line in said if "example.org" not in line] == []


def test_without_npm_or_network_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("LENSLET_OFFLINE", "1")
    with pytest.raises(MissingError, match="leave --web out"):
        ll.export("signs", web=tmp_path / "web", progress=False)
    monkeypatch.delenv("LENSLET_OFFLINE")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(MissingError, match="npm is not installed"):
        ll.export("signs", web=tmp_path / "web", progress=False)
    monkeypatch.undo()
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(shutil, "which", lambda _: "/bin/false")
    failed = subprocess.CompletedProcess([], 1, "", "npm error network\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(MissingError, match="npm cannot fetch"):
        ll.export("signs", web=tmp_path / "web", progress=False)
    assert not (tmp_path / "web").exists()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)")
def test_a_picture_is_painted_in_the_browser(page: Path, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    ll.export("starry_night", web=tmp_path, progress=False)
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 900, "height": 800})
        shown.goto((tmp_path / "index.html").as_uri())
        shown.wait_for_selector("body[data-ready]", timeout=120_000)
        shown.set_input_files("#file", page / "p.png")
        shown.wait_for_selector("body[data-answer]", timeout=120_000)
        with shown.expect_download() as taken:
            shown.get_by_role("link", name="Download the painting").click()
        painted = open_image(taken.value.path())
        assert taken.value.suggested_filename == "p-painted.png"
        browser.close()
    expected = ll.load("starry_night")(page / "p.png", size=None).picture
    assert painted.shape == expected.shape
    # in a browser other arithmetic does the same
    assert np.percentile(np.abs(painted.astype(int) - expected), 99.9) <= 3
