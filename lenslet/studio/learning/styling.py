"""Style matrices of two pictures, and how far a third is from the content of one and the style of the other."""

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from jaxtyping import Float, UInt8
from pydantic import BaseModel, Field

from lenslet.studio.learning.encode import png
from lenslet.studio.learning.photos import photo

if TYPE_CHECKING:
    from fastapi import APIRouter
    from torch import Tensor

    from lenslet.studio.project import Project
    from lenslet.tasks.style.encoder import Encoder

__all__ = ["Styled", "compared", "generated", "routes"]

EYES = "natural"  # few layers, and none that sees far: what shuffling does to them can be seen
SIDE = 160  # pixels of the square pictures
_PIECE = 16  # pixels of the pieces that are shuffled
Kind = Literal["content", "style", "blend", "shuffled", "noise"]


class Styled(BaseModel):
    """C, S, and what G is; `share` of a blend is how much of S is in it."""

    content: str = "china"
    style: str = "flower"
    kind: Kind = "blend"
    share: Annotated[float, Field(ge=0, le=1)] = 0.5
    alpha: Annotated[float, Field(ge=0, le=1e6)] = 1.0
    beta: Annotated[float, Field(ge=0, le=1e6)] = 1.0


def generated(
    asked: Styled, content: UInt8[np.ndarray, "s s 3"], style: UInt8[np.ndarray, "s s 3"]
) -> UInt8[np.ndarray, "s s 3"]:
    """G: one of the two, a blend, the style's pieces in another order, or noise."""
    dice = np.random.default_rng(0)
    if asked.kind == "content":
        return content
    if asked.kind == "style":
        return style
    if asked.kind == "noise":
        return dice.integers(0, 256, content.shape).astype(np.uint8)
    if asked.kind == "blend":
        mixed: UInt8[np.ndarray, "s s 3"] = np.rint((1 - asked.share) * content + asked.share * style).astype(np.uint8)
        return mixed
    n = SIDE // _PIECE
    pieces = style.reshape(n, _PIECE, n, _PIECE, 3).swapaxes(1, 2).reshape(n * n, _PIECE, _PIECE, 3)
    return dice.permutation(pieces).reshape(n, n, _PIECE, _PIECE, 3).swapaxes(1, 2).reshape(SIDE, SIDE, 3)


def compared(asked: Styled, content: UInt8[np.ndarray, "s s 3"], style: UInt8[np.ndarray, "s s 3"]) -> dict[str, Any]:
    """Matrices of S and G layer by layer, their distance, and J(G) with its parts.

    The rows of both matrices are in the order of how active the channels of S are.

    Source: course 4.9 to 4.12.
    """
    import torch
    from torch import Tensor

    from lenslet.tasks.style.encoder import PIXELS
    from lenslet.tasks.style.loss import (
        content_cost,
        painting_cost,
        relative_content_cost,
        relative_style_cost,
        style_cost,
        style_cost_over_layers,
        style_matrix,
    )

    eyes, made = _encoder(), generated(asked, content, style)
    with torch.no_grad():
        of_c, of_s, of_g = (eyes(_tensor(one)) for one in (content, style, made))
        layers: list[dict[str, Any]] = []
        costs: dict[str, Tensor] = {}
        for layer, weight in eyes.taps.style.items():
            s, g = of_s[layer].float(), of_g[layer].float()
            costs[layer] = style_cost(s, g)
            positions = float(s[0, 0].numel())
            matrix_s, matrix_g = style_matrix(s) / positions, style_matrix(g) / g[0, 0].numel()
            order = matrix_s.diagonal().argsort(descending=True)
            reach = float(matrix_s.abs().max()) or 1.0
            layers.append({
                "layer": "the colours themselves" if layer == PIXELS else layer,
                "channels": s.shape[1], "map": list(s.shape[2:]), "weight": float(weight),
                "cost": float(costs[layer]), "relative": float(relative_style_cost(matrix_s, g)),
                "style": _heat(matrix_s[order][:, order] / reach),
                "generated": _heat(matrix_g[order][:, order] / reach),
            })  # fmt: skip
        both = {tap: (of_c[tap].float(), of_g[tap].float()) for tap in eyes.taps.content}
        j_content = torch.stack([eyes.taps.content[tap] * content_cost(*pair) for tap, pair in both.items()]).sum()
        shares = [eyes.taps.content[tap] * float(relative_content_cost(*pair)) for tap, pair in both.items()]
        j_style = style_cost_over_layers(costs, eyes.taps.style)
        total = painting_cost(j_content, j_style, alpha=asked.alpha, beta=asked.beta)
        return {
            "picture": png(made), "layers": layers, "content_layer": " and ".join(both),
            "content": float(j_content), "content_relative": sum(shares) / sum(eyes.taps.content.values()),
            "style": float(j_style), "total": float(total),
            "style_relative": sum(one["weight"] * one["relative"] for one in layers),
        }  # fmt: skip


def _heat(matrix: "Tensor") -> str:
    """Size of the products, on a scale where 1 is the largest of S; the root, or one channel would outshine all."""
    from lenslet import draw

    return png(draw.heat_colours(matrix.abs().clamp(max=1).sqrt().numpy()))


def _tensor(pixels: UInt8[np.ndarray, "s s 3"]) -> "Float[Tensor, '1 3 s s']":
    import torch

    return torch.from_numpy(pixels.astype(np.float32) / 255).permute(2, 0, 1)[None]


@lru_cache(maxsize=1)
def _encoder() -> "Encoder":
    from lenslet.verbs.encoder import encoder_of
    from lenslet.verbs.progress import bar

    with bar(shown=False) as quiet:
        return encoder_of(EYES, quiet, precision="fp32")


def routes(router: "APIRouter", project: "Project") -> None:
    """What the page asks."""
    from lenslet.image import resize

    def square(name: str) -> UInt8[np.ndarray, "s s 3"]:
        pixels = photo(project, name, 640)
        height, width = pixels.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        return resize(pixels[top : top + side, left : left + side], (SIDE, SIDE))

    @router.post("/learn/style")
    def style(asked: Styled) -> dict[str, Any]:
        content, own = square(asked.content), square(asked.style)
        return compared(asked, content, own) | {"pictures": [png(content), png(own)]}
