"""`lenslet filter`: what was done, and where the picture lies."""

from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import say, write
from lenslet.verbs.filter import filter  # noqa: A004

if TYPE_CHECKING:
    from lenslet.results.filtered import Filtered


def show(filtered: "Filtered") -> None:
    """The kernel's numbers, and the file; without --out there is nothing to keep, and that is said."""
    for kernel in filtered.numbers:
        for row in kernel:
            write("  ".join(f"{value:7.3g}" for value in row))
        write()
    height, width = filtered.picture.shape[:2]
    shown = "the strength of the answer" if filtered.shows == "strength" else "a picture"
    write(f"{filtered.kernel} on {width} x {height} pixels, shown as {shown}: {filtered.saved or 'not saved'}")
    if filtered.saved is None:
        say("give --out edges.png to keep the picture")


command = Command(filter, show, example="lenslet filter wall.jpg --kernel sobel -o edges.png")
