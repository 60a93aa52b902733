"""Train and Results in a real browser: the whole loop, and a run that outlives tabs, servers and its own process."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenslet.image import save_image
from lenslet.studio.training.locks import is_held
from tests.browser.conftest import TABLET, faults

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIVE = ("03.png", "07.png", "11.png", "15.png", "19.png")
"""Labelled on the page, and wrongly at first; some of them are held out."""


@pytest.fixture(scope="module")
def opened(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A project of 24 pictures, dark or light, of which all but five are labelled."""
    folder = tmp_path_factory.mktemp("project")
    lines = ["path,label"]
    for number in range(24):
        dice = np.random.default_rng(number)
        pixels = dice.integers(0, 70, (32, 32, 3), np.uint8) + np.uint8(170 * (number % 2))
        name = Path(save_image(pixels, folder / f"{number:02}.png")).name
        if name not in FIVE:
            lines.append(f"{name},{('dark', 'light')[number % 2]}")
    (folder / "classes.csv").write_text("\n".join(lines) + "\n")
    (folder / "studio.json").write_text(json.dumps({"classes": ["dark", "light"], "kind": "classes"}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LENSLET_CACHE", str(tmp_path_factory.mktemp("cache")))
        made = studio(folder)
    yield made
    for lock in folder.glob("runs/*/worker.lock"):  # what a failed test left behind
        said = json.loads((lock.parent / "progress.json").read_text())
        if is_held(lock.parent) and said["process"]:
            os.kill(said["process"], signal.SIGKILL)


def until(true: Callable[[], Any], seconds: float = 300) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.1)
    return true()


def said(folder: Path, run: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / "runs" / run / "progress.json").read_text())
    except (OSError, ValueError):
        return {}
    return told


def train(page: Any, **options: str) -> None:
    """Fill in the form and begin, by keys."""
    if not page.locator("details.train-more[open]").count():
        page.get_by_text("More options").focus()
        page.keyboard.press("Enter")
    for name, value in options.items():
        page.get_by_label(name.capitalize(), exact=True).fill(value)
    page.get_by_role("button", name="Train", exact=True).focus()
    page.keyboard.press("Enter")


