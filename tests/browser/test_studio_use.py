"""Use: pictures are laid on the page, models answer, and what they say can be looked into and taken away."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.browser.conftest import CHROMIUM, TABLET, faults

pytestmark = pytest.mark.browser
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


def cells(path: Path, many: int) -> Path:
    """So many red blood cells, as far as `bloodcells` can tell."""
    image = Image.new("RGB", (320, 240), (205, 200, 205))
    pen, dice = ImageDraw.Draw(image), np.random.default_rng(many)
    for number in range(many):
        x, y = (40 + 75 * (number % 4) + dice.integers(-6, 6), 45 + 75 * (number // 4) + dice.integers(-6, 6))
        pen.ellipse((x - 26, y - 26, x + 26, y + 26), fill=(185, 130, 140))
        pen.ellipse((x - 9, y - 9, x + 9, y + 9), fill=(205, 170, 175))
    path.parent.mkdir(exist_ok=True)
    image.filter(ImageFilter.GaussianBlur(2)).save(path)
    return path


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser whose webcam is a test picture."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *CAMERA])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    cells(root / "own" / "three.png", 3)
    return root


@pytest.fixture(scope="module")
def url(studio: Any, project: Path) -> str:
    made: str = studio(project).url
    return made


@pytest.fixture
def use(url: str, tab: Any) -> Any:
    """Opens the page, when it is ready; its first answer takes as long as torch takes to come."""

    def open_(query: str = "", **given: Any) -> Any:
        page = tab(url + "/use" + query, **given)
        page.set_default_timeout(60_000)
        page.wait_for_selector("#use[data-ready]")
        return page

    return open_


def answered(page: Any) -> None:
    page.wait_for_function("!document.querySelector('#use-answer .use-busy')")
    page.wait_for_function("!document.querySelector('#use-table').innerText.match(/looking|waits/)")


def test_pictures_are_answered_compared_and_taken_away(use: Any, tmp_path: Path) -> None:
    page = use("?model=bloodcells")
    with page.expect_download() as model:  # before any picture is there
        page.get_by_role("button", name="Folder, zip").click()
    assert model.value.suggested_filename == "bloodcells.zip"
    assert not page.get_by_role("button", name="Table, CSV").is_visible()
    assert not page.get_by_role("heading", name="Why this answer?").is_visible()
    text = tmp_path / "note.txt"
    text.write_text("no picture")
    files = [cells(tmp_path / "five.png", 5), text, cells(tmp_path / "خلايا.png", 2)]
    page.locator("#use-file").set_input_files(files)
    page.locator("#use-said [role=alert]").wait_for()
    assert "note.txt is no picture" in page.locator("#use-said").inner_text()
    page.get_by_role("button", name="Close this message").click()
    page.wait_for_selector("#use-table tbody tr")
    answered(page)
    rows = page.locator("#use-table tbody tr").all_inner_texts()
    assert [row.split() for row in rows] == [["five.png", "5"], ["خلايا.png", "2"], ["together", "7"]]
    assert page.locator(".use-counts").inner_text() == "2 RBC"

    with page.expect_download() as table:
        page.get_by_role("button", name="Table, CSV").click()
    told = list(csv.DictReader(io.StringIO(Path(table.value.path()).read_text("utf-8-sig"))))
    assert table.value.suggested_filename == "answers.csv"
    assert [row["picture"] for row in told].count("five.png") == 5
    with page.expect_download() as drawn:
        page.get_by_role("button", name="All drawn, zip").click()
    with zipfile.ZipFile(drawn.value.path()) as packed:
        assert packed.namelist() == ["five.png", "خلايا.png"]
    with page.expect_download() as model:
        page.get_by_role("button", name="Folder, zip").click()
    with zipfile.ZipFile(model.value.path()) as packed:
        assert "bloodcells/card.json" in packed.namelist()

    slider = page.locator("#use-least")
    slider.focus()
    page.keyboard.press("End")  # 99 %: nothing is as sure
    assert page.locator("#use-answer .use-big").inner_text() == "nothing"
    assert page.locator("#use-table tbody tr").first.inner_text().split() == ["five.png", "nothing"]


def test_why_is_laid_over_the_picture(use: Any, tmp_path: Path) -> None:
    page = use("?model=bloodcells&picture=own/three.png")
    answered(page)
    assert page.locator(".use-counts").inner_text() == "3 RBC"
    page.locator(".use-things button").nth(1).click()
    assert page.locator("#use-why-of").input_value() == "1"
    page.get_by_role("button", name="Where it looks (cam)").click()
    veil = page.locator(".use-veil:not([hidden])").first
    veil.wait_for()
    page.wait_for_function("document.querySelector('.use-veil').naturalWidth > 0")
    assert "RBC at" in page.locator(".use-why-said").inner_text()
    before = float(veil.evaluate("(one) => getComputedStyle(one).opacity"))
    page.locator("#use-opacity").focus()
    page.keyboard.press("Home")
    assert before > 0.5 and float(veil.evaluate("(one) => getComputedStyle(one).opacity")) == 0
    with page.expect_download() as sheet:
        page.get_by_role("button", name="Sheet, PNG").click()
    assert Image.open(io.BytesIO(Path(sheet.value.path()).read_bytes())).width > 400
    page.locator("#use-model").select_option("signs")
    answered(page)
    assert page.locator(".use-bars li").count() == 5 and page.locator(".use-veil:not([hidden])").count() == 0
    assert faults(page) == []


def test_by_keys_alone(use: Any, tmp_path: Path) -> None:
    page = use("?model=signs&picture=own/three.png", theme="dark")
    choosers: list[Any] = []
    page.on("filechooser", lambda one: choosers.append(one))
    page.locator("#use-file").set_input_files([cells(tmp_path / f"{name}.png", 1) for name in "ab"])
    page.wait_for_function("document.querySelectorAll('.use-thumb').length === 3")
    answered(page)

    def current() -> str:
        said: str = page.locator(".use-thumb[aria-current] b").inner_text()
        return said

    page.locator("#main").focus()
    page.keyboard.press("ArrowLeft")
    assert current() == "a.png"
    page.keyboard.press("ArrowLeft")
    assert current() == "own/three.png"
    page.keyboard.press("ArrowLeft")  # the first: no farther
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    assert page.locator(".use-thumb b").all_inner_texts() == ["own/three.png", "b.png"]
    page.keyboard.press("o")
    for _ in range(200):
        page.wait_for_timeout(50)
        if choosers:
            break
    assert len(choosers) == 1
    page.get_by_role("tab", name="Answers").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Faces").get_attribute("aria-selected") == "true"
    page.wait_for_selector("#use-faces .use-big")
    assert page.locator("#use-faces").inner_text() == "No face was found on this picture."
    assert "no liveness check" in page.locator(".warned").inner_text()
    assert faults(page) == []
    page.reload()  # pictures of the page are still there, and the tab is
    page.wait_for_selector("#use[data-ready]")
    assert page.locator(".use-thumb b").all_inner_texts() == ["b.png", "own/three.png"]


def test_pasted_dropped_and_of_the_project(use: Any) -> None:
    page = use("?model=signs&tab=pictures")
    lay = """(kind) => new Promise((good) => {
        const canvas = document.createElement("canvas");
        canvas.getContext("2d").fillRect(0, 0, 20, 20);
        canvas.toBlob((blob) => {
            const data = new DataTransfer();
            data.items.add(new File([blob], kind + ".png", { type: "image/png" }));
            const given = kind === "paste" ? new ClipboardEvent(kind, { clipboardData: data, bubbles: true })
                : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
            document.getElementById("main").dispatchEvent(given);
            good();
        });
    })"""
    for count, kind in enumerate(("paste", "drop"), 1):
        page.evaluate(lay, kind)
        page.wait_for_function(f"document.querySelectorAll('.use-thumb').length === {count}")
    page.get_by_role("button", name="Of the project").click()
    page.get_by_label("Search").fill("three")
    assert faults(page) == []
    page.get_by_role("button", name="own/three.png").click()
    page.get_by_role("button", name="Done").click()
    assert page.locator(".use-thumb b").all_inner_texts() == ["paste.png", "drop.png", "own/three.png"]
    page.get_by_role("button", name="Forget all").click()
    page.wait_for_function("document.querySelectorAll('.use-thumb').length === 0")


def test_the_camera_is_answered_and_a_picture_taken(use: Any) -> None:
    page = use("?model=signs", screen=TABLET)
    sent = []
    page.on("request", lambda one: sent.append(1) if "/api/use/frame" in one.url else None)
    page.on("requestfinished", lambda one: sent.append(-1) if "/api/use/frame" in one.url else None)
    page.get_by_role("button", name="Webcam").click()
    page.wait_for_function("document.querySelector('#use-camera-rate').innerText.includes('answers a second')")
    running = np.cumsum(sent)
    assert sent.count(1) >= 2 and running.max() == 1  # never one frame more than is being answered
    assert "%" in page.locator("#use-camera-said").inner_text()
    assert faults(page) == []
    page.get_by_role("button", name="Take a picture").click()
    page.wait_for_selector(".use-thumb")
    assert page.locator(".use-thumb b").inner_text().startswith("webcam")
    assert page.evaluate("document.querySelector('#use-camera video').srcObject") is None  # the camera is off


def test_a_painting_is_watched_stopped_and_taken_away(use: Any, tmp_path: Path) -> None:
    page = use("?tab=style")
    page.locator("#use-file").set_input_files([cells(tmp_path / "photo.png", 4), cells(tmp_path / "style.png", 12)])
    page.wait_for_function("document.querySelector('#use-content').options.length === 2")
    assert page.locator("#use-content option:checked").inner_text() == "photo.png"
    assert page.locator("#use-style option:checked").inner_text() == "style.png"
    page.locator("#use-size").select_option("256")
    page.get_by_role("button", name="Paint", exact=True).click()
    page.wait_for_selector("#use-painting:not([hidden])")
    page.wait_for_selector("#use-curve polyline")
    assert "Step" in page.locator("#use-painted").inner_text()
    assert faults(page) == []
    page.reload()  # it goes on meanwhile
    page.wait_for_selector("#use-painting:not([hidden])")
    page.get_by_role("button", name="Stop, keep the picture").click()
    page.get_by_text("this is the picture so far").wait_for()
    with page.expect_download() as made:
        page.get_by_role("button", name="Painting, PNG").click()
    painting = Image.open(io.BytesIO(Path(made.value.path()).read_bytes()))
    assert painting.size == (256, 192) and '"content_name": "photo.png"' in painting.text["lenslet"]
