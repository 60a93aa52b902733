"""How different two encodings are."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import normalize

__all__ = ["pairwise", "unit"]


def unit(raw: Float[Tensor, "n d"]) -> Float[Tensor, "n d"]:
    """What a net says of each picture, divided by its length, in float32: f(x) with |f(x)| = 1."""
    return normalize(raw.float(), dim=1)


def pairwise(a: Float[Tensor, "n d"], b: Float[Tensor, "m d"]) -> Float[Tensor, "n m"]:
    """d(i, j) = |a_i - b_j|^2, of encodings of length 1: from 0 to 4.

    Source: course items 4.4, 4.5.
    """
    # of unit vectors it is 2 - 2 cos, which one product gives; rounding may fall below 0
    return (2 - 2 * torch.mm(a, b.T)).clamp_min(0)
