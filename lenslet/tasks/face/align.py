"""A face brought upright, to one size and one place, by its points: then faces can be compared pixel by pixel.

The map is a similarity: shift, turn, one scale, no mirror. It is the one that brings the points nearest to those of a
template, in the sense of least squares. The picture is read through it once.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from jaxtyping import Float, Num, UInt8
from PIL import Image
from scipy.ndimage import map_coordinates

from lenslet.errors import CallError, ShapeError

__all__ = ["SIDE", "TEMPLATE", "Aligned", "Similarity", "aligned", "five", "similarity"]

Number = int | float

SIDE = 112
"""Of the square that `TEMPLATE` is for, pixels."""

TEMPLATE = ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))
"""Eyes, tip of the nose, corners of the mouth, the left in the picture first: ArcFace's (Deng et al. 2019), so that
embedders from elsewhere, which mostly learned from faces in these places, can be used."""

_EYES, _NOSE, _MOUTH = (slice(36, 42), slice(42, 48)), 30, (48, 54)  # of the 68 points
_MOST = 6  # readings a pixel and axis; what is larger still is made smaller by whole steps first
_APART = 1e-9  # pixels squared


@dataclass(frozen=True)
class Similarity:
    """new = scale x turned(old) + shift.

    Args:
        matrix: 2 x 3, the last column being the shift; x y, pixels.
    """

    matrix: Float[np.ndarray, "2 3"]

    @property
    def scale(self) -> float:
        """New pixels to an old one."""
        return float(np.hypot(*self.matrix[:, 0]))

    @property
    def angle(self) -> float:
        """How far it turns, degrees, clockwise as one sees it, since y points down."""
        return float(np.rad2deg(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))

    @property
    def inverse(self) -> "Similarity":
        """The way back."""
        turn = np.linalg.inv(self.matrix[:, :2])
        return Similarity(np.column_stack([turn, -turn @ self.matrix[:, 2]]))

    def __call__(self, points: Num[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Old places x y -> new ones."""
        moved: np.ndarray = np.asarray(points, np.float64) @ self.matrix[:, :2].T + self.matrix[:, 2]
        return moved


@dataclass(frozen=True, eq=False)
class Aligned:
    """A face, upright, and the way home.

    Args:
        pixels: of the crop.
        way: places in the original -> places in the crop.
    """

    pixels: UInt8[np.ndarray, "h w 3"]
    way: Similarity

    def away(self, points: Num[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Points x y of the original -> of the crop, pixels."""
        return self.way(points)

    def home(self, points: Num[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Points x y of the crop -> of the original, pixels."""
        return self.way.inverse(points)


def five(points: Num[np.ndarray, "k 2"]) -> Float[np.ndarray, "5 2"]:
    """Eyes, tip of the nose and corners of the mouth of 68 points (iBUG's order); five stay as they are.

    Raises:
        ShapeError: neither 5 nor 68.
    """
    places = np.asarray(points, np.float64)
    if places.shape == (5, 2):
        return places
    if places.shape != (68, 2):
        raise ShapeError(f"points of shape {places.shape}: a face is aligned by (5, 2) or (68, 2), x y in pixels")
    eyes = [places[eye][np.isfinite(places[eye]).all(1)] for eye in _EYES]
    middles = [eye.mean(0) if len(eye) else np.full(2, np.nan) for eye in eyes]
    return np.array([*middles, places[_NOSE], *places[list(_MOUTH)]])


def similarity(points: Num[np.ndarray, "k 2"], template: Num[np.ndarray, "k 2"]) -> Similarity:
    """The similarity that brings points nearest to a template; those whose place is not known (NaN) do not count.

    Raises:
        ShapeError: not as many points as the template has.
        CallError: fewer than two points are known, or all lie in one place.

    Source: Umeyama 1991, equations 40 to 42. In the plane, points are complex numbers, a similarity is z -> a z + b,
    and least squares are one division: a mirror never comes out, which Umeyama's sign takes care of in space.
    """
    if points.shape != template.shape or points.ndim != 2 or points.shape[1] != 2:
        raise ShapeError(f"points of shape {points.shape} cannot be brought to a template of shape {template.shape}")
    old, new = (np.asarray(places, np.float64) @ np.array([1, 1j]) for places in (points, template))
    known = np.isfinite(old) & np.isfinite(new)
    if known.sum() < 2:
        raise CallError(f"a face is aligned by two points at least, and of these {known.sum()} are known")
    middle, target = old[known].mean(), new[known].mean()
    arms, wanted = old[known] - middle, new[known] - target
    length = float((np.abs(arms) ** 2).sum())
    if length < _APART:
        raise CallError("all points of this face lie in one place, by which nothing can be aligned")
    a = (arms.conj() * wanted).sum() / length
    if abs(a) < _APART:
        raise CallError("these points are nothing like a face's: no turn brings them nearer to the template")
    b = target - a * middle
    return Similarity(np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]]))


