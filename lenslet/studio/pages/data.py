"""Data: what is wrong in the pictures and their labels, and what they look like to a net that learns."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lenslet.studio.page import Page
from lenslet.studio.parts import empty

if TYPE_CHECKING:
    from lenslet.studio.project import Project

__all__ = ["PAGE"]


def build(project: "Project", query: Mapping[str, str]) -> None:  # noqa: ARG001
    """The page."""
    empty("Not built yet.")


PAGE = Page(
    "/data",
    "Data",
    "What is wrong in your pictures and labels, how many there are of each class, and what augmentation makes of them.",
    build,
)
