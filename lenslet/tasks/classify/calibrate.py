"""The temperature by which logits are divided, so that "90 % sure" is right in 90 of 100. Imports no torch."""

import numpy as np
from jaxtyping import Float, Int

from lenslet.results.calibration import COLDEST, HOTTEST, Calibration
from lenslet.tasks.classify.metrics import calibration_error

FEWEST = 50  # pictures from which a temperature is fitted: below, the halves are too small to tell that it helps
_NUMBERS = 4_000_000  # logits looked at; of more pictures, evenly spaced ones


def fit_temperature(logits: Float[np.ndarray, "n k"], truth: Int[np.ndarray, " n"]) -> float:
    """The temperature with the smallest negative log-likelihood, between 0.05 and 20.

    The truth counts as 1 - 1 / (n + 2), and the rest is spread over the other classes, as if one of n + 2 pictures
    were labelled at random. Without that, a net that makes no error on n pictures would be told to be wholly sure
    (Platt's rule for the same case with two classes).

    Args:
        logits: of each picture.
        truth: its class.

    Source: Guo et al. 2017, section 4.2; Platt 1999, section 2.2.
    """
    from scipy.optimize import minimize_scalar

    n, classes = logits.shape
    if n == 0 or classes < 2:
        return 1.0
    step = max(1, n * classes // _NUMBERS)
    # float64: at a temperature of 0.05 the logits of a sure net reach the hundreds
    scores, truth = logits[::step].astype(np.float64), truth[::step]
    scores -= scores.max(1, keepdims=True)
    doubt = 1 / (len(scores) + 2)
    # the cost is linear in log-probabilities, and those are z / T - log sum exp(z / T): one mean is all it needs of z
    of_truth = scores[np.arange(len(scores)), truth]
    others = (scores.sum(1) - of_truth) / (classes - 1)
    wanted = float(((1 - doubt) * of_truth + doubt * others).mean())

    def cost(log_temperature: float) -> float:
        temperature = np.exp(log_temperature)
        return float(np.log(np.exp(scores / temperature).sum(1)).mean() - wanted / temperature)

    bounds = (float(np.log(COLDEST)), float(np.log(HOTTEST)))
    found = minimize_scalar(cost, bounds=bounds, method="bounded", options={"xatol": 1e-4})
    return float(np.clip(np.exp(found.x), COLDEST, HOTTEST))


def calibrate(logits: Float[np.ndarray, "n k"], truth: Int[np.ndarray, " n"], *, by_heart: bool = False) -> Calibration:
    """Fit the temperature on all pictures, and measure what it does by halves.

    It stays 1 where there are fewer than 50 pictures, where the net has learned these very pictures, and where it
    does not help: where temperatures fitted on one half give the other half no better probabilities on the whole.

    Args:
        logits: of held-out pictures.
        truth: their classes.
        by_heart: they are pictures it was trained on.
    """
    n = len(truth)
    if not np.isfinite(logits).all():
        return _unfitted(np.full(logits.shape, 1 / logits.shape[1]), truth, "some of its answers are no numbers")
    before = _probabilities(logits, np.ones(n))
    if by_heart:
        return _unfitted(before, truth, "there are only pictures that it learned")
    if n < FEWEST:
        return _unfitted(before, truth, f"{n} pictures held out are too few, {FEWEST} would do")
    half = _halves(truth)
    by_half = [fit_temperature(logits[half == side], truth[half == side]) for side in (0, 1)]
    after = _probabilities(logits, np.where(half == 0, by_half[1], by_half[0]))
    nll = (_nll(before, truth), _nll(after, truth))
    if nll[1] >= nll[0]:
        return _unfitted(before, truth, "no temperature made it more honest")
    right = before.argmax(1) == truth
    confidence = np.stack([before.max(1), after.max(1)], axis=1)
    ece = (calibration_error(confidence[:, 0], right), calibration_error(confidence[:, 1], right))
    return Calibration(fit_temperature(logits, truth), n, nll, ece, confidence, right)


def _unfitted(probabilities: Float[np.ndarray, "n k"], truth: Int[np.ndarray, " n"], why: str) -> Calibration:
    right = probabilities.argmax(1) == truth
    confidence = probabilities.max(1)
    nll = ece = None
    if len(truth):
        nll = (_nll(probabilities, truth),) * 2
        ece = (calibration_error(confidence, right),) * 2
    return Calibration(1.0, len(truth), nll, ece, np.stack([confidence, confidence], axis=1), right, why)


def _halves(truth: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """0 or 1 for each picture: the pictures of each class in turn."""
    side = np.empty(len(truth), np.int64)
    side[np.argsort(truth, kind="stable")] = np.arange(len(truth)) % 2
    return side


def _probabilities(logits: Float[np.ndarray, "n k"], temperatures: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n k"]:
    scores = logits.astype(np.float64) / temperatures[:, None]
    powers = np.exp(scores - scores.max(1, keepdims=True, initial=-np.inf))
    made: np.ndarray = powers / powers.sum(1, keepdims=True)
    return made


def _nll(probabilities: Float[np.ndarray, "n k"], truth: Int[np.ndarray, " n"]) -> float:
    return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], 1e-12)).mean())
