"""Volumes: filters over all channels of a picture, one layer with its bias and ReLU, and what a layer costs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from jaxtyping import Float, UInt8
from pydantic import BaseModel, Field

from lenslet.errors import CallError
from lenslet.studio.learning.convolving import Table, table_of
from lenslet.studio.learning.encode import png
from lenslet.studio.learning.photos import photo

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["Layered", "Sized", "costs", "layered", "routes"]

SIDE = 200  # pixels of a photo's longest side
Count = Annotated[int, Field(ge=1, le=4096)]


class Layered(BaseModel):
    """One layer on a photo: for each filter a table a channel, and a bias."""

    picture: str = "china"
    filters: Annotated[
        list[Annotated[list[Table], Field(min_length=1, max_length=4)]], Field(min_length=1, max_length=4)
    ]
    biases: list[Annotated[float, Field(ge=-1e6, le=1e6)]]
    g: Literal["relu", "none"] = "relu"


class Sized(BaseModel):
    """A layer by its numbers."""

    n: Count = 32
    channels: Count = 3
    f: Annotated[int, Field(ge=1, le=64)] = 5
    filters: Count = 6
    padding: Annotated[int, Field(ge=0, le=64)] = 0
    stride: Annotated[int, Field(ge=1, le=64)] = 1


def layered(asked: Layered, pixels: UInt8[np.ndarray, "h w 3"]) -> dict[str, Any]:
    """The maps of a layer, z and a = g(z), as pictures: orange above 0, blue below.

    Raises:
        ShapeError: a filter has another number of channels than the picture.

    Source: course 1.6, 1.7.
    """
    from lenslet import draw
    from lenslet.foundations import conv_layer, conv_parameters, input_features, relu

    x = pixels.transpose(2, 0, 1)[None].astype(np.float64)
    w, b = _kernels(asked.filters), np.array(asked.biases, np.float64)
    z, a = conv_layer(x, w, b, g=relu if asked.g == "relu" else np.asarray)
    reach = float(np.percentile(np.abs(z), 99)) or 1.0
    k, c, f, _ = w.shape
    return {
        "planes": [png(_tinted(pixels, channel)) for channel in range(3)],
        "maps": [png(draw.diverging(one / reach)) for one in a[0]],
        "input": [*pixels.shape[:2], 3],
        "output": [*a.shape[2:], k],
        "numbers": input_features((pixels.shape[0], pixels.shape[1])),
        "parameters": conv_parameters(f, c, k),
        "dark": [float((one <= 0).mean()) for one in a[0]],
        "above": float((z > 0).mean()),
    }


def _kernels(filters: Sequence[Sequence[Sequence[Sequence[int | float]]]]) -> Float[np.ndarray, "k c f f"]:
    tables = [[table_of(rows) for rows in one] for one in filters]
    if len({table.shape for one in tables for table in one}) != 1 or len({len(one) for one in tables}) != 1:
        raise CallError("all filters of a layer have one size, and as many channels")
    return np.array(tables)


def _tinted(pixels: UInt8[np.ndarray, "h w 3"], channel: int) -> UInt8[np.ndarray, "h w 3"]:
    """One channel in its colour."""
    made = np.zeros_like(pixels)
    made[..., channel] = pixels[..., channel]
    return made


def costs(asked: Sized) -> dict[str, Any]:
    """Sizes and costs of a convolution, and of a dense layer between the same numbers.

    Raises:
        ShapeError: the filter does not fit.

    Source: course 1.1, 1.4, 1.5, 1.7, 1.11.
    """
    from lenslet.foundations import (
        conv_connections,
        conv_multiplies,
        conv_parameters,
        dense_parameters,
        input_features,
        output_size,
    )

    out = output_size(asked.n, asked.f, padding=asked.padding, stride=asked.stride)
    inputs, outputs = input_features(asked.n, asked.channels), input_features(out, asked.filters)
    return {
        "side": {"n": asked.n, "f": asked.f, "p": asked.padding, "s": asked.stride, "out": out},
        "inputs": inputs,
        "outputs": outputs,
        "parameters": conv_parameters(asked.f, asked.channels, asked.filters),
        "multiplies": conv_multiplies(out, asked.f, asked.channels, asked.filters),
        "connections": conv_connections(out, asked.f, asked.channels, asked.filters),
        "dense": dense_parameters(inputs, outputs, bias=False),
    }


def routes(router: "APIRouter", project: "Project") -> None:
    """What the page asks."""

    @router.post("/learn/layer")
    def layer(asked: Layered) -> dict[str, Any]:
        if len(asked.biases) != len(asked.filters):
            raise CallError("there is one bias for each filter")
        return layered(asked, photo(project, asked.picture, SIDE))

    @router.post("/learn/layer-costs")
    def layer_costs(asked: Sized) -> dict[str, Any]:
        return costs(asked)
