"""What a page of the studio is: a path, a name, and what builds it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["Page", "Shortcut"]

Shortcut = tuple[str, str]
"""Keys as a person reads them ("Ctrl+Z"), and what they do."""


@dataclass(frozen=True)
class Page:
    """One page.

    Args:
        path: of its address.
        title: in the navigation and on the tab.
        says: one sentence on what it is for, below its heading.
        build: makes its content, within the frame; gets the project and the address's query (`?picture=a.jpg`).
            It may be a coroutine.
        routes: adds what the page fetches beside (`/api/...`) to a router, once; None where there is nothing.
        shortcuts: keys of this page, for the help that `?` opens.
        wide: the content takes the whole window, without heading and margins.
        below: further pages that this one leads to; they are not in the navigation, which marks this one on them.
    """

    path: str
    title: str
    says: str
    build: "Callable[[Project, Mapping[str, str]], Awaitable[None] | None]"
    routes: "Callable[[APIRouter, Project], None] | None" = None
    shortcuts: tuple[Shortcut, ...] = ()
    wide: bool = False
    below: "tuple[Page, ...]" = ()
