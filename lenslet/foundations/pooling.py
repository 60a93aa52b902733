"""Pooling and its gradient: each window becomes its largest number, or its average. Nothing is learned."""

from typing import Literal

import numpy as np
from jaxtyping import Float, Num
from numpy.lib.stride_tricks import sliding_window_view

from lenslet.errors import CallError, ShapeError
from lenslet.foundations.convolution import accurate
from lenslet.foundations.sizes import output_size

__all__ = ["Mode", "pool2d", "pool2d_backward"]

Mode = Literal["max", "average"]


def pool2d(
    x: Num[np.ndarray, "n c h w"], size: int, *, stride: int | None = None, mode: Mode = "max"
) -> Num[np.ndarray, "n c oh ow"]:
    """The largest number, or the average, of each window of each channel.

        max:      z[n, c, y, x] = max over i, j of a[n, c, s*y + i, s*x + j]       i, j = 0 .. f - 1
        average:  z[n, c, y, x] = 1 / f^2 * sum over i, j of the same

    Args:
        x: images a. Their type is kept, save that averages of whole numbers are float64, of half precision single.
        size: f, the side of the window, pixels.
        stride: s, the step between two windows, pixels; the size itself if None, so that they do not overlap.
        mode: "max" or "average".

    Returns:
        floor((h - f) / s) + 1 rows, and columns by the same rule; pixels beyond the last whole window are not seen.

    Raises:
        ShapeError: the window is larger than the images.
        CallError: a stride or mode that makes no sense.

    Source: course 1.9.
    """
    windows, _ = _windows(x, size, stride, mode)
    if mode == "max":
        return np.asarray(windows.max(axis=(4, 5)))
    return np.asarray(windows.mean(axis=(4, 5), dtype=_fractional(x.dtype)))


def pool2d_backward(
    grad: Num[np.ndarray, "n c oh ow"],
    x: Num[np.ndarray, "n c h w"],
    size: int,
    *,
    stride: int | None = None,
    mode: Mode = "max",
) -> Float[np.ndarray, "n c h w"]:
    """From the gradient at the output of `pool2d` to that at its input.

        max:      all of grad[n, c, y, x] goes to the pixel that was the largest of its window
        average:  1 / f^2 of it goes to every pixel of the window

    Of equal largest pixels the first in reading order takes all, as in PyTorch: there the maximum has no derivative,
    and this is one of its subgradients.

    Args:
        grad: the loss's derivative by each number that `pool2d` returned.
        x: the images that went in.
        size: as it was in `pool2d`.
        stride: as it was in `pool2d`.
        mode: as it was in `pool2d`.

    Raises:
        ShapeError: the window is larger than the images, or `grad` is not of the output's shape; it names both.
        CallError: a stride or mode that makes no sense.

    Source: course 1.12.
    """
    windows, step = _windows(x, size, stride, mode)
    oh, ow = windows.shape[2:4]
    if grad.shape != windows.shape[:4]:
        raise ShapeError(
            f"the gradient has shape {grad.shape}, but images {x.shape} pooled by {size} at stride {step} "
            f"give an output of {windows.shape[:4]}"
        )
    grad = accurate(grad)[0].astype(_fractional(np.result_type(grad, x)), copy=False)
    winner = windows.reshape(*windows.shape[:4], size * size).argmax(axis=-1) if mode == "max" else None
    grad_x = np.zeros(x.shape, grad.dtype)
    for tap, (i, j) in enumerate(np.ndindex(size, size)):
        # pixel (i, j) of every window at once: a grid of step s, where no pixel is met twice
        here = grad_x[:, :, i : i + step * oh : step, j : j + step * ow : step]
        here += grad / size**2 if winner is None else np.where(winner == tap, grad, 0)
    return grad_x


def _windows(
    x: Num[np.ndarray, "n c h w"], size: int, stride: int | None, mode: str
) -> tuple[Num[np.ndarray, "n c oh ow f f"], int]:
    """Every window as a view, and the step between them."""
    step = size if stride is None else stride
    if mode not in ("max", "average"):
        raise CallError(f'the pooling mode is {mode!r}; it must be "max" or "average"')
    if x.ndim != 4:
        raise ShapeError(f"images of shape {x.shape} to pool by {size}: they need four axes (n, c, h, w)")
    try:
        for side in x.shape[2:]:
            output_size(side, size, stride=step)
    except ShapeError as error:
        raise ShapeError(f"images {x.shape} cannot be pooled by {size} x {size}: {error}") from None
    return sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::step, ::step], step


def _fractional(dtype: np.dtype) -> np.dtype:
    """The type for results that are fractions."""
    return np.dtype(np.float64) if dtype.kind in "bui" else np.promote_types(dtype, np.float32)
