"""Convolution by hand, on a small table or on a photo: all its sums at once, for the page to step through."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from jaxtyping import Float, Num, UInt8
from pydantic import BaseModel, Field

from lenslet.errors import CallError, ShapeError
from lenslet.studio.learning.encode import numbers, png
from lenslet.studio.learning.photos import grey, photo

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["Table", "convolved", "kernel", "relearned", "routes", "table_of"]

SIDE = 240  # pixels of a photo's longest side: its numbers go to the page
_CROP = 90  # pixels of the part from which a kernel is learned again
_STEPS = 300
_KEPT = 75  # of its losses, for the curve

Number = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Row = Annotated[list[Number], Field(min_length=1, max_length=15)]
Table = Annotated[list[Row], Field(min_length=1, max_length=15)]


class Convolving(BaseModel):
    """What is to be convolved: `table`, or the picture of that name in grey."""

    picture: str = ""
    table: Table | None = None
    kernel: Table
    padding: Annotated[int, Field(ge=0, le=12)] = 0
    stride: Annotated[int, Field(ge=1, le=12)] = 1
    signs: bool = False


def convolved(asked: Convolving, x: Float[np.ndarray, "h w"]) -> dict[str, Any]:
    """Every sum, and the answer as a picture.

    Raises:
        ShapeError: the kernel does not fit.
    """
    from lenslet.foundations import conv2d, output_size

    w = table_of(asked.kernel)
    z = conv2d(x[None, None], w[None, None], stride=asked.stride, padding=asked.padding)[0, 0]
    sides = [
        {"n": n, "f": f, "p": asked.padding, "s": asked.stride,
         "out": output_size(n, f, padding=asked.padding, stride=asked.stride)}
        for n, f in zip(x.shape, w.shape, strict=True)
    ]  # fmt: skip
    return {"input": numbers(x), "output": numbers(z), "sides": sides, "picture": png(_seen(z, w, signs=asked.signs))}


def _seen(z: Float[np.ndarray, "h w"], w: Float[np.ndarray, "fh fw"], *, signs: bool) -> UInt8[np.ndarray, "h w *c"]:
    """As `lenslet filter` shows it; or orange where it is above 0, and blue below."""
    from lenslet import draw
    from lenslet.foundations.showing import shown

    if signs:
        reach = float(np.percentile(np.abs(z), 99)) or 1.0
        return draw.diverging(z / reach)
    if not w.any() or (w.sum() == 0 and not z.any()):
        return np.zeros(z.shape, np.uint8)
    return shown(z, w[None])[0]


def kernel(name: str, angle: int | float, size: int) -> dict[str, Any]:
    """The numbers of a kernel that has a name; gradients look along an angle, blurs have a size.

    Raises:
        CallError: no such kernel.
    """
    from lenslet.foundations import kernels

    turned = name in kernels.GRADIENTS
    found = kernels.stack(name, angle=angle if turned else None, size=size)[0]
    return {"kernel": np.asarray(found, np.float64).round(6).tolist(), "turned": turned,
            "sized": name in ("blur", "gaussian")}  # fmt: skip


def relearned(pixels: Float[np.ndarray, "h w"], numbers_: Num[np.ndarray, "f f"]) -> dict[str, Any]:
    """A kernel is applied; then another, which begins with chance numbers, learns to do the same.

    Raises:
        CallError: the picture is flat.

    Source: course 1.3.
    """
    from lenslet.foundations import conv2d, learn_kernel

    height, width = pixels.shape
    top, left = max((height - _CROP) // 2, 0), max((width - _CROP) // 2, 0)
    part = pixels[top : top + _CROP, left : left + _CROP]
    target = conv2d(part[None, None], numbers_[None, None])[0, 0]
    found = learn_kernel(part, target, len(numbers_), steps=_STEPS)
    losses = list(found.losses)
    return {
        "kernel": found.kernel.tolist(),
        "bias": found.bias,
        "losses": [{"x": i, "y": losses[i]} for i in range(0, len(losses), max(len(losses) // _KEPT, 1))],
        "steps": len(losses),
        "pixels": list(part.shape),
    }


def table_of(rows: Sequence[Sequence[int | float]]) -> Float[np.ndarray, "h w"]:
    """Rows as an array.

    Raises:
        ShapeError: they are not equally long.
    """
    if len({len(row) for row in rows}) != 1:
        raise ShapeError("the rows of a table of numbers must be equally long")
    return np.array(rows, np.float64)


def routes(router: "APIRouter", project: "Project") -> None:
    """What the page asks."""

    def pixels(asked: Convolving) -> Float[np.ndarray, "h w"]:
        if asked.table is not None:
            return table_of(asked.table)
        return grey(photo(project, asked.picture, SIDE))

    @router.get("/learn/kernel")
    def one_kernel(name: str, angle: float = 0.0, size: int = 5) -> dict[str, Any]:
        return kernel(name, angle, size)

    @router.post("/learn/convolve")
    def convolve(asked: Convolving) -> dict[str, Any]:
        return convolved(asked, pixels(asked))

    @router.post("/learn/relearn")
    def relearn(asked: Convolving) -> dict[str, Any]:
        w = table_of(asked.kernel)
        if w.shape[0] != w.shape[1] or asked.table is not None:
            raise CallError("a kernel is learned from a photo, and must be square; choose a photo above")
        return relearned(pixels(asked), w)
