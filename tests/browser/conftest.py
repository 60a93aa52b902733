"""A studio in a process of its own, and a Chromium that may ask nothing but this computer."""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenslet.image import save_image

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ROOT = Path(__file__).resolve().parents[2]
ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"  # no other computer can be found
WIDE, TABLET = {"width": 1280, "height": 800}, {"width": 820, "height": 1180}


class Studio:
    """`lenslet studio FOLDER` in a process of its own; it can be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url, self.said = folder, "", []
        self._port = "0"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "lenslet", "studio", str(self.folder), "--no-browser", "--port", self._port]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        stderr = self.process.stderr
        assert stderr is not None
        for line in stderr:
            self.said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                self.url, self._port = found[0].rstrip("/"), found[1]
                break
        else:
            raise RuntimeError("".join(self.said))
        self._hearing = threading.Thread(target=lambda: self.said.extend(stderr), daemon=True)
        self._hearing.start()  # or the pipe fills

    def kill(self) -> None:
        """As a crash does."""
        self.process.kill()
        self.process.wait()
        self._hearing.join()
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.fixture(scope="module")
def studio() -> Iterator[Callable[[Path], Studio]]:
    """Opens a folder in a studio; all are ended after the file."""
    started: list[Studio] = []

    def start(folder: Path) -> Studio:
        started.append(Studio(folder))
        return started[-1]

    yield start
    for one in started:
        one.kill()
    said = [line for one in started for line in one.said if "Traceback" in line or "rror:" in line]
    assert said == []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, for a whole file."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", ONLY_HERE])
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens tabs: `tab(url, theme="dark", screen=TABLET)`; tabs of one test share what a browser keeps.

    At the end the test fails if any of them asked another computer, or if a script failed.
    """
    wrong: list[str] = []
    contexts: dict[tuple[str, bool], Any] = {}

    def heard(request: Any) -> None:
        if not re.match(r"(http|ws)://127\.0\.0\.1[:/]|data:|blob:", request.url):
            wrong.append(f"asked for {request.url}")

    def open_(url: str, *, theme: str = "light", screen: dict[str, int] = WIDE, touch: bool = False) -> Any:
        key = (theme, touch)
        if key not in contexts:
            contexts[key] = chromium.new_context(color_scheme=theme, has_touch=touch)
            contexts[key].on("request", heard)
            contexts[key].set_default_timeout(15_000)
        page = contexts[key].new_page()
        page.set_viewport_size(screen)
        page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        page.goto(url)
        page.wait_for_selector("#main")
        return page

    yield open_
    for context in contexts.values():
        context.close()
    assert wrong == []


def faults(page: Any) -> list[str]:
    """What axe calls serious or critical on a page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['help']} ({node['target']} {node.get('failureSummary', '')[:300]})"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def pictures(folder: Path, count: int, *, size: tuple[int, int] = (90, 120), start: int = 0) -> list[Path]:
    """So many pictures: a light ground with a dark square somewhere."""
    made = []
    for number in range(start, start + count):
        dice = np.random.default_rng(number)
        pixels = np.full((*size, 3), 225, np.uint8) - dice.integers(0, 25, (*size, 1)).astype(np.uint8)
        y, x = dice.integers(0, size[0] - 40), dice.integers(0, size[1] - 40)
        pixels[y : y + 30, x : x + 30] = dice.integers(20, 120, 3)
        made.append(Path(save_image(pixels, folder / f"{number:02}.png")))
    return made
