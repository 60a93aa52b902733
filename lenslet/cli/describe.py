"""`lenslet describe`: the net as its table."""

from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import write
from lenslet.verbs.describe import describe

if TYPE_CHECKING:
    from lenslet.results.anatomy import Anatomy, Comparison


def show(found: "Anatomy | Comparison") -> None:
    """A row per layer and the totals; or two nets side by side."""
    write(str(found))


command = Command(describe, show, example="lenslet describe vgg16 --size 224 --compare resnet18")
