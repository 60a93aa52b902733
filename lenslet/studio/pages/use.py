"""Use: what models say of pictures, who is on them, and pictures painted anew."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nicegui import ui

from lenslet.studio.frame import asset
from lenslet.studio.page import Page
from lenslet.studio.parts import tag

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["PAGE"]

_SCRIPTS = ("parts", "tray", "camera", "pictures", "faces", "style", "page")


def build(project: "Project", query: Mapping[str, str]) -> None:  # noqa: ARG001 - the scripts ask for what they show
    """The page: one element, which its scripts fill; they read the address's `model`, `picture` and `tab`."""
    ui.add_head_html("".join(f'<script defer src="{asset(f"use/{name}.js")}"></script>' for name in _SCRIPTS))
    tag("div", id="use")


def routes(router: "APIRouter", project: "Project") -> None:
    """What the scripts fetch."""
    from lenslet.studio.using import asking, explaining, painting, people
    from lenslet.studio.using.answers import Answers
    from lenslet.studio.using.shelf import Shelf
    from lenslet.studio.using.sources import Sources
    from lenslet.studio.using.tray import Tray

    tray = Tray()
    sources = Sources(project, tray)
    shelf = Shelf(project)
    answers = Answers(shelf, sources)
    asking.routes(router, tray, answers)
    explaining.routes(router, answers)
    people.routes(router, answers)
    painting.routes(router, painting.Easel(sources), shelf)

    @router.get("/use/project")
    def names(like: str = "", most: int = 60) -> dict[str, object]:
        wanted = like.casefold()
        found = [name for name in project.pictures if wanted in name.casefold()]
        return {"names": found[:most], "found": len(found), "of": len(project.pictures)}


PAGE = Page(
    "/use",
    "Use",
    "Lay pictures here and let a model answer; know people by their faces; paint a photo in another style. "
    "Nothing leaves this computer.",
    build,
    routes=routes,
    shortcuts=(
        ("Left, Right", "the picture before, the next one"),
        ("O", "choose pictures from this computer"),
        ("Ctrl+V", "paste a picture"),
        ("Delete", "take the chosen picture off the page"),
    ),
)
