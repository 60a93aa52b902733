"""`lenslet stylize`: how far the cost fell, and where the painting lies."""

from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import number, say, write
from lenslet.verbs.stylize import stylize

if TYPE_CHECKING:
    from lenslet.results import Painting, Repainted


def show(painting: "Painting | Repainted") -> None:
    """The painting in a line; without --out there is nothing to keep, and that is said."""
    from lenslet.results import Repainted  # not above: help must not wait for NumPy

    if isinstance(painting, Repainted):
        write(f"{painting}: {painting.out}")
        if painting.stopped:
            say("stopped before its end")
        return
    if not painting.costs:
        _show_kept(painting, f"{painting}: {painting.saved or 'not saved'}")
        return
    first, last = (sum(costs.values()) for costs in (painting.costs[0], painting.costs[-1]))
    _show_kept(painting, f"{painting}, cost {number(first)} -> {number(last)}: {painting.saved or 'not saved'}")
    if painting.stopped:
        say("stopped before its end; this is the picture so far")


def _show_kept(painting: "Painting", line: str) -> None:
    write(line)
    if painting.saved is None:
        say("give --out painting.png to keep the picture")


command = Command(stylize, show, example="lenslet stylize photo.jpg monet.jpg -o painting.png")
