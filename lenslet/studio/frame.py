"""What every page has around it: skip link, navigation, theme, help; and the sheet of styles."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nicegui import ui

from lenslet.studio.page import Page, Shortcut
from lenslet.studio.words import heading, tag

if TYPE_CHECKING:
    from lenslet.studio.project import Project

__all__ = ["asset", "frame"]

STATIC = Path(__file__).parent / "static"
EVERYWHERE: tuple[Shortcut, ...] = (
    ("?", "this help"),
    ("Alt+1, Alt+2, ...", "the pages, in their order"),
    ("Tab, Shift+Tab", "from control to control; the first leads past the navigation"),
)


def asset(name: str) -> str:
    """The address of a file in `static`, with a mark of its content, so that a browser never keeps an old one."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{mark}"


@contextmanager
def frame(page: Page, project: "Project") -> Iterator[None]:
    """The frame of a page; what is built within stands in its main part."""
    own = f"{page.path.strip('/')}.css"
    sheets = ["studio.css", *([own] if (STATIC / own).is_file() else [])]
    links = "".join(f'<link rel="stylesheet" href="{asset(sheet)}">' for sheet in sheets)
    ui.add_head_html(f'<script src="{asset("studio.js")}"></script>{links}')
    ui.query(".q-page").props("role=presentation")  # Quasar makes it a <main>; ours is below the navigation
    ui.query(".nicegui-content").classes("frame wide" if page.wide else "frame")
    tag("a", "To the content", "skip", href="#main")
    with tag("header", "", "top"):
        _navigation(page, project)
    with tag("main", id="main", tabindex="-1"):
        heading(page.title, level=1).classes("unseen" if page.wide else "")
        if not page.wide:
            tag("p", page.says, "says")
        yield
    _help(page)


def _navigation(page: Page, project: "Project") -> None:
    from lenslet.studio.pages import PAGES

    with tag("span", "", "home"):
        tag("b", "Lenslet")
        tag("span", project.root.name or str(project.root), "folder", title=str(project.root))
    with tag("nav", aria_label="Pages"):
        for one in PAGES:
            here = {"aria_current": "page"} if page in (one, *one.below) else {}
            tag("a", one.title, href=one.path, **here)
    with tag("span", "", "tools"):
        tag("button", "Auto", type="button", id="theme", aria_label="Theme: as the system; change")
        tag("button", "?", type="button", id="help-button", aria_label="Keys", aria_haspopup="dialog")


def _help(page: Page) -> None:
    """The dialog of shortcuts; the browser's own, which keeps the focus within and closes with Escape."""
    with tag("dialog", id="help", aria_labelledby="help-title"), tag("form", method="dialog"):
        tag("h2", "Keys", id="help-title", tabindex="-1")
        for title, keys in ((page.title, page.shortcuts), ("Everywhere", EVERYWHERE)):
            if keys:
                heading(title, level=3)
                with tag("dl"):
                    for key, what in keys:
                        with tag("dt"):
                            tag("kbd", key)
                        tag("dd", what)
        tag("button", "Close", "plain")
