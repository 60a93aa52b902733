"""`lenslet stylize`: how far the cost fell, and where the painting lies."""

from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import number, say, write
from lenslet.errors import WorkError
from lenslet.verbs.stylize import stylize

if TYPE_CHECKING:
    from lenslet.results import Painting, Repainted


def show(painting: "Painting | Repainted") -> None:
    """The painting in a line; without --out there is nothing to keep, and that is said."""
    from lenslet.results import Repainted  # not above: help must not wait for NumPy

    if isinstance(painting, Repainted):
        write(f"{painting}: {painting.out}")
        return
    if not painting.costs:
        _show_kept(painting, f"{painting}: {painting.saved or 'not saved'}")
        return
    first, last = (sum(costs.values()) for costs in (painting.costs[0], painting.costs[-1]))
    _show_kept(painting, f"{painting}, cost {number(first)} -> {number(last)}: {painting.saved or 'not saved'}")


def _show_kept(painting: "Painting", line: str) -> None:
    write(line)
    if painting.saved is None:
        say("give --out painting.png to keep the picture")


def judge(painting: "Painting | Repainted") -> None:
    """Fails where somebody broke it off, though what there is was kept, and where pictures of a folder are missing.

    Raises:
        KeyboardInterrupt: stopped by Ctrl-C.
        WorkError: some pictures could not be painted.
    """
    from lenslet.results import Repainted

    if painting.stopped:
        raise KeyboardInterrupt("stopped before its end; this is what there was by then")
    if isinstance(painting, Repainted) and painting.unreadable:
        count = len(painting.unreadable)
        raise WorkError(f"{count} of {painting.count + count} pictures could not be painted")


command = Command(stylize, show, judge=judge, example="lenslet stylize photo.jpg monet.jpg -o painting.png")
