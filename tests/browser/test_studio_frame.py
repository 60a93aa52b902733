"""What every page of the studio has: nothing from elsewhere, both themes, keys, no serious fault for anybody."""

import http.client
from pathlib import Path
from typing import Any

import pytest

from lenslet.studio.pages import PAGES
from tests.browser.conftest import TABLET, WIDE, faults, pictures

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("project")
    pictures(folder, 4)
    made: str = studio(folder).url
    return made


@pytest.mark.parametrize("path", [page.path for page in PAGES])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_is_whole(url: str, tab: Any, path: str, theme: str) -> None:
    page = tab(url + path, theme=theme)
    page.wait_for_load_state("networkidle")
    for screen in (TABLET, WIDE):
        page.set_viewport_size(screen)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("h1").count() == 1
    assert page.locator("nav a[aria-current=page]").get_attribute("href") == path
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert faults(page) == []


def test_keys_lead_everywhere(url: str, tab: Any) -> None:
    page = tab(url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("?")
    assert page.locator("dialog#help").is_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    assert not page.locator("dialog#help").is_visible()
    page.keyboard.press("Alt+2")
    page.wait_for_url(f"**{PAGES[1].path}")


def test_the_theme_is_kept(url: str, tab: Any) -> None:
    page = tab(url, theme="light")
    page.locator("#theme").click()  # light
    page.locator("#theme").click()  # dark
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    page.wait_for_selector("body.body--dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:80"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_only_its_own_pages_are_answered(url: str, headers: dict[str, str], status: int) -> None:
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    connection.request("GET", "/label", headers=headers)
    answer = connection.getresponse()
    assert answer.status == status
    connection.close()


def test_only_pictures_of_the_project_are_opened(url: str) -> None:
    for name in ("../secret.png", "..%2Fsecret.png", "/etc/passwd", "studio.json", "none.png"):
        connection = http.client.HTTPConnection(url.removeprefix("http://"))
        connection.request("GET", f"/api/picture/{name}")
        assert connection.getresponse().status in (404, 422)
        connection.close()


def test_a_studio_listens_to_this_computer_only() -> None:
    from lenslet.studio import opening

    assert opening.HOST == "127.0.0.1"
    assert Path(opening.__file__).read_text().count("0.0.0.0") == 0


def test_whoever_ends_it_reads_no_stack_trace_of_pages_that_wait(studio: Any, tab: Any, tmp_path: Path) -> None:
    pictures(tmp_path, 2)
    one = studio(tmp_path)
    tab(f"{one.url}/learn/convolution")  # which asks for its photo, its kernel and its answer at once
    one.process.terminate()
    one.process.wait(60)
    one.kill()
    assert not [line for line in one.said if "Traceback" in line or "Cancelled" in line]