def choose(page: Any, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_from_five_labels_to_a_better_model(opened: Any, tab: Any) -> None:
    page = tab(f"{opened.url}/label?picture={FIVE[0]}")
    page.set_default_timeout(300_000)
    for name in FIVE:
        page.goto(f"{opened.url}/label?picture={name}")
        page.wait_for_selector(".label-app[data-ready=yes]")
        page.keyboard.press("1" if int(name[:2]) % 2 else "2")  # each of them wrongly
        until(lambda name=name: f"{name}," in (opened.folder / "classes.csv").read_text())
    page.goto(f"{opened.url}/train")
    page.get_by_text("Learns from the 24 labelled pictures").wait_for()
    page.wait_for_timeout(500)
    choose(page, "Net", "lenet5_relu")
    train(page, epochs="12")
    page.get_by_role("heading", name="classify-1").wait_for()
    page.locator(".train-state.is-finished").wait_for()
    assert page.locator(".train-samples img").count() > 0
    assert page.locator(".train-curves svg.chart").count() == 2
    page.get_by_role("link", name="Results", exact=True).first.click()
    page.locator(".results-pictures img").first.wait_for()
    errors = page.locator(".results-pictures li").count()
    table = (opened.folder / "runs" / "classify-1" / "answers.csv").read_text().splitlines()
    assert errors == sum("wrong class" in line for line in table) > 0
    page.locator("table.confusion td.bad a").first.click()
    page.wait_for_url("**truth=**")
    assert 0 < page.locator(".results-pictures li").count() <= errors
    assert faults(page) == []
    page.locator(".results-pictures a").first.click()
    page.wait_for_url("**/label?picture=*")
    for name in FIVE:
        page.goto(f"{opened.url}/label?picture={name}")
        page.wait_for_selector(".label-app[data-ready=yes]")
        right = "light" if int(name[:2]) % 2 else "dark"
        page.keyboard.press("2" if right == "light" else "1")
        until(lambda name=name, right=right: f"{name},{right}" in (opened.folder / "classes.csv").read_text())
    page.goto(f"{opened.url}/results")
    page.get_by_role("link", name="Train again like this").click()
    page.get_by_text("With the options of classify-1").wait_for()
    train(page, epochs="13")
    until(lambda: said(opened.folder, "classify-2").get("state") == "finished")
    page.goto(f"{opened.url}/results?run=classify-2&with=classify-1")
    page.get_by_role("heading", name="Options that differ").wait_for()
    assert page.locator("tr", has_text="epochs").inner_text().split() == ["epochs", "13", "12"]
    for theme in ("light", "dark"):
        shown = tab(f"{opened.url}/results?run=classify-2&with=classify-1", theme=theme, screen=TABLET)
        shown.locator("svg.chart").first.wait_for()
        assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert faults(shown) == []
    one, two = (
        json.loads((opened.folder / "runs" / name / "evaluation.json").read_text())["metrics"]["accuracy"]
        for name in ("classify-1", "classify-2")
    )
    assert two > one
    import lenslet as ll

    assert ll.load(opened.folder / "runs" / "classify-2")(opened.folder / FIVE[0]).label == "light"
    page.goto(f"{opened.url}/train")
    page.get_by_role("heading", name="classify-2").wait_for()
    page.get_by_role("button", name="Train on", exact=True).press("Enter")  # twice as long as it had
    epochs = opened.folder / "runs" / "classify-2" / "results.csv"
    until(lambda: len(epochs.read_text().splitlines()) == 1 + 26)
    page.locator(".train-state.is-finished").wait_for()


def test_a_run_outlives_tabs_servers_and_its_own_process(opened: Any, tab: Any) -> None:
    page = tab(f"{opened.url}/train?like=classify-1")
    page.set_default_timeout(300_000)
    page.get_by_text("With the options of classify-1").wait_for()
    train(page, epochs="1000000")
    page.get_by_role("heading", name="classify-3").wait_for()
    page.locator(".train-curves polyline").first.wait_for()
    process = said(opened.folder, "classify-3")["process"]
    page.reload()
    other = tab(f"{opened.url}/train", theme="dark", screen=TABLET)
    for one in (page, other):
        one.locator(".train-state.is-working").wait_for(timeout=300_000)
        assert faults(one) == []
        assert one.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    train(other, minutes="0.1")  # waits behind it
    other.get_by_role("button", name="Remove classify-4 from the queue").wait_for(timeout=300_000)
    opened.kill()
    assert is_held(opened.folder / "runs" / "classify-3")
    opened.start()
    page.goto(f"{opened.url}/train")
    page.locator(".train-state.is-working").wait_for()
    assert said(opened.folder, "classify-3")["process"] == process
    page.get_by_role("button", name="Remove classify-4 from the queue").press("Enter")
    page.locator(".train-queue").wait_for(state="hidden")
    os.kill(process, signal.SIGKILL)
    page.get_by_text("ended without a word").wait_for()
    page.locator(".train-live").get_by_role("button", name="Resume").press("Enter")
    page.locator(".train-state.is-working").wait_for()
    until(lambda: said(opened.folder, "classify-3")["phase"].startswith("training"))
    page.locator(".train-live").get_by_role("button", name="Pause").press("Enter")
    page.locator(".train-state.is-paused").wait_for()
    assert not is_held(opened.folder / "runs" / "classify-3")
    page.locator(".train-live").get_by_role("button", name="Resume").press("Enter")
    until(lambda: said(opened.folder, "classify-3")["phase"].startswith("training"))
    page.get_by_role("button", name="Stop and keep").press("Enter")
    page.locator(".train-state.is-stopped, .train-state.is-finished").wait_for()
    assert not is_held(opened.folder / "runs" / "classify-3")
    kept = json.loads((opened.folder / "runs" / "classify-3" / "evaluation.json").read_text())
    assert kept["metrics"]["accuracy"] > 0
    page.locator(".train-live").get_by_role("link", name="Results").click()
    page.wait_for_url("**/results?run=classify-3")


def test_only_files_for_people_are_handed_out(opened: Any, tab: Any) -> None:
    page = tab(f"{opened.url}/results?run=classify-1")
    for name, status in {
        "classify-1/report.html": 200,
        "classify-1/samples/0.jpg": 200,
        "classify-1/model.safetensors": 422,
        "classify-1/../../classes.csv": 422,
        "..%2F../report.html": 422,
        "none/report.html": 422,
    }.items():
        answer = page.evaluate("n => fetch('/api/run/' + n).then(a => a.status)", name)
        assert answer == status or (answer == 404 and status == 422), name
