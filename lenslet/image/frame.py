"""The way from a prepared picture home to the original."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Num

from lenslet.errors import CallError


@dataclass(frozen=True)
class Frame:
    """Where an original picture lies in the prepared one: prepared = original x scale + offset, on each axis.

    Coordinates count from the upper left corner of the upper left pixel, so that a picture w wide reaches from 0 to w.

    Args:
        original: (height, width) of the original, pixels.
        size: (height, width) of the prepared picture, pixels.
        scale: (vertical, horizontal), prepared pixels to one original pixel.
        offset: (down, right), where the original's corner comes to lie, prepared pixels; negative when cropped.
    """

    original: tuple[int, int]
    size: tuple[int, int]
    scale: tuple[float, float]
    offset: tuple[float, float]

    def __post_init__(self) -> None:
        if min(*self.original, *self.size) < 1:
            raise CallError(f"a picture has at least one pixel, not {self.original} to {self.size} (height, width)")
        if not (min(self.scale) > 0 and all(map(math.isfinite, (*self.scale, *self.offset)))):
            raise CallError(f"a scale is above 0 and an offset finite, not {self.scale} and {self.offset}")

    def away(self, points: Num[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Points (x, y) of the original -> of the prepared picture, pixels."""
        prepared: np.ndarray = points * np.array(self.scale[::-1]) + np.array(self.offset[::-1])
        return prepared

    def home(self, points: Num[np.ndarray, "*n 2"], *, clip: bool = False) -> Float[np.ndarray, "*n 2"]:
        """Points (x, y) of the prepared picture -> of the original, pixels; clipped to its edges if asked."""
        original = (points - np.array(self.offset[::-1])) / np.array(self.scale[::-1])
        return self.clip(original) if clip else original

    def away_boxes(self, boxes: Num[np.ndarray, "*n 4"]) -> Float[np.ndarray, "*n 4"]:
        """Boxes (corners x1 y1 x2 y2) of the original -> of the prepared picture, pixels."""
        return self.away(boxes.reshape(*boxes.shape[:-1], 2, 2)).reshape(boxes.shape)

    def home_boxes(self, boxes: Num[np.ndarray, "*n 4"], *, clip: bool = False) -> Float[np.ndarray, "*n 4"]:
        """Boxes (corners x1 y1 x2 y2) of the prepared picture -> of the original, pixels."""
        return self.home(boxes.reshape(*boxes.shape[:-1], 2, 2), clip=clip).reshape(boxes.shape)

    def clip(self, points: Num[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Points (x, y) of the original, moved onto it where they lie outside."""
        return np.clip(np.asarray(points, np.float64), 0.0, np.array(self.original[::-1], np.float64))
