"""A kernel over a whole picture of any size, band by band."""

import numpy as np
from jaxtyping import Float, Num

from lenslet.errors import ShapeError
from lenslet.foundations.convolution import conv2d
from lenslet.foundations.kernels import separate, stack

__all__ = ["GREY", "edges"]

GREY = (0.299, 0.587, 0.114)
"""The share of red, green and blue in brightness. Source: ITU-R BT.601, as in Pillow and JPEG."""

BAND = 4_000_000  # numbers in the patches of one band: 16 MB in single precision, whatever the picture's size
SMALL = 5  # up to this side one pass over the patches is faster than a column and a row


def edges(
    image: Num[np.ndarray, "h w *c"],
    kernel: str | Num[np.ndarray, "..."] = "sobel",
    *,
    angle: int | float | None = None,
    colour: bool = False,
) -> Float[np.ndarray, "h w *d"]:
    """What a kernel answers at every pixel of a picture.

    One kernel gives signed answers: `vertical` is positive where the left is brighter. Sobel, Scharr and Prewitt
    without an angle look both to the right and down, and give the steepness sqrt(right^2 + down^2), which has no sign.
    The picture goes on beyond its border as its outermost pixels: the zeros that networks pad with would draw a frame.

    Args:
        image: rows, columns and, for a colour picture, red, green and blue; any numbers.
        kernel: a name of `kernels.NAMES`, rows of numbers as text, one kernel (f, f), or two of them (2, f, f), whose
            answers are joined to a steepness.
        angle: for a gradient by name: the one direction in which it looks, degrees, as in `kernels.at_angle`.
        colour: answer for each channel by itself rather than for the brightness.

    Returns:
        Answers in the units of the picture times those of the kernel, of the picture's height and width; with `colour`
        of its channels, too. Single precision for pictures of up to 16 bits, double for others.

    Raises:
        ShapeError: the array is no picture, or the kernel no kernel.
        CallError: no such kernel, or an angle for one that has none.

    Source: course 1.3.
    """
    kernels = stack(kernel, angle=angle)
    if (
        image.ndim not in (2, 3)
        or 0 in image.shape
        or (image.ndim == 3 and not colour and image.shape[2] not in (1, 3))
    ):
        raise ShapeError(
            f"an image of shape {image.shape} for kernels of shape {kernels.shape}: a picture is (h, w), (h, w, 1) or "
            "(h, w, 3), and has at least one pixel"
        )
    channels = image.shape[2] if image.ndim == 3 and colour else 1
    dtype = np.promote_types(image.dtype, np.float32)
    passes = [step.astype(dtype) for step in _passes(kernels)]
    taps = max(step[0].size for step in passes)
    height, width = kernels.shape[1:]
    # with more than one pass a band repeats its margin, so it is not made thinner than that
    rows = max(BAND // (image.shape[1] * channels * taps), height * (len(passes) - 1), 1)
    answer = np.empty((*image.shape[:2], channels), dtype)
    for top in range(0, len(image), rows):
        planes = _band(image, top, rows, (height, width), dtype, split=colour)[:, None]
        for step in passes:
            planes = conv2d(planes, step[:, None])
        answer[top : top + rows] = _steepness(planes).transpose(1, 2, 0)
    return answer if image.ndim == 3 and colour else answer[..., 0]


def _passes(kernels: Num[np.ndarray, "k fh fw"]) -> list[Num[np.ndarray, "..."]]:
    """The kernels to slide one after another: a large one that is a product, as a column and then a row."""
    product = separate(kernels[0]) if len(kernels) == 1 and min(kernels.shape[1:]) > SMALL else None
    return [kernels] if product is None else [part[None] for part in product]


def _band(
    image: Num[np.ndarray, "h w *c"], top: int, rows: int, size: tuple[int, int], dtype: np.dtype, *, split: bool
) -> Float[np.ndarray, "c bh bw"]:
    """`rows` rows from `top` on as planes of `dtype`, with the margin around them that a kernel of `size` needs."""
    above, left = (size[0] - 1) // 2, (size[1] - 1) // 2
    below, right = size[0] - 1 - above, size[1] - 1 - left
    bottom = min(top + rows, len(image))
    first, last = max(top - above, 0), min(bottom + below, len(image))
    margin = ((0, 0), (first - (top - above), bottom + below - last), (left, right))
    return np.pad(_planes(image[first:last], dtype, split=split), margin, mode="edge")


def _planes(band: Num[np.ndarray, "h w *c"], dtype: np.dtype, *, split: bool) -> Float[np.ndarray, "c h w"]:
    """The brightness of some rows as one plane, or each channel as its own."""
    if band.ndim == 2:
        return band[None].astype(dtype)
    if split or band.shape[2] == 1:
        return band.transpose(2, 0, 1).astype(dtype)
    return np.asarray(band.astype(dtype) @ np.array(GREY, dtype))[None]


def _steepness(answers: Float[np.ndarray, "c k h w"]) -> Float[np.ndarray, "c h w"]:
    """One kernel's answers as they are; the length of the slope from those of two."""
    return answers[:, 0] if answers.shape[1] == 1 else np.asarray(np.hypot(answers[:, 0], answers[:, 1]))
