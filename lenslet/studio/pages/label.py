"""Label: classes, boxes and points, drawn on the pictures of the project."""

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


PAGE = Page("/label", "Label", "Draw boxes and points, and say what each picture shows.", build)
