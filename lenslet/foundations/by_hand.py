"""Convolution and pooling as plain loops, number by number: what a hand would do, and what the fast ones must equal."""

import numpy as np
from jaxtyping import Num

from lenslet.foundations.sizes import margins, output_size

__all__ = ["conv2d_by_hand", "pool2d_by_hand"]


def conv2d_by_hand(
    x: Num[np.ndarray, "n c h w"],
    w: Num[np.ndarray, "k c fh fw"],
    b: Num[np.ndarray, " k"] | None = None,
    *,
    stride: int = 1,
    padding: int | str = 0,
) -> Num[np.ndarray, "n k oh ow"]:
    """`conv2d`, slowly: lay the kernel on a patch, multiply what lies together, add up, move on.

    Args:
        x: images, zero outside.
        w: kernels.
        b: one bias for each kernel.
        stride: step between two places, pixels.
        padding: zeros on each side, pixels; or "valid" or "same".

    Source: course 1.2.
    """
    (n, _, height, width), (k, _, fh, fw) = x.shape, w.shape
    oh = output_size(height, fh, padding=padding, stride=stride)
    ow = output_size(width, fw, padding=padding, stride=stride)
    rows = margins(height, fh, padding=padding, stride=stride)
    columns = margins(width, fw, padding=padding, stride=stride)
    padded = np.pad(x, ((0, 0), (0, 0), rows, columns))
    z = np.zeros((n, k, oh, ow), np.result_type(x, w, np.int64))
    for image in range(n):
        for kernel in range(k):
            for row in range(oh):
                for column in range(ow):
                    top, left = row * stride, column * stride
                    patch = padded[image, :, top : top + fh, left : left + fw]
                    z[image, kernel, row, column] = (patch * w[kernel]).sum()
    return z if b is None else z + b[:, None, None]


def pool2d_by_hand(
    x: Num[np.ndarray, "n c h w"], size: int, *, stride: int, mode: str = "max"
) -> Num[np.ndarray, "n c oh ow"]:
    """`pool2d`, slowly: the largest number or the average of one window after another.

    Args:
        x: images.
        size: side of the window, pixels.
        stride: step between two windows, pixels.
        mode: "max" or "average".

    Source: course 1.9.
    """
    n, c, height, width = x.shape
    z = np.zeros((n, c, output_size(height, size, stride=stride), output_size(width, size, stride=stride)))
    for image, channel, row, column in np.ndindex(z.shape):
        top, left = row * stride, column * stride
        window = x[image, channel, top : top + size, left : left + size]
        z[image, channel, row, column] = window.max() if mode == "max" else window.mean()
    return z
