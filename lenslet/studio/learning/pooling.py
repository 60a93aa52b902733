"""Pooling: of each window the largest number, or the mean."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from jaxtyping import Float
from pydantic import BaseModel, Field

from lenslet.studio.learning.convolving import Table, table_of
from lenslet.studio.learning.encode import numbers, png
from lenslet.studio.learning.photos import grey, photo

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["pooled", "routes"]

SIDE = 240  # pixels of a photo's longest side


class Pooling(BaseModel):
    """What is to be pooled: `table`, or the picture of that name in grey."""

    picture: str = ""
    table: Table | None = None
    size: Annotated[int, Field(ge=1, le=12)] = 2
    stride: Annotated[int, Field(ge=1, le=12)] = 2
    mode: Literal["max", "average"] = "max"


def pooled(asked: Pooling, x: Float[np.ndarray, "h w"]) -> dict[str, Any]:
    """Every window's number, and the result as a picture.

    Raises:
        ShapeError: the window does not fit.
    """
    from lenslet.foundations import output_size, pool2d

    z = pool2d(x[None, None], asked.size, stride=asked.stride, mode=asked.mode)[0, 0]
    sides = [
        {
            "n": n,
            "f": asked.size,
            "pool": True,
            "s": asked.stride,
            "out": output_size(n, asked.size, stride=asked.stride),
        }
        for n in x.shape
    ]
    seen = np.clip(np.rint(z), 0, 255).astype(np.uint8)
    return {"input": numbers(x), "output": numbers(z), "sides": sides, "picture": png(seen)}


def routes(router: "APIRouter", project: "Project") -> None:
    """What the page asks."""

    @router.post("/learn/pool")
    def pool(asked: Pooling) -> dict[str, Any]:
        x = table_of(asked.table) if asked.table is not None else grey(photo(project, asked.picture, SIDE))
        return pooled(asked, x)
