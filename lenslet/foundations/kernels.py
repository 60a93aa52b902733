"""The kernels that have names, the same at any angle, and kernels written as text.

A kernel is laid on the picture as it is printed here, without flipping: `1 0 -1` answers with a positive number where
the left is brighter than the right.
"""

from difflib import get_close_matches
from fractions import Fraction

import numpy as np
from jaxtyping import Float, Int, Num

from lenslet.errors import CallError, ShapeError

__all__ = ["GRADIENTS", "KERNELS", "NAMES", "at_angle", "box", "gaussian", "named", "parse", "separate", "stack"]

# Source: course 1.3
VERTICAL = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
HORIZONTAL = VERTICAL.T
# Source: Prewitt 1970, Sobel 1968 (as Duda and Hart 1973 print it), Scharr 2000, whose weights err least with the angle
PREWITT = VERTICAL
SOBEL = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
SCHARR = np.array([[3, 0, -3], [10, 0, -10], [3, 0, -3]])

LAPLACIAN = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])  # the sum of both second derivatives
OUTLINE = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])  # how a pixel differs from its eight neighbours
SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])  # the picture less its Laplacian
EMBOSS = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])  # the picture as a relief lit from the lower right
IDENTITY = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])

GRADIENTS = {"sobel": SOBEL, "scharr": SCHARR, "prewitt": PREWITT}
"""Kernels for how fast brightness falls to the right; their transposes say how fast it falls downwards."""

KERNELS = {
    "vertical": VERTICAL,
    "horizontal": HORIZONTAL,
    "laplacian": LAPLACIAN,
    "outline": OUTLINE,
    "sharpen": SHARPEN,
    "emboss": EMBOSS,
    "identity": IDENTITY,
}
"""Kernels that stand alone."""

NAMES = (*GRADIENTS, *KERNELS, "blur", "gaussian")
"""All that `named` knows."""

LARGEST = 101  # a side above this is a mistake more often than a wish


def stack(
    kernel: str | Num[np.ndarray, "..."], *, angle: int | float | None = None, size: int = 5
) -> Num[np.ndarray, "k fh fw"]:
    """A kernel in any of the ways to give one: a name, numbers as text, an array (f, f), or two of them (2, f, f).

    Args:
        kernel: what is wanted.
        angle: as in `named`.
        size: as in `named`.

    Raises:
        ShapeError: an array that is neither.
        CallError: as in `named`.
    """
    if isinstance(kernel, str):
        return named(kernel, angle=angle, size=size)
    if angle is not None:
        raise CallError(f"a kernel of shape {kernel.shape} has no angle of its own; turn it with kernels.at_angle")
    if kernel.ndim not in (2, 3) or not kernel.size or (kernel.ndim == 3 and len(kernel) > 2):
        raise ShapeError(f"a kernel of shape {kernel.shape}: it must be (f, f), or (2, f, f) for two directions")
    return kernel[None] if kernel.ndim == 2 else kernel


def named(name: str, *, angle: int | float | None = None, size: int = 5) -> Num[np.ndarray, "k fh fw"]:
    """The kernel of a name or of numbers written as text; both directions of a gradient if no angle is given.

    Args:
        name: one of `NAMES`, or rows of numbers as `parse` reads them.
        angle: the direction in which a gradient looks, degrees, as in `at_angle`.
        size: side of "blur" and "gaussian", pixels, odd.

    Returns:
        One kernel; for a gradient without an angle two, whose answers are the two legs of the slope.

    Raises:
        CallError: no such name, an angle for a kernel that has none, or numbers that are no kernel.
    """
    key = name.strip().lower()
    if key in GRADIENTS:
        one = GRADIENTS[key]
        return np.stack([one, one.T]) if angle is None else at_angle(one, angle)[None]
    if angle is not None:
        raise CallError(f"the kernel {name!r} has no angle; use one of {', '.join(GRADIENTS)}, which can be turned")
    if key in KERNELS:
        return KERNELS[key][None]
    if key in ("blur", "gaussian"):
        return (box(size) if key == "blur" else gaussian(size))[None]
    return parse(name)[None]


