"""Laying one small picture on top of another: scale and shift of each axis, found by following the gradient.

Source: Baker & Matthews 2004, "Lucas-Kanade 20 years on", the inverse compositional algorithm: the second picture's
gradient is taken once, and the first is moved.
"""

import numpy as np
from jaxtyping import Float32

Where = Float32[np.ndarray, "p 4"]
"""Of each pair: scale and shift across, scale and shift down; a picture reaches from -1 to 1 on either axis."""

_STEPS = 6
_LARGEST_STEP = 0.08  # of half a picture: the gradient tells nothing of what is further away
_SCALES, _SHIFT = (0.75, 1.3), 0.3  # a cut beyond these makes another picture of it


def lay(
    first: Float32[np.ndarray, "p h h"],
    second: Float32[np.ndarray, "p h h"],
    *,
    blur: float,
    start: Where | None = None,
) -> Where:
    """Where to read each of the first pictures, so that it lies on the second.

    Args:
        first: pictures to be moved.
        second: pictures to lie on.
        blur: sigma in pixels; the more, the further off a place is found, and the less exactly.
        start: where to begin; as they are, if not said.
    """
    count, side = first.shape[:2]
    where = np.tile(np.array([1, 0, 1, 0], np.float32), (count, 1)) if start is None else start.copy()
    first, second = blurred(first, blur), blurred(second, blur)
    second = second - second.mean((1, 2), keepdims=True)
    second /= np.maximum(second.std((1, 2), keepdims=True), 1e-3)
    axis = _axis(side)
    down, across = (slope * (side / 2) for slope in np.gradient(second, axis=(1, 2)))
    moves = np.stack([across * axis, across, down * axis[:, None], down], axis=1).reshape(count, 4, -1)
    # the damping keeps still what a picture without structure does not tell
    inverse = np.linalg.inv(moves @ moves.transpose(0, 2, 1) + np.diag(np.array([10, 1, 10, 1], np.float32)) * 0.1)
    for _ in range(_STEPS):
        moved, inside = moved_by(first, where)
        error = (_levelled(moved, inside) - second) * inside
        step = (inverse @ (moves @ error.reshape(count, -1, 1)))[:, :, 0]
        step = np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
        for k in (0, 2):  # the step is taken back on the side of the second picture
            where[:, k] /= 1 + step[:, k]
            where[:, k + 1] -= where[:, k] * step[:, k + 1]
            where[:, k] = np.clip(where[:, k], *_SCALES)
            where[:, k + 1] = np.clip(where[:, k + 1], -_SHIFT, _SHIFT)
    return where


def moved_by(
    pictures: Float32[np.ndarray, "p h h"], where: Where
) -> tuple[Float32[np.ndarray, "p h h"], Float32[np.ndarray, "p h h"]]:
    """The pictures read at their places, bilinearly; and 1 where a place lies inside of the picture, else 0."""
    side = pictures.shape[1]
    across, in_width = _reading(where[:, 0:2], side)
    down, in_height = _reading(where[:, 2:4], side)
    moved: Float32[np.ndarray, "p h h"] = down @ pictures @ across.transpose(0, 2, 1)
    return moved, in_height[:, :, None] * in_width[:, None, :]


def correlation(
    first: Float32[np.ndarray, "p h w"], second: Float32[np.ndarray, "p h w"], inside: Float32[np.ndarray, "p h w"]
) -> Float32[np.ndarray, " p"]:
    """Pearson's, of each pair, over the pixels that count; 0 where one of the two is flat."""
    count = np.maximum(inside.sum((1, 2), keepdims=True), 1)
    first, second = (x - (x * inside).sum((1, 2), keepdims=True) / count for x in (first, second))
    product = (first * second * inside).sum((1, 2))
    energy = (first * first * inside).sum((1, 2)) * (second * second * inside).sum((1, 2))
    found: Float32[np.ndarray, " p"] = product / np.maximum(np.sqrt(energy), 1e-3)
    return found


def band(pictures: Float32[np.ndarray, "p h h"], fine: float, rough: float) -> Float32[np.ndarray, "p h h"]:
    """What is coarser than one blur and finer than another: the details of a picture. Sigmas in pixels."""
    between: Float32[np.ndarray, "p h h"] = blurred(pictures, fine) - blurred(pictures, rough)
    return between


def blurred(pictures: Float32[np.ndarray, "p h h"], sigma: float) -> Float32[np.ndarray, "p h h"]:
    """A Gaussian blur; at the edges the weights that remain are scaled up."""
    place = np.arange(pictures.shape[1])
    weights = np.exp(-((place[:, None] - place) ** 2) / (2 * sigma**2))
    weights = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
    smooth: Float32[np.ndarray, "p h h"] = weights @ pictures @ weights.T
    return smooth


def _levelled(
    pictures: Float32[np.ndarray, "p h h"], inside: Float32[np.ndarray, "p h h"]
) -> Float32[np.ndarray, "p h h"]:
    """Brightness and contrast taken out, as the pixels inside have them."""
    count = np.maximum(inside.sum((1, 2), keepdims=True), 1)
    middle = pictures - (pictures * inside).sum((1, 2), keepdims=True) / count
    spread = np.sqrt((middle * middle * inside).sum((1, 2), keepdims=True) / count)
    levelled: Float32[np.ndarray, "p h h"] = middle / np.maximum(spread, 1e-3)
    return levelled


def _reading(
    where: Float32[np.ndarray, "p 2"], side: int
) -> tuple[Float32[np.ndarray, "p h h"], Float32[np.ndarray, "p h"]]:
    """Matrices that read a row of pixels at scale x + shift, between neighbours in proportion; and what lies inside."""
    place = (where[:, :1] * _axis(side) + where[:, 1:] + 1) * (side / 2) - 0.5
    inside = ((place >= -0.5) & (place <= side - 0.5)).astype(np.float32)
    place = np.clip(place, 0, side - 1)
    weights: Float32[np.ndarray, "p h h"] = np.maximum(1 - np.abs(place[:, :, None] - np.arange(side)), 0)
    return weights.astype(np.float32), inside


def _axis(side: int) -> Float32[np.ndarray, " h"]:
    """Centres of pixels, from -1 to 1."""
    return ((np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1).astype(np.float32)
