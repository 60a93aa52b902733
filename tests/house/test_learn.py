"""Somebody who knows only the course finds every concept in Learn, and the same is said in docs/course.md."""

import re
from pathlib import Path

import pytest

from lenslet.studio.learning.course import ITEMS
from lenslet.studio.pages import PAGES
from lenslet.studio.pages.learn import LESSONS, where

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "lenslet" / "studio" / "static" / "learn"
ELSEWHERE = {"/label", "/data", "/train", "/results", "/use"}


def rows() -> list[tuple[str, str, tuple[str, ...], str]]:
    """Number, title, code, and place in the studio of every item in docs/course.md."""
    found = []
    for line in (ROOT / "docs" / "course.md").read_text().splitlines():
        if re.match(r"\| \d\.\d+ ", line):
            item, code, _, studio = (cell.strip() for cell in line.strip("|").split("|"))
            number, _, title = item.partition(" ")
            plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title)
            found.append((number, plain, tuple(re.findall(r"`([^`]+)`", code)), studio))
    return found


def test_every_item_is_in_learn_as_it_is_in_the_document():
    assert [(item.number, item.title, item.code, where(item)) for item in ITEMS] == rows()


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.number)
def test_every_item_is_explained_and_has_a_page(item):
    assert 40 < len(item.says) < 400
    path = item.at.partition("?")[0]
    assert path in {lesson.path for lesson in LESSONS} | ELSEWHERE
    assert path in {one.path for page in PAGES for one in (page, *page.below)} | ELSEWHERE


def test_every_lesson_shows_an_item_and_has_a_script():
    for lesson in LESSONS:
        assert any(item.at.partition("?")[0] == lesson.path for item in ITEMS), lesson.name
        assert f"L.lessons.{lesson.name} = " in (STATIC / f"{lesson.name}.js").read_text()
    scripts = {path.stem for path in STATIC.glob("*.js")} - {"kit", "window", "boxes", "glyph"}
    assert scripts == {lesson.name for lesson in LESSONS}


def test_scripts_fetch_from_the_studio_only():
    for path in STATIC.glob("*.js"):
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", path.read_text()), path.name
        assert len(path.read_text().splitlines()) <= 400, path.name
