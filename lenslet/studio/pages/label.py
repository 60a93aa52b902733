"""Label: classes, boxes and points, drawn on the pictures of the project."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lenslet.studio.labelling.api import routes
from lenslet.studio.page import Page

if TYPE_CHECKING:
    from lenslet.studio.project import Project

__all__ = ["PAGE"]

SHORTCUTS = (
    ("1 to 9", "the class: of what is chosen, and of what is drawn next; or of the whole picture"),
    ("B", "a new box in the middle"),
    ("Arrows", "move what is chosen; with Shift ten pixels, with Alt its lower right corner"),
    (", and .", "choose the one before, the next"),
    ("Delete", "take away what is chosen"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
    ("Page up, Page down", "picture before, next picture; arrows, too, where nothing is chosen"),
    ("U", "the next picture that is not labelled"),
    ("A or Enter, Shift+A", "accept a suggestion, all of them"),
    ("G", "show or hide suggestions"),
    ("C", "copy the labels of the picture before"),
    ("E", "the picture shows nothing of all this"),
    ("D", "what is chosen is difficult to see"),
    ("H", "the chosen point is hidden"),
    ("N", "name a new class"),
    ("F, +, -", "the whole picture, closer, farther; the wheel, too; with Space held, drag it"),
    ("Escape", "choose nothing"),
)


def build(project: "Project", query: Mapping[str, str]) -> None:  # noqa: ARG001 - the browser reads ?picture= itself
    """The page."""
    from lenslet.studio.labelling.editor import Editor

    Editor(project)


PAGE = Page(
    "/label", "Label", "Draw boxes and points, and say what each picture shows.", build, routes, SHORTCUTS, wide=True
)
