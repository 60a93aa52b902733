"""Where a number would lie on other pictures of the same kind: intervals of 95 %."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

__all__ = ["FEWEST", "bootstrap", "wilson"]

FEWEST = 5
"""Draws, pictures or groups of them, from which on an interval is given: of fewer, drawing them anew says little."""


def wilson(right: int, n: int) -> tuple[float, float]:
    """The Wilson score interval of a share, also for 0 of n and n of n.

    Source: Wilson 1927; computed by SciPy.
    """
    from scipy.stats import binomtest

    interval = binomtest(right, n).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def bootstrap(
    values: Float[np.ndarray, "n m"], groups: Sequence[str] | None = None, *, times: int = 1000, seed: int = 0
) -> list[tuple[float, float]] | None:
    """Of the mean of each column: 95 % of what it is when rows are drawn anew, with replacement.

    Args:
        values: a row a picture.
        groups: which rows belong together, and are drawn together: pictures of one person say less than as many people.
        times: how often they are drawn.
        seed: of the drawing.

    Returns:
        (low, high) of each column; None where there are fewer than `FEWEST` rows, or groups.

    Source: Efron 1979; the percentile interval, over clusters where there are groups.
    """
    names, which = np.unique(np.arange(len(values)).astype(str) if groups is None else groups, return_inverse=True)
    if len(names) < FEWEST:
        return None
    dice = np.random.default_rng(seed)
    sums = np.zeros((len(names), values.shape[1]))
    np.add.at(sums, which, values)
    counts = np.bincount(which, minlength=len(names))
    weights = np.stack(
        [np.bincount(dice.integers(0, len(names), len(names)), minlength=len(names)) for _ in range(times)]
    )
    means = (weights @ sums) / (weights @ counts)[:, None]
    low, high = np.quantile(means, (0.025, 0.975), axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))
