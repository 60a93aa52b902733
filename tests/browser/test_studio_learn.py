"""Learn in a browser: each lesson's main path, by mouse and by keys, with Lenslet's own numbers; in both themes."""

import base64
import io
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from lenslet import boxes
from lenslet.foundations import conv2d
from lenslet.studio.learning.course import ITEMS
from tests.browser.conftest import TABLET, WIDE, faults, pictures

pytestmark = pytest.mark.browser

_OTHER_THEME = "(d => (d.theme = d.theme === 'dark' ? 'light' : 'dark'))(document.documentElement.dataset)"
_BOTH_OWN = (
    "[...document.querySelectorAll('.learn-vector tr:first-child td')].map(td => td.textContent).join() === '1,1'"
)

COURSE = np.array([
    [3, 0, 1, 2, 7, 4], [1, 5, 8, 9, 3, 1], [2, 7, 2, 5, 1, 3],
    [0, 1, 3, 1, 7, 8], [4, 2, 1, 6, 2, 8], [2, 4, 5, 2, 3, 9],
])  # fmt: skip


@pytest.fixture(scope="module")
def url(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("project")
    pictures(folder, 2)
    made: str = studio(folder).url
    return made


@pytest.fixture
def lesson(url: str, tab: Any) -> Any:
    """Opens a lesson, ready to be played with."""

    def opened(name: str, theme: str = "light", **more: Any) -> Any:
        page = tab(f"{url}/learn/{name}", theme=theme, **more)
        page.set_default_timeout(60_000)  # the first that needs torch waits for it
        page.wait_for_selector("#learn-stage[data-ready]")
        assert page.locator(".learn-wrong:visible").count() == 0
        return page

    return opened


def whole(page: Any) -> None:
    """It fits both screens, and nothing is wrong for anybody in either theme."""
    from axe_playwright_python.sync_playwright import Axe

    for screen in (TABLET, WIDE):
        page.set_viewport_size(screen)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), screen
    assert page.locator("h1").count() == 1
    assert page.locator("nav a[aria-current=page]").get_attribute("href") == "/learn"
    assert faults(page) == []
    page.evaluate(_OTHER_THEME)
    said = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
    assert [node["html"] for one in said for node in one["nodes"]] == []


def numbers(table: Any) -> list[list[float]]:
    """What stands in a table of numbers."""
    return [
        [float(cell.replace("\u2212", "-").replace(",", "")) for cell in row.locator("td").all_inner_texts()]
        for row in table.locator("tr").all()
    ]


def test_the_index_and_the_map_lead_to_every_item(url: str, tab: Any) -> None:
    page = tab(f"{url}/learn")
    links = {link.get_attribute("href") for link in page.locator("a.learn-card").all()}
    assert {item.at.partition("?")[0] for item in ITEMS if item.at.startswith("/learn/")} <= links
    whole(page)
    page.get_by_role("link", name="The map of the course").click()
    page.wait_for_selector("table.learn-map")
    assert page.locator("tr[id^=item-]").count() == len(ITEMS) == 44
    whole(page)
    page.locator("#item-1-9 a").click()
    page.wait_for_url("**/learn/pooling")
    page.get_by_role("link", name="course item 1.9").click()
    page.wait_for_url("**/learn/course#item-1-9")


def test_convolution_step_by_step_on_the_course_s_numbers(lesson: Any) -> None:
    page = lesson("convolution")
    page.get_by_label("Picture").select_option("course")
    output = page.get_by_role("table", name="output")
    expected = conv2d(COURSE[None, None], np.array([[1, 0, -1]] * 3)[None, None])[0, 0]
    output.wait_for()
    assert numbers(output) == expected.tolist()
    total = page.locator(".learn-total")
    assert total.inner_text() == "\u22125"
    page.get_by_role("button", name="Step").click()
    assert total.inner_text() == "\u22124"
    products = numbers(page.get_by_role("table", name="products"))
    assert np.sum(products) == -4
    page.get_by_label("Output; the arrow keys move the window").focus()
    page.keyboard.press("ArrowDown")
    assert total.inner_text() == "\u22122"
    page.get_by_label("kernel, row 1, column 1").fill("5")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Padding p: more").click()
    page.wait_for_function("document.querySelectorAll('[aria-label=output] tr').length === 6")
    own = np.array([[5, 0, -1], [1, 0, -1], [1, 0, -1]])
    assert numbers(output) == conv2d(COURSE[None, None], own[None, None], padding=1)[0, 0].tolist()
    assert page.locator(".learn-size").inner_text() == "6"
    whole(page)


