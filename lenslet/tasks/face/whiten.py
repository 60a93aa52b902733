"""Directions of encodings that tell identities apart, and those in which one identity merely varies."""

import numpy as np
from jaxtyping import Float, Int

from lenslet.errors import CallError

__all__ = ["whitening"]

_SHRINK = 0.1  # of the mean variance, added in every direction: of few pictures the small ones are not known


def whitening(
    encodings: Float[np.ndarray, "n d"], identities: Int[np.ndarray, " n"], dimensions: int
) -> Float[np.ndarray, "d e"]:
    """A projection after which one identity varies alike in all directions, onto those in which identities differ most.

    A net learns to keep pictures of one identity together, but not equally well in every direction; distances count
    them alike. Divided by how far one identity spreads along each, they count for what they are worth.

    Args:
        encodings: of pictures that were learned from.
        identities: whose each is.
        dimensions: how many directions to keep; fewer where there are not as many.

    Raises:
        CallError: fewer than two identities, or nobody with two pictures.

    Source: Fisher 1936 (linear discriminants); Hatch et al. 2006 (within-class covariance normalisation).
    """
    names, whose = np.unique(identities, return_inverse=True)
    counts = np.bincount(whose)
    if len(names) < 2 or counts.max() < 2:
        raise CallError("to know how one identity varies takes two of them, and two pictures of one")
    rows = encodings.astype(np.float64)
    means = np.zeros((len(names), rows.shape[1]))
    np.add.at(means, whose, rows)
    means /= counts[:, None]
    within = rows - means[whose]
    spread = within.T @ within / len(rows)
    spread += _SHRINK * np.trace(spread) / len(spread) * np.eye(len(spread))
    variances, axes = np.linalg.eigh(spread)
    flat = axes / np.sqrt(variances)
    # not about their common mean: encodings are compared by their angle, as they were learned
    between = means @ flat
    _, directions = np.linalg.eigh(between.T @ between)
    kept: np.ndarray = flat @ directions[:, ::-1][:, :dimensions]
    return np.asarray(kept / np.linalg.norm(kept, 2))
