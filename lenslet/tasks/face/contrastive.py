"""The contrastive loss on pairs."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lenslet.tasks.face.distance import pairwise

__all__ = ["contrastive"]


def contrastive(
    encodings: Float[Tensor, "n d"], identities: Int[Tensor, " n"], *, margin: int | float = 1.0
) -> Float[Tensor, ""]:
    """Pairs of one identity are drawn together, others are pushed until they are `margin` apart.

    Over all pairs of a batch: the mean of d of the pairs of one identity, plus the mean of max(margin - sqrt(d), 0)^2
    over the other pairs that are still nearer than that, with d the squared distance: so the many that are
    far apart already do not drown the few that are not.

    Args:
        encodings: of length 1.
        identities: whose each is.
        margin: distance (not squared) that is far enough.

    Source: course item 4.5; Hadsell, Chopra and LeCun 2006, equation 4.
    """
    squared = pairwise(encodings, encodings)
    same = identities[:, None] == identities[None, :]
    other = ~same
    same = same & ~torch.eye(len(identities), dtype=torch.bool, device=same.device)
    # the root has no slope at 0, where two pictures are encoded alike
    short = (margin - (squared + 1e-6).sqrt()).clamp_min(0) * other
    drawn = (squared * same).sum() / same.sum().clamp_min(1)
    return drawn + short.square().sum() / (short > 0).sum().clamp_min(1)
