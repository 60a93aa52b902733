"""Softmax over identities with a margin on the cosine."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

__all__ = ["Centres", "margin_loss"]


class Centres(nn.Module):
    """A direction for each identity that is learned from; thrown away when the net is trained.

    Args:
        identities: how many.
        dimensions: numbers of an encoding.
    """

    def __init__(self, identities: int, dimensions: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(identities, dimensions) / dimensions**0.5)

    def forward(self, encodings: Float[Tensor, "n d"]) -> Float[Tensor, "n k"]:
        """Cosines between encodings of length 1 and the directions."""
        out: Tensor = encodings @ normalize(self.weight.float(), dim=1).T
        return out


def margin_loss(
    cosines: Float[Tensor, "n k"],
    identities: Int[Tensor, " n"],
    *,
    margin: int | float = 0.2,
    scale: int | float | None = None,
) -> Float[Tensor, ""]:
    """Cross-entropy of scale * cosines, from the true one of which `margin` is taken: it has to win by that much.

    Args:
        cosines: to the direction of each identity.
        identities: whose each picture is.
        margin: m.
        scale: s; cosines reach from -1 to 1 only, which no softmax can call sure. Unless given, sqrt(2) log(k - 1):
            under the 24 to 64 of most papers, who have a hundred thousand identities, few are learned by heart.

    Source: course item 4.7 speaks of the binary answer; this is CosFace, Wang et al. 2018, equation 4, with the scale
    of AdaCos, Zhang et al. 2019, equation 14.
    """
    if scale is None:
        scale = max(math.sqrt(2) * math.log(max(cosines.shape[1] - 1, 1)), 2.0)
    taken = torch.zeros_like(cosines).scatter_(1, identities[:, None], margin)
    return cross_entropy(scale * (cosines - taken), identities)
