"""The way back through a convolution and through pooling, on tables small enough to be read."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from jaxtyping import Float
from pydantic import BaseModel, Field

from lenslet.studio.learning.convolving import Table, table_of

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["Back", "gone_back", "routes"]

_STEP = 1e-4


class Back(BaseModel):
    """What went in, and the slope of the loss by what came out; `grad` of another shape counts as ones."""

    way: Literal["convolution", "max", "average"] = "convolution"
    x: Table
    w: Table
    grad: Table | None = None
    padding: Annotated[int, Field(ge=0, le=4)] = 0
    stride: Annotated[int, Field(ge=1, le=4)] = 1


def gone_back(asked: Back) -> dict[str, Any]:
    """Outputs, gradients, and the same gradients by trying: each number a little more and a little less.

    Raises:
        ShapeError: kernel or window do not fit.

    Source: course 1.12.
    """
    from lenslet.foundations import conv2d, conv2d_backward, pool2d, pool2d_backward

    x, w = table_of(asked.x), table_of(asked.w)
    size = len(w)

    def forward(x: Float[np.ndarray, "h w"], w: Float[np.ndarray, "fh fw"]) -> Float[np.ndarray, "oh ow"]:
        if asked.way == "convolution":
            return np.asarray(conv2d(x[None, None], w[None, None], stride=asked.stride, padding=asked.padding)[0, 0])
        return np.asarray(pool2d(x[None, None], size, stride=asked.stride, mode=asked.way)[0, 0])

    z = forward(x, w)
    grad = table_of(asked.grad) if asked.grad is not None else np.ones_like(z)
    if grad.shape != z.shape:
        grad = np.ones_like(z)
    answer: dict[str, Any] = {"z": z.tolist(), "grad": grad.tolist(), "loss": float((grad * z).sum())}
    if asked.way == "convolution":
        found = conv2d_backward(
            grad[None, None], x[None, None], w[None, None], stride=asked.stride, padding=asked.padding
        )
        tried = _tried(w, lambda changed: float((grad * forward(x, changed)).sum()))
        return answer | {
            "dx": found.x[0, 0].tolist(), "dw": found.w[0, 0].tolist(), "db": float(found.b[0]), "tried": tried.tolist()
        }  # fmt: skip
    dx = pool2d_backward(grad[None, None], x[None, None], size, stride=asked.stride, mode=asked.way)[0, 0]
    return answer | {"dx": dx.tolist()}


def _tried(w: Float[np.ndarray, "f f"], loss: Any) -> Float[np.ndarray, "f f"]:
    """(J(w + e) - J(w - e)) / 2e, number by number."""
    found = np.zeros_like(w)
    for place in np.ndindex(w.shape):
        more, less = w.copy(), w.copy()
        more[place] += _STEP
        less[place] -= _STEP
        found[place] = (loss(more) - loss(less)) / (2 * _STEP)
    return found.round(4)


def routes(router: "APIRouter", project: "Project") -> None:  # noqa: ARG001
    """What the page asks."""

    @router.post("/learn/backward")
    def backward(asked: Back) -> dict[str, Any]:
        return gone_back(asked)
