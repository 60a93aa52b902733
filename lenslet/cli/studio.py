"""`lenslet studio`: the door to the other door; where its pages are goes to stderr."""

from pathlib import Path
from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import say, write
from lenslet.studio.opening import opened, studio

if TYPE_CHECKING:
    from lenslet.studio.opening import Visit


def call(*, folder: Path, port: int | None, browser: bool) -> "Visit":
    """Serve until stopped."""
    return opened(folder, port=port, browser=browser, tell=say)


def show(visit: "Visit") -> None:
    """That it is over, and where everything lies."""
    write(f"closed; everything is in {visit.folder}")


command = Command(studio, show, call=call, example="lenslet studio cells/")
