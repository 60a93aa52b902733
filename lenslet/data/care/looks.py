"""Numbers that say what a picture looks like, without a net: where its edges run, and its colours.

They tell classes apart well enough to notice a picture among strangers; features of a trained net do it better, and
stand beside these where there is one.
"""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, UInt8

from lenslet.image import resize

_SIDE, _CELLS, _TURNS = 64, 8, 9  # pixels, cells a side, directions of an edge from 0 to 180 degrees
_PLACES = 4  # a side, whose mean colours are taken
_SHADES = 4  # a channel, of the histogram

LENGTH = _CELLS * _CELLS * _TURNS + 3 * _PLACES**2 + _SHADES**3


@runtime_checkable
class Describer(Protocol):
    """What turns pictures into numbers that tell classes apart: a net's features, for instance."""

    @property
    def at_least(self) -> tuple[int, int]:
        """(height, width) in pixels that are enough of a picture, see `open_image`."""

    def prepare(self, picture: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "H W C"]:
        """Bring a picture to size; called in many threads at once."""

    def describe(self, prepared: UInt8[np.ndarray, "n H W C"]) -> Float32[np.ndarray, "n d"]:
        """The numbers, a row a picture."""


def looks(picture: UInt8[np.ndarray, "h w 3"]) -> Float32[np.ndarray, " d"]:
    """Edges and colours of a picture.

    Edges: in each of 8 x 8 cells, how strong they run in each of 9 directions, against what there is around that cell
    (so that light does not matter). Colours: the means of 4 x 4 places, and square roots of the shares of 64 shades.

    Source: Dalal & Triggs 2005, histograms of oriented gradients; each cell normalised once, by its 3 x 3 neighbours.
    """
    small = resize(picture, (_SIDE, _SIDE))
    places = small.reshape(_PLACES, _SIDE // _PLACES, _PLACES, _SIDE // _PLACES, 3).mean((1, 3)).ravel() / 255
    shade = (small // (256 // _SHADES)).astype(np.int64)
    number = (shade[..., 0] * _SHADES + shade[..., 1]) * _SHADES + shade[..., 2]
    shades = np.sqrt(np.bincount(number.ravel(), minlength=_SHADES**3) / _SIDE**2)
    return np.concatenate([_edges(small).ravel(), 2 * places, 2 * shades]).astype(np.float32)


def _edges(small: UInt8[np.ndarray, "64 64 3"]) -> Float32[np.ndarray, "8 8 9"]:
    light = np.sqrt(small.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32))
    down, across = np.gradient(light)
    strength = np.hypot(across, down) * 2
    turn = np.arctan2(down, across) % np.pi * (_TURNS / np.pi)
    low = np.floor(turn).astype(np.int64) % _TURNS
    rest = turn - np.floor(turn)
    place = np.arange(_SIDE) // (_SIDE // _CELLS)
    cell = (place[:, None] * _CELLS + place) * _TURNS
    size = _CELLS * _CELLS * _TURNS
    # an edge between two directions counts for both, in proportion
    found = np.bincount((cell + low).ravel(), (strength * (1 - rest)).ravel(), size)
    found += np.bincount((cell + (low + 1) % _TURNS).ravel(), (strength * rest).ravel(), size)
    cells = found.reshape(_CELLS, _CELLS, _TURNS)
    energy = np.pad((cells**2).sum(2), 1, mode="edge")
    around = sum(energy[i : i + _CELLS, j : j + _CELLS] for i in range(3) for j in range(3))
    edges: Float32[np.ndarray, "8 8 9"] = np.minimum(cells / np.sqrt(around + 1)[..., None], 0.4).astype(np.float32)
    return 4 * edges
