"""A lesson: a page below Learn, with its stage, its items of the course, and the way to its neighbours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nicegui import ui

from lenslet.studio.frame import asset
from lenslet.studio.learning.course import ITEMS, Item, anchor
from lenslet.studio.page import Page, Shortcut
from lenslet.studio.words import heading, tag

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["HOME", "Lesson", "course_link", "items_of", "page_of", "sheet"]

HOME = "/learn"


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Args:
        name: of its address below `/learn/`, and of its script in `static/learn`.
        title: of the page.
        says: what there is to try, in a sentence or two.
        week: of the course.
        routes: what its script fetches below `/api/learn/`.
        shortcuts: its keys.
    """

    name: str
    title: str
    says: str
    week: int
    routes: "Callable[[APIRouter, Project], None] | None" = None
    shortcuts: tuple[Shortcut, ...] = ()

    @property
    def path(self) -> str:
        """Its address."""
        return f"{HOME}/{self.name}"


def items_of(path: str) -> list[Item]:
    """The items of the course that live at an address, whatever it is asked for."""
    return [item for item in ITEMS if item.at.partition("?")[0] == path]


def course_link(item: Item) -> None:
    """An item's number, as a link to its row of the map."""
    tag("a", item.number, "learn-number", href=f"{HOME}/course#{anchor(item)}", aria_label=f"course item {item.number}")


def sheet() -> None:
    """The styles of Learn."""
    ui.add_head_html(f'<link rel="stylesheet" href="{asset("learn.css")}">')


def page_of(lesson: Lesson, lessons: "tuple[Lesson, ...]") -> Page:
    """The page of a lesson."""

    def build(project: "Project", query: Mapping[str, str]) -> None:  # noqa: ARG001  the script reads the address
        sheet()
        for script in (
            "learn/kit.js",
            "learn/window.js",
            "learn/boxes.js",
            "learn/glyph.js",
            f"learn/{lesson.name}.js",
        ):
            ui.add_head_html(f'<script defer src="{asset(script)}"></script>')
        tag("div", "", "learn-stage", id="learn-stage", data_lesson=lesson.name)
        _in_the_course(lesson)
        _neighbours(lesson, lessons)

    return Page(lesson.path, lesson.title, lesson.says, build, shortcuts=lesson.shortcuts)


def _in_the_course(lesson: Lesson) -> None:
    """What the course says here, and the code that does it."""
    with tag("section", "", "learn-items", aria_label="In the course"):
        heading("In the course")
        with tag("div", "", "learn-items-list"):
            for item in items_of(lesson.path):
                with tag("article", "", "learn-item"):
                    with tag("h3"):
                        course_link(item)
                        tag("span", item.title)
                    tag("p", item.says)
                    with tag("p", "", "learn-code"):
                        for name in item.code:
                            tag("code", name)


def _neighbours(lesson: Lesson, lessons: "tuple[Lesson, ...]") -> None:
    here = lessons.index(lesson)
    with tag("nav", "", "learn-neighbours", aria_label="Lessons"):
        if here:
            tag("a", f"← {lessons[here - 1].title}", href=lessons[here - 1].path)
        tag("a", "All lessons", href=HOME)
        if here + 1 < len(lessons):
            tag("a", f"{lessons[here + 1].title} →", href=lessons[here + 1].path)
