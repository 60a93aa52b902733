"""How good a classifier is, with how sure that is. Imports no torch."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from lenslet.results import Answer, Classification, Evaluation, Miss

CALIBRATION_BINS = 15


def evaluate(
    results: Sequence[Classification],
    truth: Int[np.ndarray, " n"],
    labels: tuple[str, ...],
    *,
    worst: int = 24,
    skipped: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
) -> Evaluation:
    """Compare predictions with the truth.

    Metrics: `accuracy`, `top5_accuracy` (where there are more than five classes), `macro_f1` over the classes that
    occur, `ece`, and `loss` (mean negative logarithm of the probability given to the truth).

    Args:
        results: one per picture.
        truth: index into `labels` of each.
        labels: class names, in the order of the scores.
        worst: how many of the costliest errors to keep.
        skipped: (path, why) of files that could not be read.
        notes: sentences a reader of the numbers must know.

    Raises:
        ValueError: no results.
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    if not results:
        raise ValueError("nothing to evaluate: no results")
    scores = np.stack([r.scores for r in results]).astype(np.float64)
    n, classes = scores.shape
    predicted = scores.argmax(1)
    right = predicted == truth
    of_truth = scores[np.arange(n), truth]
    metrics = {"accuracy": float(right.mean())}
    intervals = {"accuracy": wilson(int(right.sum()), n)}
    if classes > 5:
        in_top5 = (scores > of_truth[:, None]).sum(1) < 5
        metrics["top5_accuracy"] = float(in_top5.mean())
        intervals["top5_accuracy"] = wilson(int(in_top5.sum()), n)
    precision, recall, f1, support = precision_recall_fscore_support(
        truth, predicted, labels=np.arange(classes), zero_division=0.0
    )
    occurring = support > 0
    metrics["macro_f1"] = float(f1[occurring].mean())
    metrics["ece"] = calibration_error(scores.max(1), right)
    cost = -np.log(np.maximum(of_truth, 1e-12))
    metrics["loss"] = float(cost.mean())
    per_class = {
        label: {
            "n": int(support[i]),
            "precision": float(precision[i]),
            "recall": float(recall[i]),
            "f1": float(f1[i]),
        }
        for i, label in enumerate(labels)
    }
    costliest = [i for i in np.argsort(of_truth, kind="stable") if not right[i]][:worst]
    return Evaluation(
        task="classify",
        n=n,
        metrics=metrics,
        intervals=intervals,
        labels=labels,
        per_class=per_class,
        confusion=confusion_matrix(truth, predicted, labels=np.arange(classes)),
        worst=tuple(
            Miss(results[i].picture, labels[truth[i]], labels[predicted[i]], float(scores[i].max()), float(cost[i]))
            for i in costliest
        ),
        skipped=tuple(skipped),
        notes=tuple(notes),
        answers=tuple(
            Answer(
                results[i].picture,
                labels[truth[i]],
                labels[predicted[i]],
                float(scores[i].max()),
                0.0 if right[i] else float(cost[i]),
                "" if right[i] else "wrong class",
            )
            for i in range(n)
        ),
    )


def wilson(right: int, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """The Wilson score interval of a share: where the true share lies with `confidence`, also for 0 of n and n of n.

    Source: Wilson 1927; computed by SciPy.
    """
    from scipy.stats import binomtest

    interval = binomtest(right, n).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def calibration_error(confidence: Float[np.ndarray, " n"], right: np.ndarray, *, bins: int = CALIBRATION_BINS) -> float:
    """Expected calibration error: over equal bins of confidence, the mean gap between confidence and share of right
    answers.

    0 where "90 % sure" is right in 90 of 100. Source: Guo et al. 2017, equation 3.
    """
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = (
        abs(confidence[place == b].mean() - right[place == b].mean()) * (place == b).mean()
        for b in range(bins)
        if (place == b).any()
    )
    return float(sum(gaps))
