"""Parts that pages are made of: buttons, panels, sentences, pictures; and work that does not hold up a page."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import quote

from nicegui import run, ui

from lenslet.errors import LensletError
from lenslet.studio.words import heading, tag

__all__ = ["button", "chosen", "empty", "heading", "link", "panel", "picture_url", "tag", "told", "work"]


@contextmanager
def panel(title: str = "", *, classes: str = "") -> Iterator[ui.element]:
    """A framed part of a page with its heading."""
    with tag("section", "", f"panel {classes}") as made:
        if title:
            heading(title)
        yield made


def button(
    text: str,
    on_click: Callable[..., Any] | None = None,
    *,
    kind: Literal["main", "plain", "danger"] = "plain",
    says: str = "",
) -> ui.element:
    """A button: `main` is what one probably wants next, `danger` destroys something; `says` explains it on hovering."""
    made = tag("button", text, kind, type="button", **({"title": says} if says else {}))
    if on_click is not None:
        made.on("click", on_click)
    return made


def link(text: str, href: str) -> ui.element:
    """A link to another page."""
    return tag("a", text, href=href)


def chosen(
    label: str, options: dict[str, str] | list[str], value: str | None, on_change: Callable[..., Any]
) -> ui.select:
    """A choice among names, with its label."""
    return ui.select(options, value=value, label=label, on_change=on_change).props("outlined dense").classes("choice")


def empty(sentence: str) -> None:
    """What is said where there is nothing to show yet, and what to do about it."""
    tag("p", sentence, "empty")


def picture_url(name: str, *, thumb: bool = False) -> str:
    """Where a picture of the project is fetched from; `thumb`: at most 240 pixels a side."""
    return f"/api/{'thumb' if thumb else 'picture'}/{quote(name)}"


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong within is told on the page, in its own sentence, and not raised."""
    try:
        yield
    except LensletError as error:
        ui.notify(" ".join(str(error).split()), type="negative", multi_line=True, close_button="Close", timeout=0)


async def work(doing: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """A verb's work in a thread, so that the page answers meanwhile; errors are raised as the verb's.

    For long training there are processes; this is for what takes seconds.
    """
    waited: Awaitable[Any] = run.io_bound(doing, *arguments, **named)
    return await waited
