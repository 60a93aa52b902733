"""1x1 convolutions and the inception block: what a bottleneck saves."""

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["Bottleneck", "block", "routes", "saved"]

Count = Annotated[int, Field(ge=1, le=2048)]


class Bottleneck(BaseModel):
    """A convolution, and the channels of the 1x1 convolution that may stand in front of it."""

    side: Annotated[int, Field(ge=1, le=512)] = 28
    channels: Count = 192
    filters: Count = 32
    kernel: Annotated[int, Field(ge=1, le=11)] = 5
    squeeze: Count = 16


def saved(asked: Bottleneck) -> dict[str, int]:
    """Multiplies and parameters with and without the bottleneck; same padding.

    Source: course 2.7, 2.8.
    """
    from lenslet.foundations import conv_multiplies, conv_parameters

    side, c, k, f, s = asked.side, asked.channels, asked.filters, asked.kernel, asked.squeeze
    return {
        "direct": conv_multiplies(side, f, c, k),
        "first": conv_multiplies(side, 1, c, s),
        "second": conv_multiplies(side, f, s, k),
        "direct_parameters": conv_parameters(f, c, k),
        "parameters": conv_parameters(1, c, s) + conv_parameters(f, s, k),
    }


@lru_cache(maxsize=1)
def block() -> dict[str, Any]:
    """The inception block of the course, 28 x 28 x 192 in, 256 maps out, as `describe` has it."""
    import torch

    from lenslet.nets import Inception, anatomy

    with torch.device("meta"):
        made = Inception(192, 64, 96, 128, 16, 32, 32)
    found = anatomy(made, size=28, channels=192, name="Inception")
    rows = [row.to_dict() for row in found.rows if row.macs or "Pool" in row.kind]
    return {"rows": rows, "output": list(found.rows[-1].output), "total": found.macs, "parameters": found.parameters}


def routes(router: "APIRouter", project: "Project") -> None:  # noqa: ARG001
    """What the page asks."""

    @router.post("/learn/bottleneck")
    def bottleneck(asked: Bottleneck) -> dict[str, int]:
        return saved(asked)

    @router.get("/learn/inception")
    def inception() -> dict[str, Any]:
        return block()
