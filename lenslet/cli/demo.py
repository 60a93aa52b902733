"""`lenslet demo`: what was done, and the page to open."""

from lenslet.cli.command import Command
from lenslet.cli.output import write
from lenslet.verbs.demo import Demo, demo


def show(done: Demo) -> None:
    """A line per chapter, the time, the report."""
    for line in done.said:
        write(line)
    write(f"{done.seconds:.0f} s in all; open {done.report}")


command = Command(demo, show, example="lenslet demo -o demo-out")
