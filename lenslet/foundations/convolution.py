"""Convolution and its gradients, vectorised: one view of all patches, one sum over them."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Num
from numpy.lib.stride_tricks import sliding_window_view

from lenslet.errors import ShapeError
from lenslet.foundations.sizes import margins, output_size

__all__ = ["ConvGradients", "accurate", "conv2d", "conv2d_backward"]


class ConvGradients(NamedTuple):
    """How the loss changes with the input, the kernels and the biases of a convolution; shapes as theirs."""

    x: Float[np.ndarray, "n c h w"]
    w: Float[np.ndarray, "k c fh fw"]
    b: Float[np.ndarray, " k"]


def conv2d(
    x: Num[np.ndarray, "n c h w"],
    w: Num[np.ndarray, "k c fh fw"],
    b: Num[np.ndarray, " k"] | None = None,
    *,
    stride: int = 1,
    padding: int | str = 0,
) -> Num[np.ndarray, "n k oh ow"]:
    """Slide every kernel over every image; each place gives the sum of the products beneath, plus the bias.

        z[n, k, y, x] = b[k] + sum over c, i, j of w[k, c, i, j] * a[n, c, s*y + i - p, s*x + j - p]

    The kernel is not flipped: this is the convolution of the course and of every network, which signal processing calls
    cross-correlation. `by_hand.conv2d_by_hand` is this formula as loops.

    Args:
        x: images a, zero outside. Whole numbers stay whole (int64); half precision is summed in single.
        w: k kernels of fh x fw pixels, each with as many channels as the images.
        b: one bias for each kernel.
        stride: s, the step between two places, pixels.
        padding: p, zeros on each side, pixels; or "valid" (none) or "same" (the output has ceil(h / s) rows).

    Returns:
        One map for each kernel, of `output_size` rows and columns.

    Raises:
        ShapeError: the shapes do not fit; the sentence names both.
        CallError: a stride or padding that makes no sense.

    Source: course 1.2, 1.4 - 1.7.
    """
    _check(x, w, b)
    x, w = accurate(x, w)
    patches, _ = _patches(x, w.shape, stride, padding)
    z = np.tensordot(patches, w, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)  # n y x k -> n k y x
    return np.ascontiguousarray(z if b is None else z + accurate(b)[0][:, None, None])


def conv2d_backward(
    grad: Num[np.ndarray, "n k oh ow"],
    x: Num[np.ndarray, "n c h w"],
    w: Num[np.ndarray, "k c fh fw"],
    *,
    stride: int = 1,
    padding: int | str = 0,
) -> ConvGradients:
    """From the gradient at the output of `conv2d` to those at its inputs: the chain rule on its formula.

        db[k]          = sum over n, y, x of grad[n, k, y, x]
        dw[k, c, i, j] = sum over n, y, x of grad[n, k, y, x] * a[n, c, s*y + i - p, s*x + j - p]
        da[n, c, s*y + i - p, s*x + j - p] += grad[n, k, y, x] * w[k, c, i, j]    for every k, i, j, y, x

    Args:
        grad: the loss's derivative by each number that `conv2d` returned.
        x: the images that went in.
        w: the kernels that they met.
        stride: as it was in `conv2d`.
        padding: as it was in `conv2d`.

    Raises:
        ShapeError: the shapes do not fit, or `grad` is not of the output's shape; the sentence names both.
        CallError: a stride or padding that makes no sense.

    Source: course 1.12.
    """
    _check(x, w, None)
    grad, x, w = (array if array.dtype.kind == "f" else array.astype(np.float64) for array in accurate(grad, x, w))
    patches, ((top, bottom), (left, right)) = _patches(x, w.shape, stride, padding)
    n, _, oh, ow = patches.shape[:4]
    if grad.shape != (n, len(w), oh, ow):
        raise ShapeError(
            f"the gradient has shape {grad.shape}, but images {x.shape} and kernels {w.shape} "
            f"at stride {stride} and padding {padding!r} give an output of {(n, len(w), oh, ow)}"
        )
    grad_w = np.tensordot(grad, patches, axes=([0, 2, 3], [0, 2, 3]))

    grad_padded = np.zeros((*x.shape[:2], top + x.shape[2] + bottom, left + x.shape[3] + right), x.dtype)
    for i, j in np.ndindex(w.shape[2:]):
        # every place (y, x) at once: the pixels under weight (i, j) form a grid of step s, where no pixel is met twice
        under = grad_padded[:, :, i : i + stride * oh : stride, j : j + stride * ow : stride]
        under += np.tensordot(grad, w[:, :, i, j], axes=([1], [0])).transpose(0, 3, 1, 2)
    grad_x = grad_padded[:, :, top : top + x.shape[2], left : left + x.shape[3]]
    return ConvGradients(np.ascontiguousarray(grad_x), grad_w, grad.sum(axis=(0, 2, 3)))


def accurate(*arrays: Num[np.ndarray, "..."]) -> tuple[Num[np.ndarray, "..."], ...]:
    """The arrays in the one type in which they are summed: int64 if all are whole, else at least single precision."""
    common = np.result_type(*arrays)
    if common.kind in "bui":
        return tuple(array.astype(np.int64, copy=False) for array in arrays)
    return tuple(array.astype(np.promote_types(common, np.float32), copy=False) for array in arrays)


Margins = tuple[tuple[int, int], tuple[int, int]]


def _patches(
    x: Num[np.ndarray, "n c h w"], kernels: tuple[int, ...], stride: int, padding: int | str
) -> tuple[Num[np.ndarray, "n c oh ow fh fw"], Margins]:
    """All patches that a kernel meets, as a view of the padded images: nothing is copied but for the padding."""
    fh, fw = kernels[2:]
    rows = margins(x.shape[2], fh, padding=padding, stride=stride)
    columns = margins(x.shape[3], fw, padding=padding, stride=stride)
    try:
        oh = output_size(x.shape[2], fh, padding=padding, stride=stride)
        ow = output_size(x.shape[3], fw, padding=padding, stride=stride)
    except ShapeError as error:
        raise ShapeError(f"images {x.shape} and kernels {kernels} do not fit: {error}") from None
    padded = np.pad(x, ((0, 0), (0, 0), rows, columns))
    windows = sliding_window_view(padded, (fh, fw), axis=(2, 3))[:, :, ::stride, ::stride]
    assert windows.shape[2:4] == (oh, ow)  # what is seen is what the formula promised
    return windows, (rows, columns)


def _check(x: np.ndarray, w: np.ndarray, b: np.ndarray | None) -> None:
    """That images, kernels and biases fit together."""
    if x.ndim != 4 or w.ndim != 4:
        raise ShapeError(
            f"images of shape {x.shape} and kernels of shape {w.shape}: both need four axes, images (n, c, h, w) and "
            "kernels (k, c, f, f); one grey picture is picture[None, None]"
        )
    if x.shape[1] != w.shape[1]:
        raise ShapeError(
            f"images of shape {x.shape} have {x.shape[1]} channels, but kernels of shape {w.shape} have {w.shape[1]}; "
            "every kernel needs the channels of the images"
        )
    if b is not None and b.shape != (len(w),):
        raise ShapeError(f"biases of shape {b.shape} for kernels of shape {w.shape}: there must be one for each kernel")