def aligned(
    picture: UInt8[np.ndarray, "h w 3"],
    points: Num[np.ndarray, "k 2"],
    *,
    size: tuple[int, int] = (SIDE, SIDE),
    template: Num[np.ndarray, "5 2"] | None = None,
) -> Aligned:
    """A face cut out upright; where the picture ends, its last pixels are repeated.

    Args:
        picture: the original.
        points: 5 or 68 of the face, x y, pixels.
        size: (height, width) of the crop, pixels.
        template: where the five are to lie in it, pixels; None: `TEMPLATE`, scaled to `size`.

    Raises:
        ShapeError: neither 5 nor 68 points.
        CallError: too few are known, or they are no face's.
    """
    wanted = np.array(TEMPLATE) * (np.array(size[::-1]) / SIDE) if template is None else np.asarray(template)
    way = similarity(five(points), wanted.astype(np.float64))
    return Aligned(warped(picture, way, size), way)


def warped(picture: UInt8[np.ndarray, "h w 3"], way: Similarity, size: tuple[int, int]) -> UInt8[np.ndarray, "H W 3"]:
    """A picture read through a similarity: bilinear, and where it shrinks the mean over each new pixel.

    Args:
        picture: the original.
        way: places in it -> places in the new picture.
        size: (height, width) of the new one, pixels.
    """
    home = way.inverse
    step, corner = home.scale, np.zeros(2)
    if step > _MOST:  # whole pixels are put together first, and only of the part that is needed
        whole = int(step / (_MOST / 2))
        height, width = size
        ends = home(np.array([[0, 0], [width, 0], [0, height], [width, height]]))
        far = np.array(picture.shape[1::-1])
        low = np.clip(np.floor(ends.min(0)) - 2 * whole, 0, far - 1).astype(int)
        high = np.maximum(np.clip(np.ceil(ends.max(0)) + 2 * whole, 0, far).astype(int), low + 1)
        part = picture[low[1] : high[1], low[0] : high[0]]
        picture, corner = np.array(Image.fromarray(np.ascontiguousarray(part)).reduce(whole)), low.astype(np.float64)
        home = Similarity((home.matrix - np.column_stack([np.zeros((2, 2)), corner])) / whole)
        step = home.scale
    times = max(ceil(step - 1e-6), 1)
    rows, columns = ((np.arange(side * times) + 0.5) / times for side in size)
    places = home(np.stack(np.meshgrid(columns, rows), -1)) - 0.5  # the middle of a pixel is where its value holds
    grid = places[..., ::-1].transpose(2, 0, 1)
    values = np.stack(
        [map_coordinates(picture[..., k].astype(np.float32), grid, order=1, mode="nearest") for k in range(3)], -1
    )
    means = values.reshape(size[0], times, size[1], times, 3).mean((1, 3))
    made: np.ndarray = np.rint(means).clip(0, 255).astype(np.uint8)
    return made