def test_a_photo_is_filtered_and_its_kernel_learned_again(lesson: Any) -> None:
    page = lesson("convolution", "dark")
    page.get_by_label("Kernel", exact=True).select_option("sobel")
    page.wait_for_function("document.querySelector('[aria-label=\"kernel, row 2, column 1\"]').value === '2'")
    page.locator(".learn-layered").first.click(position={"x": 90, "y": 60})
    patch, products = (numbers(page.get_by_role("table", name=name, exact=True)) for name in ("patch", "products"))
    assert products == (np.array(patch) * [[1, 0, -1], [2, 0, -2], [1, 0, -1]]).tolist()
    assert float(page.locator(".learn-total").inner_text().replace("\u2212", "-")) == np.sum(products)
    page.get_by_role("button", name="Learn it").click()
    learned = page.get_by_role("table", name="learned kernel")
    learned.wait_for()
    assert np.allclose(numbers(learned), [[1, 0, -1], [2, 0, -2], [1, 0, -1]], atol=0.01)


def test_pooling_and_the_way_back(lesson: Any) -> None:
    page = lesson("pooling", "dark")
    output = page.get_by_role("table", name="output")
    assert numbers(output) == [[9, 2], [6, 3]]
    page.get_by_text("the mean", exact=True).click()
    page.wait_for_function("document.querySelector('[aria-label=output] td').textContent === '3.75'")
    whole(page)
    back = lesson("backward")
    back.get_by_role("table", name="z, the output").locator("td").nth(4).click()
    back.wait_for_function("document.querySelector('.learn-total').textContent === '1'")
    found, tried = (
        numbers(back.get_by_role("table", name=name, exact=True))
        for name in ("\u2202J/\u2202w", "\u2202J/\u2202w by trying")
    )
    assert found == tried == COURSE[1:4, 1:4].tolist()
    whole(back)


def test_volumes_and_bottlenecks_have_the_course_s_numbers(lesson: Any) -> None:
    page = lesson("volumes")
    assert page.get_by_text("14,450,688").first.is_visible()
    page.get_by_text("1 \u00d7 1 \u00d7 3").click()
    page.get_by_text("the layer has 2\u00b7(1\u00b71\u00b73 + 1) = 8 parameters").wait_for()
    whole(page)
    page = lesson("bottleneck", "dark")
    assert page.get_by_text("120,422,400").is_visible()
    assert page.get_by_text("12,443,648").is_visible()
    page.get_by_label("Channels of the bottleneck").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('[data-total]').dataset.total !== '12443648'")
    whole(page)


def test_any_net_is_described(lesson: Any) -> None:
    page = lesson("costs?net=simple_convnet")
    page.get_by_role("cell", name="20 \u00d7 17 \u00d7 17").wait_for()
    page.get_by_label("Net", exact=True).select_option("lenet5")
    page.get_by_text("61,706").wait_for()
    page.wait_for_url("**/learn/costs?net=lenet5")
    whole(page)


def test_two_nets_learn_side_by_side_and_can_be_stopped(lesson: Any) -> None:
    page = lesson("residual", "dark")
    page.wait_for_selector(".learn-through[data-same=true]")
    page.get_by_text("20", exact=True).first.click()
    page.get_by_label("Passes", exact=True).fill("20")  # longer than this test
    page.get_by_role("button", name="Let both learn").click()
    page.wait_for_selector("[data-race=going]")
    page.get_by_role("cell", name="plain").first.wait_for(timeout=180_000)
    other = lesson("residual")  # a second tab sees the same
    other.wait_for_selector("[data-race=going]")
    other.get_by_role("button", name="Stop").click()
    page.wait_for_selector("[data-race=done]")
    whole(page)


def test_iou_follows_hand_and_keys_and_is_lenslet_s(lesson: Any) -> None:
    page = lesson("overlap")

    def agree() -> float:
        rows = [[float(x) for x in row.locator("td").all_inner_texts()] for row in page.locator("table.plain tr").all()]
        said = float(page.locator(".learn-iou").get_attribute("data-value"))
        assert said == pytest.approx(float(boxes.iou(*(torch.tensor([row], dtype=torch.float64) for row in rows))))
        return said

    first = agree()
    page.get_by_text("the course's boxes").click()
    assert agree() == pytest.approx(1 / 7)
    answer = page.get_by_role("button", name="answer: left")
    answer.focus()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
        agree()
    assert agree() != pytest.approx(1 / 7)
    box = answer.locator(".learn-touch").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.7)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"], box["y"] + box["height"] * 0.4, steps=4)
    page.mouse.up()
    grip = page.locator(".learn-grip.nw").nth(1).bounding_box()
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(grip["x"] - 40, grip["y"] - 30, steps=4)
    page.mouse.up()
    assert agree() not in (0, first)
    page.wait_for_selector("dd[data-name=ciou]")
    whole(page)