def at_angle(kernel: Num[np.ndarray, "f f"], degrees: int | float) -> Float[np.ndarray, "f f"]:
    """A gradient kernel that looks along any direction: cos(t) K + sin(t) K'.

    It answers with positive numbers where the picture darkens along the direction. 0 degrees is to the right and finds
    vertical edges, 90 is downwards and finds horizontal ones, 45 finds those that run like a slash /.

    Args:
        kernel: the one for 0 degrees, such as `GRADIENTS["sobel"]`.
        degrees: clockwise from "to the right", as one sees it on the screen.

    Raises:
        CallError: the angle is no finite number.

    Source: course 1.3; Freeman and Adelson 1991, equation 3: slopes along any direction are a sum of two.
    """
    if not np.isfinite(degrees):
        raise CallError(f"the angle is {degrees}; it must be a number of degrees")
    turned = np.cos(np.radians(degrees)) * kernel + np.sin(np.radians(degrees)) * kernel.T
    return np.asarray(turned.round(12) + 0.0)  # the cosine of 90 degrees comes out as 6e-17, and -0 reads badly


def box(size: int) -> Float[np.ndarray, "f f"]:
    """The average of size x size pixels.

    Raises:
        CallError: the size is even, below 1 or above 101.
    """
    return np.full((_odd(size), size), 1 / size**2)


def gaussian(size: int) -> Float[np.ndarray, "f f"]:
    """A bell of size x size pixels that sums to 1: row `size - 1` of Pascal's triangle times itself.

    Its standard deviation is sqrt(size - 1) / 2 pixels.

    Raises:
        CallError: the size is even, below 1 or above 101.
    """
    row = np.ones(1)
    for _ in range(_odd(size) - 1):
        row = np.convolve(row, [0.5, 0.5])
    return np.outer(row, row)


def parse(text: str) -> Float[np.ndarray, "fh fw"] | Int[np.ndarray, "fh fw"]:
    """Rows of numbers as a kernel: "1 0 -1; 1 0 -1; 1 0 -1".

    Rows end with a semicolon or a new line; numbers stand apart by spaces or commas and may be fractions such as 1/9.

    Raises:
        CallError: neither a name nor numbers, rows of different lengths, a side above 101, a number above a billion.
    """
    rows = [row.replace(",", " ").split() for row in text.replace("\n", ";").split(";") if row.strip()]
    try:
        numbers = [[Fraction(number) for number in row] for row in rows]
        values = np.array([[float(number) for number in row] for row in numbers] if _regular(numbers) else [])
    except (ValueError, ZeroDivisionError, OverflowError):
        near = get_close_matches(text.strip().lower(), NAMES, n=1)
        raise CallError(
            f"there is no kernel {text!r}{f'; did you mean {near[0]}?' if near else ''}; "
            f'name one of {", ".join(NAMES)}, or give rows of numbers as "1 0 -1; 1 0 -1; 1 0 -1"'
        ) from None
    if not rows:
        raise CallError(
            f'the kernel is empty; name one of {", ".join(NAMES)}, or give rows of numbers as "1 0 -1; 1 0 -1"'
        )
    if values.size == 0:
        lengths = ", ".join(str(len(row)) for row in rows)
        raise CallError(f"the rows of the kernel {text!r} have {lengths} numbers; they must be equally long")
    if np.abs(values).max() > 1e9:
        raise CallError(
            f"the kernel {text!r} has a number above a billion; give smaller ones, only their ratio matters"
        )
    if max(values.shape) > LARGEST:
        raise CallError(f"a kernel of {values.shape[0]} x {values.shape[1]} numbers; a side may have at most {LARGEST}")
    whole = all(number.denominator == 1 for row in numbers for number in row)
    return values.astype(np.int64) if whole else values


def separate(kernel: Num[np.ndarray, "fh fw"]) -> tuple[Float[np.ndarray, "fh 1"], Float[np.ndarray, "1 fw"]] | None:
    """The column and the row whose product the kernel is, or None if it is no such product.

    A separable kernel costs 2f multiplies a pixel instead of f squared: slide the column, then the row.
    """
    columns, strengths, rows = np.linalg.svd(kernel.astype(np.float64))
    if len(strengths) > 1 and strengths[1] > 1e-12 * strengths[0]:
        return None
    root = np.sqrt(strengths[0])
    return columns[:, :1] * root, rows[:1] * root


def _odd(size: int) -> int:
    if size < 1 or size % 2 == 0 or size > LARGEST:
        raise CallError(f"the size of the kernel is {size}; it must be an odd number of pixels from 1 to {LARGEST}")
    return size


def _regular(rows: list[list[Fraction]]) -> bool:
    """Whether there are rows, all as long as the first."""
    return bool(rows) and all(len(row) == len(rows[0]) for row in rows)
