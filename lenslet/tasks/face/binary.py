"""The binary head: whether two pictures show the same one, as a question with two answers."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

__all__ = ["BinaryHead", "binary_loss"]


class BinaryHead(nn.Module):
    """sigma(sum_k w_k |f(x_i)_k - f(x_j)_k| + b): logistic regression on what differs.

    Args:
        dimensions: numbers of an encoding.

    Source: course item 4.7; Taigman et al. 2014 (DeepFace), section 4.3; Koch et al. 2015.
    """

    def __init__(self, dimensions: int):
        super().__init__()
        # differing numbers begin as evidence against; a mean |difference| of encodings of length 1 is about 1/sqrt(d)
        self.weight = nn.Parameter(torch.full((dimensions,), -4.0 / dimensions**0.5))
        self.bias = nn.Parameter(torch.tensor(3.0))

    def forward(self, a: Float[Tensor, "n d"], b: Float[Tensor, "m d"]) -> Float[Tensor, "n m"]:
        """Logits of "the same" for every pair of the two lists."""
        return (a[:, None, :] - b[None, :, :]).abs() @ self.weight + self.bias

    def said(self, a: Float[Tensor, "n d"], b: Float[Tensor, "n d"]) -> Float[Tensor, " n"]:
        """Probabilities of "the same", pair by pair."""
        return torch.sigmoid((a - b).abs() @ self.weight + self.bias)


def binary_loss(logits: Float[Tensor, "n n"], identities: Int[Tensor, " n"]) -> Float[Tensor, ""]:
    """Cross-entropy over all pairs of a batch; the few pairs of one identity weigh as much as the many others.

    Args:
        logits: of "the same", for each pair.
        identities: whose each picture is.
    """
    same = identities[:, None] == identities[None, :]
    own = torch.eye(len(identities), dtype=torch.bool, device=same.device)
    yes, no = same & ~own, ~same
    costs = binary_cross_entropy_with_logits(logits.float(), same.float(), reduction="none")
    hard = costs * softplus(logits.detach().float()) * no  # among so many that are easy, those near count
    weights = (softplus(logits.detach().float()) * no).sum().clamp_min(1e-6)
    return (costs * yes).sum() / yes.sum().clamp_min(1) + hard.sum() / weights
