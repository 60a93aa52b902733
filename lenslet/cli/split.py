"""`lenslet data split`: how many pictures went where."""

from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import say, table, write
from lenslet.verbs.split import split

if TYPE_CHECKING:
    from lenslet.results import DataSplit


def show(made: "DataSplit") -> None:
    """A row for each class; where it lies; what was left out goes to stderr."""
    names = list(made.parts)
    labels = list(dict.fromkeys(label for classes in made.parts.values() for label in classes))
    rows = [[label, *(made.parts[name].get(label, 0) for name in names)] for label in sorted(labels)]
    table("", ["class", *names], [*rows, ["all", *made.counts.values()]])
    if made.together:
        write(f"{made.together:,} groups of copies kept together")
    what = {"link": "hard links in", "copy": "copies in", "table": "table"}[made.how]
    write(f"{what} {made.out}")
    for _, why in made.skipped:
        say(f"left out: {why}")
    for note in made.notes:
        say(note)


command = Command(split, show, group="data", example="lenslet data split flowers/ --out flowers-split --share 0.2")
