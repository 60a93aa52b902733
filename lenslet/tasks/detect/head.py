"""What a head must be able to do, and which there are: with anchors as in the course, and without."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor

from lenslet.errors import CallError
from lenslet.nets import Argus
from lenslet.tasks.detect.anchors import Anchors
from lenslet.tasks.detect.points import Points

HEADS = ("points", "anchors")


@runtime_checkable
class Head(Protocol):
    """What the raw maps of a net mean."""

    classes: int
    strides: tuple[int, ...]
    box_outputs: int
    """Numbers a cell and anchor that say where; the classes come behind all of them."""
    per_cell: int
    """Boxes a cell."""

    def begin(self, net: Argus) -> None:
        """Set the first biases of a net for this head."""

    def decode(self, maps: tuple[Tensor, ...]) -> tuple[Float[Tensor, "n p 4"], Float[Tensor, "n p c"]]:
        """Corners in pixels of the net's input, and probabilities of the classes, of every box that a cell may say."""

    def loss(self, maps: tuple[Tensor, ...], truth: Float[Tensor, "n m 5"]) -> dict[str, Tensor]:
        """Parts of the loss; truth is class and corners, pixels of the net's input, class -1 where there is none."""

    def to_dict(self) -> dict[str, Any]:
        """For the card; the inverse of `head_of`."""


def head_of(plain: Mapping[str, Any], classes: int) -> Head:
    """Read what `to_dict` of a head wrote; a card may hold anything.

    Raises:
        CallError: it is no head that this version knows.
    """
    kind = plain.get("kind")
    if kind == "points":
        return Points.from_dict(plain, classes)
    if kind == "anchors":
        return Anchors.from_dict(plain, classes)
    raise CallError(f"a head is one of {', '.join(HEADS)}, not {kind!r:.40}")
