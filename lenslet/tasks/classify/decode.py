"""Logits -> probabilities."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

MIRRORED = "mirrored"
"""In `Card.head`: whether what is answered is the mean over a picture and its mirror image."""


def logits(net: nn.Module, images: Float[Tensor, "n c h w"], *, mirrored: bool) -> Float[Tensor, "n classes"]:
    """What a net says of pictures; of both a picture and its mirror image, the mean of the two, where that is wanted.

    Worth most where little is seen (CIFAR-10: 0.7 points), for twice the work; only for nets that learned from pictures
    mirrored at random. Source: Krizhevsky et al. 2012 (AlexNet), section 4.1, with logits for their probabilities.
    """
    given = net(torch.cat([images, images.flip(3)]) if mirrored else images)
    raw: Tensor = given[0] if isinstance(given, tuple) else given
    return raw.reshape(2, -1, raw.shape[1]).mean(0) if mirrored else raw


def probabilities(logits: Float[Tensor, "n classes"], *, temperature: float = 1.0) -> Float[Tensor, "n classes"]:
    """Softmax of logits / temperature, in float32; the maximum is subtracted first, so that it never overflows.

    The most probable class is that of the highest logit, whatever the temperature: where two come so near to each
    other that float32 rounds their probabilities to the same number, that of the first is made the next larger one.
    """
    made = (logits.float() / temperature).softmax(1)
    first = logits.argmax(1)
    tied = made.argmax(1) != first
    if bool(tied.any()):
        rows = torch.nonzero(tied)[:, 0]
        made[rows, first[rows]] = torch.nextafter(made[rows].amax(1), made.new_tensor(1.0))
    return made
