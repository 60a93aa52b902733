"""Learn: the lessons, and the map of the course."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lenslet.studio.learning import (
    bottlenecks,
    convolving,
    costs,
    going_back,
    gridding,
    likening,
    overlapping,
    photos,
    pointing,
    pooling,
    residual,
    seeing,
    stacking,
    styling,
)
from lenslet.studio.learning.course import ITEMS, WEEKS, Item, anchor
from lenslet.studio.learning.lesson import HOME, Lesson, items_of, page_of, sheet
from lenslet.studio.page import Page
from lenslet.studio.words import heading, tag

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["LESSONS", "PAGE", "where"]

_MOVE = (("Arrow keys", "move the window, when the output has the focus"), ("Shift+arrow keys", "ten places at once"))
_BOXES = (
    ("Tab", "from box to box"),
    ("Arrow keys", "move the box that has the focus"),
    ("Shift+arrow keys", "resize it"),
)
_POINTS = (("Tab", "from point to point"), ("Arrow keys", "move it"), ("Shift+arrow keys", "ten times as far"))

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
        "volumes",
        "Volumes and layers",
        "A filter looks at all channels at once; each filter makes a map. What a layer is, and what it costs.",
        1,
        stacking.routes,
    ),
    Lesson("pooling", "Pooling", "Each window becomes one number: its largest, or its mean.", 1, pooling.routes, _MOVE),
    Lesson(
        "backward",
        "The way back",
        "From the slope at the output to the slopes of the kernel and of the input, number by number.",
        1,
        going_back.routes,
    ),
    Lesson(
        "costs",
        "Sizes and costs",
        "Any net, layer by layer: shapes, parameters, multiplies, what each layer sees, and where the cost is.",
        2,
        costs.routes,
    ),
    Lesson(
        "residual",
        "Plain against residual",
        "Two nets of one depth learn side by side, while you watch; and why the blocks with sums can.",
        2,
        residual.routes,
    ),
    Lesson(
        "bottleneck",
        "1 × 1 and inception",
        "A 1 × 1 convolution shrinks the channels first: how much that saves, and the block that rests on it.",
        2,
        bottlenecks.routes,
    ),
    Lesson(
        "grid",
        "Grid and anchors",
        "Which cell owns a box, which anchor fits it, and the y that a net learns. Drag the boxes.",
        3,
        gridding.routes,
        _BOXES,
    ),
    Lesson(
        "landmarks",
        "Landmarks",
        "Numbered points instead of a box; how far an answer is; and what the mirror does.",
        3,
        pointing.routes,
        _POINTS,
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
    Lesson(
        "likeness",
        "Who is who",
        "One picture of each, a threshold, and nothing to train: verify, recognise, or say that it is nobody known.",
        4,
        likening.routes,
    ),
    Lesson(
        "triplet",
        "Triplets",
        "An anchor, a positive and a negative: draw three characters, and see what they cost.",
        4,
    ),
    Lesson(
        "units",
        "What nets learn",
        "What the units of a trained net answer to, from the first layer to the last.",
        4,
        seeing.routes,
    ),
    Lesson(
        "style",
        "Style and content",
        "Style matrices of two pictures, and how far a third is from the content of one and the style of the other.",
        4,
        styling.routes,
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
            _elsewhere(week)
    with tag("p"):
        tag("a", "The map of the course", href=f"{HOME}/course")
        tag("span", ": every item, the code that does it, and where in the studio it lives.")


def _elsewhere(week: int) -> None:
    """What of a week lives on other pages of the studio: a card for each of those pages."""
    from lenslet.studio.pages import PAGES

    for page in PAGES:
        items = [item for item in items_of(page.path) if item.week == week]
        if items:
            with tag("a", "", "learn-card elsewhere", href=page.path):
                tag("b", page.title)
                tag("span", "; ".join(item.title for item in items) + ".")
                tag("span", ", ".join(item.number for item in items), "covers")


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
                        _way(item)


def _way(item: Item) -> None:
    """A link to where an item lives, named as its page is."""
    from lenslet.studio.pages import PAGES

    known = {one.path for page in PAGES for one in (page, *page.below)}
    if item.at.partition("?")[0] in known:
        tag("a", where(item), href=item.at)
    else:
        tag("span", where(item))


def where(item: Item) -> str:
    """Where an item lives, in words: "Learn, Convolution", or another page by its name."""
    path = item.at.partition("?")[0]
    titles = {lesson.path: f"Learn, {lesson.title}" for lesson in LESSONS}
    return titles.get(path, path.strip("/").capitalize())


def routes(router: "APIRouter", project: "Project") -> None:
    """What all lessons fetch."""
    photos.routes(router, project)
    for lesson in LESSONS:
        if lesson.routes is not None:
            lesson.routes(router, project)


PAGE = Page(
    HOME,
    "Learn",
    "The course as things to touch: change a number, and see what follows. It is computed by the code that trains.",
    build,
    routes,
    below=(
        *(page_of(lesson, LESSONS) for lesson in LESSONS),
        Page(
            f"{HOME}/course", "The map of the course", "Every item, the code that does it, and where it lives.", course
        ),
    ),
)
