"""The page Data in a real browser: what is found, side by side, leads to Label; augmentations live."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from lenslet.data.scenes.annotations import Annotations, Thing
from tests.browser.conftest import faults, pictures

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("project")
    made = pictures(folder, 6)
    shutil.copy(made[0], folder / "copy.png")
    (folder / "broken.png").write_bytes(b"\x89PNG no more than this")
    return studio(folder)


def test_files_are_looked_at_before_anything_is_labelled(opened: Any, tab: Any) -> None:
    page = tab(opened.url + "/data")
    page.get_by_text("Looked at").first.wait_for()
    assert page.locator(".data-kind summary b").all_inner_texts() == ["Files that cannot be read", "Exact copies"]
    pair = page.locator(".data-finding", has_text="copy.png").locator("a")
    assert pair.count() == 2
    assert page.get_by_text("Nothing is labelled yet. Label some").is_visible()
    assert faults(page) == []
    pair.first.click()
    page.wait_for_selector(".label-app[data-ready=yes]")
    assert page.evaluate("lensletDesk.name") in ("00.png", "copy.png")


def test_labels_are_looked_at_and_counted(opened: Any, tab: Any) -> None:
    folder: Path = opened.folder
    drawn = Annotations(folder, [f"{number:02}.png" for number in range(6)])
    drawn.write("00.png", [Thing("cell", (5, 5, 40, 40)), Thing("cell", (50, 5, 80, 40))], None)
    drawn.write("01.png", [Thing("plate", (5, 5, 40, 40))], None)
    page = tab(opened.url + "/data", theme="dark")
    page.get_by_role("button", name="Look again").click()
    page.locator(".data-balance").wait_for()
    rows = [row.inner_text().split()[:2] for row in page.locator(".data-balance tbody tr").all()]
    assert rows == [["cell", "2"], ["plate", "1"]]
    assert page.locator(".data-kind summary b", has_text="Pictures without labels").count() == 1
    fold = page.locator(".data-kind", has_text="Pictures without labels")
    tiles = fold.locator(".data-tiles .data-finding")
    named = {f"{number:02}.png" for number in range(2, 6)} | {"copy.png", "broken.png"}
    assert {tile.locator("a").get_attribute("title").split(":")[0] for tile in tiles.all()} == named
    one, two = (tiles.nth(number).bounding_box() for number in range(2))
    assert one["y"] == two["y"]  # side by side
    assert faults(page) == []
    page.reload()
    page.locator(".data-balance").wait_for()  # without looking again


def test_augmentations_follow_the_sliders(opened: Any, tab: Any) -> None:
    page = tab(opened.url + "/data?picture=01.png")
    shown = page.locator(".data-shown img")
    page.wait_for_function(
        "[...document.querySelectorAll('.data-shown img')].filter(i => i.naturalWidth > 0).length === 9"
    )
    before = [image.get_attribute("src") for image in shown.all()]
    slider = page.get_by_role("slider", name="rotate")
    slider.focus()
    for _ in range(5):
        slider.press("ArrowRight")
    page.wait_for_function("src => document.querySelectorAll('.data-shown img')[1].src !== src", arg=before[1])
    assert shown.first.get_attribute("src") == before[0]  # as it is
    page.wait_for_timeout(700)
    after = shown.nth(2).get_attribute("src")
    page.get_by_role("button", name="Again", exact=True).click()
    page.wait_for_function("src => document.querySelectorAll('.data-shown img')[2].src !== src", arg=after)
