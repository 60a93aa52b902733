"""The costs of a painting: how far it is from the content of one picture and from the style of another.

The first four are the course's, number for number. With them, layers and nets of other widths need other alpha, beta
and lambda. The `relative_` ones are the same distances divided by the size of what they are compared with: 0 where the
painting has arrived, about 1 where it has nothing in common, whatever the layer and the net; `strength` rests on them.

Activations are those of one picture, (1, c, h, w): n_C = c, n_H = h, n_W = w.

Source: course items 4.9 to 4.12; Gatys, Ecker, Bethge 2016.
"""

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from lenslet.errors import ShapeError

__all__ = [
    "content_cost",
    "painting_cost",
    "relative_content_cost",
    "relative_distance",
    "relative_style_cost",
    "style_cost",
    "style_cost_from",
    "style_cost_over_layers",
    "style_distance",
    "style_matrix",
    "total_variation",
]

_PIECES = 16
_NOTHING = 1e-30  # a divisor, where there is nothing to compare with


def content_cost(content: Float[Tensor, "1 c h w"], generated: Float[Tensor, "1 c h w"]) -> Float[Tensor, ""]:
    """1/2 |a(C) - a(G)|^2.

    Raises:
        ShapeError: the pictures have different sizes.

    Source: course item 4.10.
    """
    return 0.5 * _difference(content, generated).square().sum()


def style_matrix(
    activations: Float[Tensor, "1 c h w"], mask: Float[Tensor, "h w"] | None = None
) -> Float[Tensor, "c c"]:
    """G_kk' = sum over i, j of a_ijk a_ijk': which channels are active together, wherever that is.

    Args:
        activations: of one layer.
        mask: how much each position counts, 0 to 1; all of them as 1 unless given.

    Source: course item 4.11; Gatys et al. 2017 (Controlling perceptual factors) for the mask.
    """
    if mask is not None:
        activations = activations * mask.sqrt().to(activations.dtype)
    matrix: Tensor = _Products.apply(activations)  # type: ignore[no-untyped-call]
    return matrix


def style_cost(
    style: Float[Tensor, "1 c hs ws"], generated: Float[Tensor, "1 c h w"], mask: Float[Tensor, "h w"] | None = None
) -> Float[Tensor, ""]:
    """1 / (2 n_H n_W n_C)^2 times the sum over k, k' of (G_kk'(S) - G_kk'(G))^2.

    A style picture of another size counts as if it were as large as the painting: its matrix is a sum over positions,
    and is taken times as many as the painting has more of them.

    Source: course item 4.12.
    """
    return style_cost_from(style_matrix(style) / _positions(style), generated, mask)


def style_cost_from(
    target: Float[Tensor, "c c"], generated: Float[Tensor, "1 c h w"], mask: Float[Tensor, "h w"] | None = None
) -> Float[Tensor, ""]:
    """The same, of a style that was looked at before.

    Args:
        target: G(S) divided by the style's number of positions.
        generated: activations of the painting.
        mask: where in the painting the style counts, 0 to 1.

    Source: course item 4.12.
    """
    return style_distance(target, style_matrix(generated, mask), _positions(generated, mask))


def style_distance(
    target: Float[Tensor, "c c"], matrix: Float[Tensor, "c c"], positions: float | int
) -> Float[Tensor, ""]:
    """The same, of a painting's style matrix and the number of positions that it is a sum over.

    Source: course item 4.12.
    """
    distance = _matrix_distance(target * positions, matrix)
    return distance / (2 * positions * len(matrix)) ** 2


def style_cost_over_layers(costs: Mapping[str, Tensor], weights: Mapping[str, float | int]) -> Float[Tensor, ""]:
    """The sum over layers of lambda_l times the style cost of layer l.

    Source: course item 4.12.
    """
    return torch.stack([weights[layer] * cost for layer, cost in costs.items()]).sum()


