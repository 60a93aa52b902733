"""Logits -> probabilities."""

import torch
from jaxtyping import Float
from torch import Tensor


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
