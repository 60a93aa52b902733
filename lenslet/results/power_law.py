"""How an error falls with the number of pictures: error = c + a n^-b, fitted to many sets of errors at once."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

_FLATTEST, _STEEPEST = 0.05, 2.0  # exponents looked at; Hestness et al. found 0.07 to 0.35, small data has up to 1
_EXPONENTS = 80


@dataclass(frozen=True)
class PowerLaw:
    """error = floor + scale * (n / unit) ** -exponent, for one or for many sets of errors (one element each).

    Args:
        floor: the error that no number of pictures removes, 0 to 1.
        scale: what the rest of the error is with `unit` pictures.
        exponent: how fast that rest falls.
        unit: pictures.
    """

    floor: Float[np.ndarray, " sets"]
    scale: Float[np.ndarray, " sets"]
    exponent: Float[np.ndarray, " sets"]
    unit: float

    def error(self, n: int | float) -> Float[np.ndarray, " sets"]:
        """The error with `n` pictures, at most 1."""
        made: np.ndarray = np.minimum(self.floor + self.scale * (n / self.unit) ** -self.exponent, 1.0)
        return made


def fit_power_law(
    n: Float[np.ndarray, " m"], errors: Float[np.ndarray, "sets m"], weights: Float[np.ndarray, " m"]
) -> PowerLaw:
    """The power law nearest to each set of errors, by weighted least squares, with floor and scale not below 0.

    For a given exponent the rest is a straight line with a closed answer; so exponents are tried on a grid, for all
    sets at once, and the best one is then refined between its neighbours.

    Args:
        n: pictures learned from.
        errors: shares of wrong answers, a row per set.
        weights: of the errors, one over their variance.

    Source: Hestness et al. 2017, Deep Learning Scaling is Predictable, Empirically, equation 1.
    """
    unit = float(np.exp(np.log(n).mean()))
    grid = np.geomspace(_FLATTEST, _STEEPEST, _EXPONENTS)
    costs = np.stack([_line((n / unit) ** -b, errors, weights)[2] for b in grid])
    best = costs.argmin(0)
    low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, grid.size - 1)]
    for _ in range(60):  # golden sections, for all sets at once
        left, right = high - 0.618034 * (high - low), low + 0.618034 * (high - low)
        nearer = _cost(n / unit, left, errors, weights) <= _cost(n / unit, right, errors, weights)
        low, high = np.where(nearer, low, left), np.where(nearer, right, high)
    exponent = (low + high) / 2
    floor, scale, _ = _line((n[None, :] / unit) ** -exponent[:, None], errors, weights)
    return PowerLaw(floor, scale, exponent, unit)


def _cost(
    n: Float[np.ndarray, " m"],
    exponent: Float[np.ndarray, " sets"],
    errors: Float[np.ndarray, "sets m"],
    weights: Float[np.ndarray, " m"],
) -> Float[np.ndarray, " sets"]:
    return _line(n[None, :] ** -exponent[:, None], errors, weights)[2]


def _line(
    x: np.ndarray, y: Float[np.ndarray, "sets m"], weights: Float[np.ndarray, " m"]
) -> tuple[Float[np.ndarray, " sets"], Float[np.ndarray, " sets"], Float[np.ndarray, " sets"]]:
    """Intercept, slope and cost of the line nearest to each row, neither of the first two below 0."""
    w = weights / weights.sum()
    x = np.broadcast_to(x, y.shape)
    mean_x, mean_y = (w * x).sum(1), (w * y).sum(1)
    spread = (w * (x - mean_x[:, None]) ** 2).sum(1)
    slope = (w * (x - mean_x[:, None]) * (y - mean_y[:, None])).sum(1) / np.maximum(spread, 1e-300)
    slope = np.maximum(slope, 0.0)  # rising errors: the best that a falling law can do is a level
    intercept = mean_y - slope * mean_x
    through_zero = (w * x * y).sum(1) / np.maximum((w * x * x).sum(1), 1e-300)
    below = intercept < 0
    slope, intercept = np.where(below, through_zero, slope), np.where(below, 0.0, intercept)
    cost = (w * (y - intercept[:, None] - slope[:, None] * x) ** 2).sum(1)
    return intercept, slope, cost
