"""The drawing place as a component of NiceGUI: a name, its module, and what it is to know at the start."""

import hashlib
from typing import TYPE_CHECKING, Any

from nicegui.element import Element

from lenslet.draw.colours import PALETTE

if TYPE_CHECKING:
    from lenslet.studio.project import Project

__all__ = ["Editor"]


class Editor(Element, component="../static/label/component.js"):
    """All of the page Label below the navigation. It talks to `/api/label/...` itself, so that nothing drawn waits
    for a socket, and keeps working while the server is away."""

    def __init__(self, project: "Project") -> None:
        super().__init__()
        mark = hashlib.sha256(str(project.root).encode()).hexdigest()[:12]
        options: dict[str, Any] = {
            "project": mark,  # drafts of two projects that were at the same port must not mix
            "folder": str(project.root),
            "kind": project.kind,
            "colours": [f"rgb({red} {green} {blue})" for red, green, blue in PALETTE],
        }
        self.props["module"] = "/static/label/main.js"
        self.props["options"] = options
