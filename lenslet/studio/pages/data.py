"""Data: what is wrong in the pictures and their labels, and what they look like to a net that learns."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lenslet.studio.page import Page
from lenslet.studio.parts import button, empty, panel, tag

if TYPE_CHECKING:
    from lenslet.studio.looking.look import Look
    from lenslet.studio.project import Project

__all__ = ["PAGE"]

_OFTEN = 0.4  # seconds between two looks at how far the work is


def build(project: "Project", query: Mapping[str, str]) -> None:
    """The page. The first visit looks by itself; later ones show what was found."""
    from nicegui import ui

    from lenslet.studio.looking.augmenting import Augmenting
    from lenslet.studio.looking.findings import show_balance, show_findings
    from lenslet.studio.looking.look import look_of

    look = look_of(project)
    if not look.number and project.pictures:
        look.start()
    with panel("Faults and copies", classes="data-found"):
        with tag("div", "", "row-of"):
            button("Look again", look.start)
            said = tag("p", "", "says", role="status")

        @ui.refreshable
        def found() -> None:
            if look.error:
                tag("p", look.error, "wrong")
            elif look.report is not None:
                show_findings(project, look.report)

        found()
    with panel("Balance of classes"):

        @ui.refreshable
        def balance() -> None:
            if look.number:
                show_balance(look.stats)

        balance()
    with panel("Augmentation"):
        tag("p", "What a net is shown instead of the same picture again and again. Boxes and points go along.", "says")
        names = project.pictures
        if names:
            asked = query.get("picture", "")
            Augmenting(project, asked if asked in names else names[0]).build()
        else:
            empty("No pictures yet: put some into the folder and reload this page.")
    shown = [look.number]

    def tick() -> None:
        said.set_text(_state(look))
        if shown[0] != look.number:
            shown[0] = look.number
            found.refresh()
            balance.refresh()

    tick()
    ui.timer(_OFTEN, tick)


def _state(look: "Look") -> str:
    if look.busy:
        return f"{look.doing[:1].upper()}{look.doing[1:]} ... {look.share:.0%}"
    return f"Looked at {look.at_time}." if look.number else "There is nothing to look at yet."


PAGE = Page(
    "/data",
    "Data",
    "What is wrong in your pictures and labels, how many there are of each class, and what augmentation makes of them.",
    build,
)