def test_suppression_step_by_step(lesson: Any) -> None:
    page = lesson("suppression", "dark")
    page.wait_for_selector("[data-kept]")
    before = page.locator(".learn-place").get_attribute("data-kept")
    page.get_by_role("button", name="To the end").click()
    assert page.locator(".learn-box.kept").count() == before.count(",") + 1
    slider = page.get_by_label("Drop IoU above")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("b => document.querySelector('.learn-place').dataset.kept.length > b", arg=len(before))
    page.get_by_role("button", name="Step").click()
    page.get_by_role("button", name="Step").click()
    assert page.locator(".learn-log b").first.inner_text() == "Kept: dahlia 0.92, the best that was left."
    whole(page)


def test_the_cell_that_holds_the_centre_owns_the_box(lesson: Any) -> None:
    page = lesson("grid")
    assert page.locator("[data-cell]").get_attribute("data-cell") == "0,0"
    page.get_by_role("button", name="roof: left 26").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector("[data-cell='0,1']")
    assert page.get_by_role("table", name="y of anchor 2").locator("td").first.inner_text() == "1"
    page.get_by_role("button", name="A second in the same cell").click()
    page.wait_for_function(_BOTH_OWN)
    page.get_by_text("6 \u00d7 6", exact=True).click()
    page.get_by_text("All 36 cells together").wait_for()
    page.get_by_role("button", name="Choose them from the boxes").click()
    page.wait_for_function("document.querySelector('.learn-anchors span').textContent !== '60 \u00d7 110'")
    whole(page)


def test_points_by_finger_and_their_mirror(lesson: Any) -> None:
    page = lesson("landmarks", "dark", touch=True)
    page.get_by_role("button", name="Put them right").click()
    page.wait_for_function("document.querySelector('.learn-iou').textContent === '0.0 %'")
    page.get_by_role("button", name="point 1").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function("document.querySelector('.learn-iou').textContent !== '0.0 %'")
    page.get_by_text("mirror the picture").click()
    page.get_by_text("have changed places").wait_for()
    whole(page)


def test_who_is_who_by_a_drawn_picture(lesson: Any) -> None:
    page = lesson("likeness")
    page.wait_for_selector("[data-who='3']", timeout=60_000)
    canvas = page.get_by_role("img", name="Who is this?: draw here")
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    for x, y in ((100, 30), (40, 100), (100, 100), (60, 60)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=3)
    page.mouse.up()
    page.wait_for_selector("[data-who=unknown]", timeout=30_000)
    whole(page)


def test_a_triplet_costs_more_when_p_and_n_change_places(lesson: Any) -> None:
    page = lesson("triplet", "dark")
    page.wait_for_selector("[data-loss='0']", timeout=60_000)
    page.get_by_role("button", name="Exchange P and N").click()
    page.wait_for_function("Number(document.querySelector('[data-loss]').dataset.loss) > 0.5")
    assert page.get_by_text("A hard triplet").is_visible()
    whole(page)


def test_the_style_of_shuffled_pieces_is_near(lesson: Any) -> None:
    page = lesson("style")
    page.wait_for_selector("[data-style]", timeout=60_000)
    page.get_by_text("S in pieces, shuffled").click()
    page.wait_for_function(
        "(s => Number(s.style) < 0.1 && Number(s.content) > 0.5)(document.querySelector('[data-style]').dataset)"
    )
    shown = page.get_by_alt_text("G, the painting").get_attribute("src")
    assert Image.open(io.BytesIO(base64.b64decode(shown.partition(",")[2]))).size == (160, 160)
    whole(page)


def test_units_are_shown_layer_by_layer(lesson: Any) -> None:
    page = lesson("units?method=filters", "dark")
    page.get_by_alt_text("filters of natural").wait_for(timeout=60_000)
    whole(page)


def test_what_cannot_be_computed_is_said(lesson: Any) -> None:
    page = lesson("pooling")
    page.get_by_label("Window f", exact=True).fill("9")
    page.get_by_role("alert").filter(has_text="cannot be pooled").wait_for()
    page.get_by_label("Window f", exact=True).fill("3")
    page.wait_for_function("document.querySelector('.learn-wrong').hidden")