def painting_cost(
    content: Float[Tensor, ""], style: Float[Tensor, ""], *, alpha: float | int, beta: float | int
) -> Float[Tensor, ""]:
    """J(G) = alpha J_content(C, G) + beta J_style(S, G).

    Source: course item 4.9.
    """
    return alpha * content + beta * style


def relative_content_cost(content: Float[Tensor, "1 c h w"], generated: Float[Tensor, "1 c h w"]) -> Float[Tensor, ""]:
    """|a(C) - a(G)|^2 / |a(C) - its mean over the positions|^2: 1 for a picture that is the same everywhere."""
    around = (content - content.mean((2, 3), keepdim=True)).square().sum()
    return _difference(content, generated).square().sum() / around.clamp(min=_NOTHING)


def relative_style_cost(
    target: Float[Tensor, "c c"], generated: Float[Tensor, "1 c h w"], mask: Float[Tensor, "h w"] | None = None
) -> Float[Tensor, ""]:
    """|G(S) - G(G)|^2 / |G(S)|^2, both matrices divided by their numbers of positions.

    Args:
        target: G(S) divided by the style's number of positions.
        generated: activations of the painting.
        mask: where in the painting.
    """
    return relative_distance(target, style_matrix(generated, mask), _positions(generated, mask))


def relative_distance(
    target: Float[Tensor, "c c"], matrix: Float[Tensor, "c c"], positions: float | int
) -> Float[Tensor, ""]:
    """The same, of a painting's style matrix and the number of positions that it is a sum over."""
    return _matrix_distance(target, matrix / positions) / target.square().sum().clamp(min=_NOTHING)


def total_variation(picture: Float[Tensor, "1 c h w"]) -> Float[Tensor, ""]:
    """Mean squared difference of neighbouring pixels: how restless a picture is.

    Source: Mahendran, Vedaldi 2015, section 3.1, with beta = 2.
    """
    high, wide = picture.diff(dim=2).square(), picture.diff(dim=3).square()
    return (high.sum() + wide.sum()) / picture.numel()


class _Products(torch.autograd.Function):
    """The sums of products, with one product of matrices on the way back where autograd would make two.

    Activations in bfloat16 stay so, which is several times faster; pieces are summed in float32, or the rounding of
    the sum would be larger than what a painting near its end still has to learn.
    """

    @staticmethod
    def forward(ctx: Any, activations: Tensor) -> Tensor:
        ctx.save_for_backward(activations)
        rows = _rows(activations)
        if rows.dtype != torch.bfloat16:
            return rows.T @ rows
        whole = len(rows) - len(rows) % _PIECES
        pieces = rows[:whole].view(_PIECES, -1, rows.shape[1])
        rest = rows[whole:]
        return torch.bmm(pieces.transpose(1, 2), pieces).float().sum(0) + (rest.T @ rest).float()

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> Tensor:
        (activations,) = ctx.saved_tensors
        back = _rows(activations) @ (slope + slope.T).to(activations.dtype)
        return back.T.reshape(activations.shape)


def _rows(activations: Tensor) -> Tensor:
    """A position a row, (h w, c); a view whichever way the memory runs."""
    if activations.is_contiguous(memory_format=torch.channels_last):
        return activations[0].permute(1, 2, 0).flatten(0, 1)
    return activations[0].flatten(1).T


def _difference(content: Tensor, generated: Tensor) -> Tensor:
    if content.shape != generated.shape:
        raise ShapeError(
            f"content of shape {tuple(content.shape)} and a painting of shape {tuple(generated.shape)} do not lie on "
            "each other; give both pictures one size"
        )
    return content - generated


def _matrix_distance(one: Tensor, two: Tensor) -> Tensor:
    if one.shape != two.shape:
        raise ShapeError(f"style matrices of {len(one)} and {len(two)} channels come from different layers")
    return (one - two).square().sum()


def _positions(activations: Tensor, mask: Tensor | None = None) -> float:
    """How many positions count; never nothing."""
    return float(activations.shape[2] * activations.shape[3]) if mask is None else max(float(mask.sum()), _NOTHING)
