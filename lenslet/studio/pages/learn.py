"""Learn: the lessons, and the map of the course."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lenslet.studio.learning import convolving, costs, overlapping, photos, pooling
from lenslet.studio.learning.course import ITEMS, WEEKS, anchor
from lenslet.studio.learning.lesson import HOME, Lesson, items_of, page_of, sheet
from lenslet.studio.page import Page
from lenslet.studio.words import heading, tag

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["LESSONS", "PAGE"]

_MOVE = (("Arrow keys", "move the window, when the output has the focus"), ("Shift+arrow keys", "ten places at once"))
_BOXES = (
    ("Tab", "from box to box"),
    ("Arrow keys", "move the box that has the focus"),
    ("Shift+arrow keys", "resize it"),
)

LESSONS: tuple[Lesson, ...] = (
    Lesson(
        "convolution",
        "Convolution",
        "A kernel slides over a picture, and writes down one sum after the other. Change its numbers and see.",
        1,
        convolving.routes,
        _MOVE,
    ),
    Lesson(
        "pooling",
        "Pooling",
        "Each window becomes one number: its largest, or its mean.",
        1,
        pooling.routes,
        _MOVE,
    ),
    Lesson(
        "costs",
        "Sizes and costs",
        "Any net, layer by layer: shapes, parameters, multiplies, what each layer sees, and where the cost is.",
        2,
        costs.routes,
    ),
    Lesson(
        "overlap",
        "Intersection over union",
        "Two boxes, and one number that says how well they agree. Drag them.",
        3,
        overlapping.routes,
        _BOXES,
    ),
    Lesson(
        "suppression",
        "Non-max suppression",
        "Many boxes for one thing: keep the best, drop what overlaps it, and again.",
        3,
        shortcuts=_BOXES,
    ),
)


def build(project: "Project", query: Mapping[str, str]) -> None:  # noqa: ARG001
    """The lessons, week by week."""
    sheet()
    for week, name in WEEKS.items():
        heading(f"Week {week}: {name[0].lower()}{name[1:]}")
        with tag("div", "", "learn-cards"):
            for lesson in LESSONS:
                if lesson.week == week:
                    with tag("a", "", "learn-card", href=lesson.path):
                        tag("b", lesson.title)
                        tag("span", lesson.says)
                        tag("span", ", ".join(item.number for item in items_of(lesson.path)), "covers")
    with tag("p"):
        tag("a", "The map of the course", href=f"{HOME}/course")
        tag("span", ": every item, the code that does it, and where in the studio it lives.")


def course(project: "Project", query: Mapping[str, str]) -> None:  # noqa: ARG001
    """The map: a row an item."""
    sheet()
    for week, name in WEEKS.items():
        heading(f"Week {week}: {name[0].lower()}{name[1:]}")
        with tag("table", "", "plain learn-map"), tag("tbody"):
            for item in ITEMS:
                if item.week != week:
                    continue
                with tag("tr", id=anchor(item)):
                    with tag("td"):
                        tag("span", item.number, "learn-number")
                    with tag("td"):
                        tag("b", item.title)
                        tag("p", item.says, "learn-soft")
                    with tag("td"), tag("div", "", "learn-code"):
                        for code in item.code:
                            tag("code", code)
                    with tag("td"):
                        _way(item.at)


def _way(at: str) -> None:
    """A link to where an item lives, named as its page is."""
    from lenslet.studio.pages import PAGES

    path = at.partition("?")[0]
    titles = {page.path: page.title for top in PAGES for page in (top, *top.below)}
    if path in titles:
        tag("a", titles[path], href=at)
    else:
        tag("span", path.strip("/").title())


def routes(router: "APIRouter", project: "Project") -> None:
    """What all lessons fetch."""
    photos.routes(router, project)
    for lesson in LESSONS:
        if lesson.routes is not None:
            lesson.routes(router, project)


PAGE = Page(
    HOME,
    "Learn",
    "The course as things to touch: change a number and see what follows. All is computed here, by the code that trains.",
    build,
    routes,
    below=(
        *(page_of(lesson, LESSONS) for lesson in LESSONS),
        Page(
            f"{HOME}/course", "The map of the course", "Every item, the code that does it, and where it lives.", course
        ),
    ),
)
