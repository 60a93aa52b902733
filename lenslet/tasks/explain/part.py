"""The part of a picture that one answer sees, cut so that the net gives the same answer on it as on the whole.

It begins at a multiple of the layer's stride, so that the windows of all layers below fall on the same pixels; and
where the answer sees beyond the border of the picture, the part ends there, too, so that the padding is the same.
"""

from typing import NamedTuple

from lenslet.nets.features import Activation
from lenslet.nets.field import Axis

__all__ = ["Part", "part_of"]


class Part(NamedTuple):
    """Pixels of the net's input, the last ones excluded, and the cell (row, column) on the map of the part alone."""

    top: int
    bottom: int
    left: int
    right: int
    cell: tuple[int, int]


def part_of(layer: Activation, cell: tuple[int, int], size: tuple[int, int]) -> Part:
    """The smallest such part; all parts of a layer are of one size. The whole where the field is not known.

    Args:
        layer: whose answer it is.
        cell: (row, column) on its map.
        size: (height, width) of the net's input, pixels.
    """
    field = layer.field
    if field is None:
        return Part(0, size[0], 0, size[1], cell)
    top, high, row = _along(field.high, cell[0], size[0])
    left, wide, column = _along(field.wide, cell[1], size[1])
    return Part(top, top + high, left, left + wide, (row, column))


def _along(axis: Axis, cell: int, length: int) -> tuple[int, int, int]:
    """Where the part begins along an axis, how long it is, and the cell on it."""
    if axis.jump.denominator != 1 or axis.jump < 1:
        return 0, length, cell
    jump = int(axis.jump)
    needed = min(axis.size + jump, length)
    free = (length - needed) // jump * jump  # the part may begin at 0, jump, ... free
    begins = int(axis.low + cell * axis.jump) // jump * jump
    start = min(max(begins, 0), free)
    return start, length - free, cell - start // jump
