"""The report in a real browser: nothing is blocked, nothing overflows, everything is seen in both themes."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from lenslet.report import Page, Pictures, Section, Table
from lenslet.report.training import training_page
from lenslet.results import Classification
from lenslet.tasks.classify.metrics import evaluate

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _page() -> Page:
    labels = ("قطة", "a class with a very long name that somebody really gave to a folder", "c")
    dice = np.random.default_rng(0)
    answers = [Classification(labels, row.astype(np.float32)) for row in dice.dirichlet((1, 1, 1), 40)]
    evaluation = evaluate(answers, dice.integers(0, 3, 40), labels)
    picture = dice.integers(0, 256, (60, 90, 3)).astype(np.uint8)
    return training_page(
        title="facet_s trained on flowers",
        evaluation=evaluation,
        measured_on="held out by content hash, never trained on",
        rows=[
            {"epoch": float(i), "train_loss": 2 / i, "valid_loss": 2 / i, "valid_accuracy": 1 - 1 / i}
            for i in range(1, 9)
        ],
        facts=[("net", "facet_s"), ("path", "/a/" + "very" * 60)],
        command="lenslet train " + "x" * 200,
        per_class=dict.fromkeys(labels, 5),
        skipped=[("b.jpg", "broken")],
        samples=[(picture, "c")] * 5,
    )


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_report_is_whole_in_a_browser(tmp_path: Path, theme: str, width: int) -> None:
    from playwright.sync_api import sync_playwright

    path = _page().write(tmp_path / "report.html")
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
        assert page.locator("h2").count() == 6
        ink, paper = (page.evaluate(f"getComputedStyle(document.body).{name}") for name in ("color", "backgroundColor"))
        browser.close()
    assert said == []
    bright = [sum(int(v) for v in c[c.index("(") + 1 : -1].split(",")[:3]) for c in (ink, paper)]
    assert (bright[0] < bright[1]) == (theme == "light")


def test_the_page_values_are_what_the_browser_gets() -> None:
    assert isinstance(_page().sections[0], Section)
    assert any(isinstance(block, Table) for block in _page().sections[0].blocks)
    assert any(isinstance(block, Pictures) for section in _page().sections for block in section.blocks)
