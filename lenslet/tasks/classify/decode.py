"""Logits -> probabilities -> results."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float
from torch import Tensor

from lenslet.results import Classification


def probabilities(logits: Float[Tensor, "n classes"], *, temperature: float = 1.0) -> Float[Tensor, "n classes"]:
    """Softmax of logits / temperature, in float32; the maximum is subtracted first, so that it never overflows."""
    return (logits.float() / temperature).softmax(1)


def classifications(
    logits: Float[Tensor, "n classes"],
    labels: tuple[str, ...],
    pictures: Sequence[Path | np.ndarray | None],
    *,
    temperature: float = 1.0,
) -> Iterator[Classification]:
    """One result a row."""
    for row, picture in zip(probabilities(logits, temperature=temperature).cpu().numpy(), pictures, strict=True):
        yield Classification(labels, row, picture)
