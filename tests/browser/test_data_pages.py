"""The page of a check in a real browser: whole, in both themes, on a wide screen and on a phone."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from lenslet.image import save_image
from lenslet.report.data_check import check_page
from lenslet.results import DataReport, Finding
from lenslet.results.data_report import KINDS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _page(folder: Path) -> Path:
    dice = np.random.default_rng(0)
    long = "a class with a very long name that somebody really gave to a folder"
    paths = [
        str(save_image(dice.integers(0, 256, (60, 40 + 50 * n, 3)).astype(np.uint8), folder / long / f"صورة {n}.png"))
        for n in range(5)
    ]
    findings = [
        Finding(
            kind, f"{long}/صورة 0.png (train), {'x' * 90}.png (val) and 3 more: {kind}", tuple(paths), long, "b", 0.9
        )
        for kind in KINDS
    ]
    report = DataReport(str(folder), 40, {long: 20, "b": 20}, {"train": 40}, tuple(findings), ("judged by looks",))
    return check_page(report, foot="foot").write(folder / "check.html")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_check_is_whole_in_a_browser(tmp_path: Path, theme: str, width: int) -> None:
    from playwright.sync_api import sync_playwright

    path = _page(tmp_path)
    said: list[str] = []
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(color_scheme=theme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
        page.on("console", lambda message: said.append(message.text))
        page.on("requestfailed", lambda request: said.append(request.url))
        page.goto(path.as_uri())
        page.screenshot(path=tmp_path / "shot.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
        assert page.locator("h2").count() == len(KINDS) + 2
        assert page.locator(".together figure").count() == 4 * 5
        browser.close()
    assert said == []
