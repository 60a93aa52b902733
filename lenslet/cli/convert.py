"""`lenslet data convert`: what was written, and what could not be."""

from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import say, table, write
from lenslet.verbs.convert import convert

if TYPE_CHECKING:
    from lenslet.results import Conversion


def show(made: "Conversion") -> None:
    """A row for each class; where it lies; what was lost or wrong goes to stderr."""
    table("", ["class", "boxes"], [[name, count] for name, count in made.boxes.items()])
    parts = ", ".join(f"{count:,} {name}" for name, count in made.pictures.items())
    how = "hard links" if made.linked else "copies"
    write(f"{parts} pictures ({how}), {made.form} -> {made.to}, in {made.out}")
    for what, count in made.lost.items():
        say(f"{made.to} cannot carry {what}: lost in {count:,} pictures")
    for sentence in (*made.faults, *made.notes):
        say(sentence)


command = Command(convert, show, group="data", example="lenslet data convert cells/ --to coco --out cells-coco")
