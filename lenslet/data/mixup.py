"""mixup: each picture laid over another of its batch, and their classes mixed in the same proportion."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lenslet.errors import CallError

Number = int | float


def mixup(
    images: Float[Tensor, "n c h w"],
    targets: Int[Tensor, " n"],
    classes: int,
    alpha: Number,
    generator: torch.Generator,
) -> tuple[Float[Tensor, "n c h w"], Float[Tensor, "n classes"]]:
    """Mix each picture with another one of the batch: x = l x_i + (1 - l) x_j, y = l y_i + (1 - l) y_j.

    The share l is drawn from Beta(alpha, alpha) for each picture (the paper draws one a batch), the other picture by
    shuffling the batch once. Nothing is changed in place.

    Args:
        images: normalised or not: mixing and normalising may change places.
        targets: class indices.
        classes: how many there are.
        alpha: 0 mixes nothing; 0.2 mostly shows one picture clearly; 1 takes every share alike.
        generator: source of all randomness, on the CPU.

    Returns:
        The mixed pictures, and for each the share of every class; what `cross_entropy` takes as soft targets.

    Raises:
        CallError: a negative alpha.

    Source: Zhang et al. 2017, equation 2.
    """
    if not 0 <= alpha < float("inf"):
        raise CallError(f"mixup's alpha is {alpha}: give a number of at least 0, for instance 0.2.")
    truth = torch.nn.functional.one_hot(targets, classes).to(torch.float32)
    n = len(images)
    even = torch.rand(n, generator=generator, dtype=torch.float64)
    other = torch.randperm(n, generator=generator).to(images.device)
    if not alpha:
        return images.clone(), truth
    from scipy.special import betaincinv  # torch draws from Beta only with its global generator

    share = torch.from_numpy(betaincinv(alpha, alpha, even.numpy())).to(images.device, torch.float32)
    mixed = torch.lerp(images[other], images, share.view(n, 1, 1, 1))
    return mixed, torch.lerp(truth[other], truth, share.view(n, 1))
