"""The triplet loss."""

from jaxtyping import Float, Int
from torch import Tensor

__all__ = ["triplet", "triplets_loss"]


def triplet(
    anchor: Float[Tensor, "n d"],
    positive: Float[Tensor, "n d"],
    negative: Float[Tensor, "n d"],
    *,
    alpha: int | float = 0.2,
) -> Float[Tensor, ""]:
    """L(A, P, N) = max(|f(A) - f(P)|^2 - |f(A) - f(N)|^2 + alpha, 0), summed over the triplets.

    Args:
        anchor: f(A) of each triplet.
        positive: f(P), of the same identity.
        negative: f(N), of another.
        alpha: how much farther the negative has to be, as a squared distance.

    Source: course item 4.6; Schroff et al. 2015 (FaceNet), equation 2.
    """
    near, far = (anchor - positive).square().sum(1), (anchor - negative).square().sum(1)
    return (near - far + alpha).clamp_min(0).sum()


def triplets_loss(
    distances: Float[Tensor, "n n"], triplets: Int[Tensor, "t 3"], *, alpha: int | float = 0.2
) -> Float[Tensor, ""]:
    """The same over triplets of a batch, divided by how many of them still cost something.

    The sum grows with the batch and falls with every triplet that is learned, and with it the step; the mean over
    those that are not yet learned does neither.

    Args:
        distances: squared, between all pictures of the batch.
        triplets: rows (anchor, positive, negative) of numbers of pictures, see `mine`.
        alpha: as above.
    """
    near, far = distances[triplets[:, 0], triplets[:, 1]], distances[triplets[:, 0], triplets[:, 2]]
    costs = (near - far + alpha).clamp_min(0)
    return costs.sum() / (costs > 0).sum().clamp_min(1)
