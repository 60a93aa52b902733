"""The page Label in a real browser: drawn, saved, found again; by keys alone; in two tabs; with the server killed."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lenslet.data import read, read_boxes
from tests.browser.conftest import TABLET, faults, pictures

pytestmark = pytest.mark.browser
PLACE = """p => { const v = lensletDesk.view, b = v.canvas.getBoundingClientRect(), o = v.out(...p);
    return [o[0] + b.x, o[1] + b.y]; }"""  # of a place on the picture, in its pixels, on the page


@pytest.fixture(scope="module")
def opened(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("project")
    pictures(folder, 12, size=(300, 400))
    return studio(folder)


def label(tab: Any, url: str, name: str = "", **named: Any) -> Any:
    page = tab(f"{url}/label?picture={name}" if name else f"{url}/label", **named)
    page.wait_for_selector(".label-app[data-ready=yes]")
    return page


def drag(page: Any, start: tuple[int, int], end: tuple[int, int]) -> None:
    """From one place of the picture to another, in its pixels."""
    (x1, y1), (x2, y2) = (page.evaluate(PLACE, list(point)) for point in (start, end))
    page.mouse.move(x1, y1)
    page.mouse.down()
    page.mouse.move((x1 + x2) / 2, (y1 + y2) / 2)
    page.mouse.move(x2, y2)
    page.mouse.up()


def press(page: Any, *names: str) -> None:
    for name in names:
        page.keyboard.press(name)


def until(true: Callable[[], bool]) -> None:
    for _ in range(300):
        if true():
            return
        time.sleep(0.05)
    assert true()


def boxes(folder: Path, name: str) -> list[tuple[str, list[float]]]:
    """What the command line reads of a picture."""
    try:
        scenes = read_boxes(folder, at_least=0)
    except Exception:
        return []
    scene = next((scene for scene in scenes.train if scene.name == name), None)
    return [] if scene is None else [(one.label, list(one.box)) for one in scene.truth]


def test_a_picture_is_labelled_with_the_mouse(opened: Any, tab: Any) -> None:
    page = label(tab, opened.url, "00.png")
    drag(page, (20, 20), (120, 100))
    assert "Name a class first" in page.locator(".label-live").inner_text()
    page.fill("#new-class", "cell")
    page.press("#new-class", "Enter")
    page.fill("#new-class", "plate")
    page.press("#new-class", "Enter")
    press(page, "1")
    drag(page, (20, 20), (120, 100))
    until(lambda: len(boxes(opened.folder, "00.png")) == 1)
    [(name, box)] = boxes(opened.folder, "00.png")
    assert name == "cell"
    assert box == pytest.approx([20, 20, 120, 100], abs=1.5)
    drag(page, (60, 60), (100, 80))  # it is chosen: moved
    until(lambda: boxes(opened.folder, "00.png")[0][1] == pytest.approx([60, 40, 160, 120], abs=2))
    drag(page, (160, 120), (220, 200))  # its corner
    press(page, "2")
    drag(page, (300, 200), (380, 280))
    until(lambda: [name for name, _ in boxes(opened.folder, "00.png")] == ["plate", "plate"])
    assert boxes(opened.folder, "00.png")[0][1] == pytest.approx([60, 40, 220, 200], abs=2)
    press(page, "Delete", "Control+z", "Control+z", "Control+Shift+z")
    until(lambda: len(boxes(opened.folder, "00.png")) == 2)
    page.get_by_text("2 boxes").first.wait_for()
    page.mouse.wheel(0, -400)
    assert page.evaluate("lensletDesk.view.scale > lensletDesk.view.fitScale()")
    page.reload()
    page.wait_for_selector(".label-app[data-ready=yes]")
    assert page.evaluate("[lensletDesk.name, lensletDesk.marks.things.length]") == ["00.png", 2]


def test_by_keys_alone(opened: Any, tab: Any) -> None:
    page = label(tab, opened.url, "01.png")
    press(page, "n")
    page.keyboard.type("third")
    press(page, "Enter", "b", "ArrowRight", "Shift+ArrowDown", "Alt+ArrowRight", "3")

    def moved() -> bool:  # it is saved after each key, so earlier states may be read first
        made = boxes(opened.folder, "01.png")
        if [name for name, _ in made] != ["third"]:
            return False
        x1, y1, x2, y2 = made[0][1]
        half = (x2 - x1 - 1) / 2
        return (x1, y1, y2) == pytest.approx((200 - half + 1, 150 - half + 10, 150 + half + 10))

    until(moved)
    press(page, "PageDown", "e")
    until(lambda: "02.png" in {scene.name for scene in read_boxes(opened.folder, at_least=0).train})
    assert boxes(opened.folder, "02.png") == []  # labelled: it shows nothing
    press(page, "PageDown", "c")  # nothing to copy from a picture of nothing
    press(page, "PageUp", "PageUp", "PageDown", "PageDown")
    page.wait_for_function("lensletDesk.name === '03.png' && lensletDesk.ready")
    named = {scene.name for scene in read_boxes(opened.folder, at_least=0).train}
    assert named == {"00.png", "01.png", "02.png"}  # looked at is not labelled
    assert "labelled" in page.locator(".label-count").inner_text()


def test_two_tabs_do_not_write_over_each_other(opened: Any, tab: Any) -> None:
    one, two = label(tab, opened.url, "04.png"), label(tab, opened.url, "04.png")
    one.bring_to_front()
    drag(one, (10, 10), (60, 60))
    until(lambda: len(boxes(opened.folder, "04.png")) == 1)
    two.bring_to_front()
    drag(two, (200, 100), (300, 200))
    two.get_by_role("heading", name="Changed elsewhere").wait_for()
    assert faults(two) == []
    assert len(boxes(opened.folder, "04.png")) == 1
    two.get_by_role("button", name="Keep mine").click()
    until(lambda: boxes(opened.folder, "04.png")[0][1][0] > 150)
    one.bring_to_front()
    drag(one, (150, 10), (180, 60))
    one.get_by_role("button", name="Take the others").click()
    one.wait_for_function("lensletDesk.marks.things.length === 1 && lensletDesk.marks.things[0].box[0] > 150")
    assert len(boxes(opened.folder, "04.png")) == 1


def test_a_crash_of_the_server_loses_nothing(opened: Any, tab: Any) -> None:
    page, other = label(tab, opened.url, "05.png"), label(tab, opened.url, "06.png")
    page.bring_to_front()
    drag(page, (10, 10), (60, 60))
    until(lambda: len(boxes(opened.folder, "05.png")) == 1)
    opened.kill()
    drag(page, (100, 100), (160, 160))
    page.get_by_text("does not answer").first.wait_for()
    drag(page, (200, 100), (260, 160))
    other.bring_to_front()
    drag(other, (20, 20), (60, 60))
    other.get_by_text("does not answer").first.wait_for()
    other.close()  # and with it whatever it held
    assert len(boxes(opened.folder, "05.png")) == 1
    page.bring_to_front()
    opened.start()
    until(lambda: len(boxes(opened.folder, "05.png")) == 3)
    label(tab, opened.url, "03.png")
    until(lambda: len(boxes(opened.folder, "06.png")) == 1)


def test_points(opened: Any, tab: Any) -> None:
    page = label(tab, opened.url, "07.png")
    page.get_by_label("Points", exact=True).check()
    page.get_by_role("button", name="Points ...").click()
    page.get_by_label("One name a line").fill("left\nright\n")
    page.get_by_role("button", name="Keep").click()
    page.wait_for_function("lensletDesk.project.points.length === 2 && lensletDesk.ready")
    press(page, "1")
    for place in ((50, 60), (90, 60), (200, 150)):
        drag(page, place, place)
    press(page, "h")
    until(lambda: len(boxes(opened.folder, "07.png")) == 2)
    scene = next(scene for scene in read_boxes(opened.folder).train if scene.name == "07.png")
    assert scene.points[0].names == ("left", "right")
    assert scene.points[0].places.tolist() == [pytest.approx([50, 60], abs=1), pytest.approx([90, 60], abs=1)]
    until(lambda: read_boxes(opened.folder).train[-1].points[1].visible.tolist() == [1, 0])
    page.get_by_label("Boxes", exact=True).check()
    page.wait_for_function("lensletDesk.project.kind === 'boxes' && lensletDesk.ready")


def test_classes_of_whole_pictures(opened: Any, tab: Any) -> None:
    page = label(tab, opened.url, "08.png")
    page.get_by_label("Classes", exact=True).check()
    page.wait_for_function(
        "lensletDesk.project.kind === 'classes' && lensletDesk.ready && lensletDesk.name === '08.png'"
    )
    for number, name in (("1", "09.png"), ("2", "10.png")):
        press(page, number)
        page.wait_for_function(f"lensletDesk.name === '{name}' && lensletDesk.ready")
    table = opened.folder / "classes.csv"
    until(lambda: table.exists() and len(table.read_text().splitlines()) == 3)
    parts = read(opened.folder)
    assert [(sample.path.name, parts.labels[sample.label]) for sample in parts.train] == [
        ("08.png", "cell"),
        ("09.png", "plate"),
    ]
    page.get_by_label("Boxes", exact=True).check()
    page.wait_for_function("lensletDesk.project.kind === 'boxes' && lensletDesk.ready")


def test_suggestions_are_accepted_or_not(opened: Any, tab: Any) -> None:
    page = label(tab, opened.url, "11.png")
    page.get_by_label("Model").select_option("bloodcells")
    page.get_by_text("suggested").or_(page.get_by_text("found, none")).first.wait_for()
    page.evaluate(
        """() => { const d = lensletDesk; d.ghosts = [[20, 30, 90, 100], [150, 40, 220, 110]].map((box, i) =>
        ({ id: 1e6 + i, label: 'RBC', score: 0.9 - i / 10, box, points: null, difficult: false, more: '' }));
        d.touch(false); }"""
    )
    page.locator(".label-canvas canvas").focus()
    press(page, "Enter")
    until(lambda: len(boxes(opened.folder, "11.png")) == 1)
    page.get_by_text("1 suggested.").wait_for()
    press(page, "Shift+A")
    until(lambda: [name for name, _ in boxes(opened.folder, "11.png")] == ["RBC", "RBC"])
    page.get_by_text("No suggestion is left.").wait_for()
    page.get_by_role("button", name="Most doubtful first").click()
    page.wait_for_function("lensletDesk.list.rows.every(row => row.done || row.doubt !== undefined)", timeout=60_000)
    doubts = page.evaluate("lensletDesk.list.rows.filter(row => !row.done).map(row => row.doubt)")
    assert doubts == sorted(doubts, reverse=True)


def test_other_forms_out_and_in(opened: Any, tab: Any, tmp_path: Path, studio: Any) -> None:
    page = label(tab, opened.url)
    page.get_by_role("button", name="Export ...").click()
    page.get_by_label("New folder").fill(str(tmp_path / "out"))
    assert faults(page) == []
    page.locator("dialog[open]").get_by_role("button", name="Export").click()
    page.get_by_text("Written:").wait_for()
    assert read_boxes(tmp_path / "out").form == "coco"
    (tmp_path / "empty").mkdir()
    page = label(tab, studio(tmp_path / "empty").url, screen=TABLET)
    page.get_by_role("button", name="Import ...").click()
    page.get_by_label("Folder or file").fill(str(tmp_path / "out"))
    assert faults(page) == []
    page.locator("dialog[open]").get_by_role("button", name="Import").click()
    page.get_by_text("labelled from COCO").wait_for()
    assert len(read_boxes(tmp_path / "empty").train) == len(read_boxes(tmp_path / "out").train)
    assert faults(page) == []


def touch(page: Any, *moments: list[tuple[int, int]]) -> None:
    """Fingers on the picture, in its pixels: where each is, moment after moment; then they are lifted."""
    hand = page.context.new_cdp_session(page)
    at = [[page.evaluate(PLACE, list(finger)) for finger in moment] for moment in moments]
    for number, fingers in enumerate(at):
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(fingers)]
        kind = "touchStart" if number == 0 else "touchMove"
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_by_fingers_on_a_tablet(opened: Any, tab: Any) -> None:
    page = label(tab, opened.url, "10.png", screen=TABLET, touch=True)
    press(page, "1")
    before = len(boxes(opened.folder, "10.png"))
    touch(page, [(40, 50)], [(80, 90)], [(140, 150)])
    until(lambda: len(boxes(opened.folder, "10.png")) == before + 1)
    assert boxes(opened.folder, "10.png")[-1][1] == pytest.approx([40, 50, 140, 150], abs=2)
    touch(page, [(90, 100)], [(110, 110)], [(130, 120)])  # it is chosen: dragged
    until(lambda: boxes(opened.folder, "10.png")[-1][1] == pytest.approx([80, 70, 180, 170], abs=3))
    scale = page.evaluate("lensletDesk.view.scale")
    touch(page, [(150, 120), (250, 180)], [(120, 100), (280, 200)], [(90, 80), (310, 220)])
    assert page.evaluate("lensletDesk.view.scale") > 1.5 * scale
    assert len(boxes(opened.folder, "10.png")) == before + 1  # two fingers draw nothing
    assert page.evaluate("window.scrollY") == 0
