"""A kernel learned from an example of what it should do, by gradient descent through `conv2d_backward`."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Num

from lenslet.errors import CallError, ShapeError
from lenslet.foundations.convolution import conv2d, conv2d_backward

__all__ = ["Learned", "learn_kernel"]


class Learned(NamedTuple):
    """What gradient descent arrived at.

    Attributes:
        kernel: the numbers of the filter.
        bias: what it adds at every pixel; near 0 where the example was made by a filter alone.
        losses: half the mean squared difference before each step, in the target's units squared.
    """

    kernel: Float[np.ndarray, "f f"]
    bias: float
    losses: tuple[float, ...]


def learn_kernel(
    image: Num[np.ndarray, "h w"],
    target: Num[np.ndarray, "th tw"],
    size: int = 3,
    *,
    steps: int = 500,
    seed: int = 0,
) -> Learned:
    """The kernel that turns `image` into `target`: its numbers are parameters, learned as a network learns them.

        J = 1/2 * mean over y, x of (w * a + b - target)^2,     w <- w - rate * dJ/dw,     b <- b - rate * dJ/db

    with Nesterov's momentum. J is a bowl with one lowest point, so a linear filter (a Sobel of one direction, a blur)
    is recovered; of a steepness, which is no linear filter, the closest one that is. 100 x 100 pixels are plenty.

    Args:
        image: a grey picture a; it needs detail, for a flat one says nothing about the kernel.
        target: what the filter should make of it: of the picture's size (its border is left out), or smaller by f - 1.
        size: f, side of the kernel, pixels.
        steps: how often to step.
        seed: of the small random numbers to begin with.

    Raises:
        ShapeError: the two pictures do not fit; the sentence names both shapes.
        CallError: the picture is flat, or `steps` is below 1.

    Source: course 1.3; Nesterov 1983, restarted as in O'Donoghue and Candes 2015.
    """
    height, width = image.shape
    inside = (height - size + 1, width - size + 1)
    if size < 1 or min(inside) < 1 or target.shape not in (image.shape, inside):
        raise ShapeError(
            f"an image of shape {image.shape} and a target of shape {target.shape} for a kernel of {size} x {size}: "
            f"the target must be of the image's shape or of {inside}"
        )
    if steps < 1:
        raise CallError(f"{steps} steps; at least 1 is needed")
    if target.shape == image.shape:
        before = (size - 1) // 2
        target = target[before : before + inside[0], before : before + inside[1]]
    mean, spread = float(image.mean()), float(image.std())
    if not spread > 0 or not np.isfinite(spread):
        raise CallError("every pixel of the image is the same, or one is no number: no kernel can be learned from it")

    # Brightness about 0 with spread 1 bounds the bowl's curvature by f^2 in w and 1 in b: the rate is known, not tuned
    a = ((image - mean) / spread)[None, None]
    rate = 1 / (size**2 + 1)
    w = np.random.default_rng(seed).normal(0, 0.1, (1, 1, size, size))
    b = np.zeros(1)
    ahead_w, ahead_b, age, losses = w, b, 0, []
    for _ in range(steps):
        error = conv2d(a, ahead_w, ahead_b)[0, 0] - target
        losses.append(float((error**2).mean() / 2))
        slope = conv2d_backward((error / error.size)[None, None], a, ahead_w)
        new_w, new_b = ahead_w - rate * slope.w, ahead_b - rate * slope.b
        # momentum that carries uphill is dropped
        age = 0 if (slope.w * (new_w - w)).sum() + (slope.b * (new_b - b)).sum() > 0 else age + 1
        ahead_w, ahead_b = new_w + age / (age + 3) * (new_w - w), new_b + age / (age + 3) * (new_b - b)
        w, b = new_w, new_b
    kernel = w[0, 0] / spread
    return Learned(kernel, float(b[0] - mean * kernel.sum()), tuple(losses))
