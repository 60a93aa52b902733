"""The way home of a map: from the cells of a layer to the original picture."""

import numpy as np
from jaxtyping import Float
from scipy.ndimage import map_coordinates

from lenslet.image import Frame
from lenslet.nets.features import Activation

__all__ = ["from_cells", "from_pixels"]

_MOST = 64  # cells of the longer side of what is told: finer than any map, and short enough to be written down


def from_cells(map: Float[np.ndarray, "r q"], layer: Activation, frame: Frame) -> Float[np.ndarray, "h w"]:
    """A layer's map, laid over the original picture: each cell lies in the middle of what it sees.

    Args:
        map: of the layer.
        layer: where it comes from.
        frame: of the picture.
    """
    if layer.field is None or not layer.field.high.jump or not layer.field.wide.jump:
        high, wide = frame.size
        jump = (high / map.shape[0], wide / map.shape[1])
        return _sampled(map, (jump[0] / 2, jump[1] / 2), jump, frame)
    axes = (layer.field.high, layer.field.wide)
    # a pixel reaches from its number to the next, so the middle of pixels low ... high is half a pixel further
    first = [float(axis.low + axis.high + 1) / 2 for axis in axes]
    return _sampled(map, (first[0], first[1]), (float(axes[0].jump), float(axes[1].jump)), frame)


def from_pixels(map: Float[np.ndarray, "H W"], frame: Frame) -> Float[np.ndarray, "h w"]:
    """A map with a value for each pixel of what the net sees, laid over the original picture."""
    return _sampled(map, (0.5, 0.5), (1.0, 1.0), frame)


def _sampled(
    map: Float[np.ndarray, "r q"], first: tuple[float, float], jump: tuple[float, float], frame: Frame
) -> Float[np.ndarray, "h w"]:
    """The map at the middles of a grid over the original; 0 where the net has not looked.

    Args:
        map: the values.
        first: the middle of the first cell, (y, x) in prepared pixels.
        jump: to the next one.
        frame: the way there.
    """
    height, width = frame.original
    longest = max(height, width)
    rows, columns = (max(round(side * min(_MOST, longest) / longest), 1) for side in (height, width))
    y = (np.arange(rows) + 0.5) * height / rows
    x = (np.arange(columns) + 0.5) * width / columns
    points = frame.away(np.stack(np.meshgrid(x, y), -1))
    cells = [(points[..., 1 - axis] - first[axis]) / jump[axis] for axis in (0, 1)]
    found: np.ndarray = map_coordinates(map.astype(np.float64), cells, order=1, mode="nearest")
    inside = (points >= 0).all(-1) & (points <= np.array(frame.size[::-1])).all(-1)
    return np.where(inside, found, 0.0)
