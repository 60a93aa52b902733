"""Metrics of a classifier on cases that can be counted by hand."""

import math

import numpy as np
import pytest

from lenslet.results import Classification
from lenslet.tasks.classify.metrics import calibration_error, evaluate, wilson

LABELS = ("a", "b", "c")


def _answers(*rows: tuple[float, ...]) -> list[Classification]:
    return [Classification(LABELS, np.array(row, np.float32)) for row in rows]


ANSWERS = _answers((0.8, 0.1, 0.1), (0.6, 0.3, 0.1), (0.1, 0.7, 0.2), (0.25, 0.5, 0.25))
TRUTH = np.array([0, 1, 1, 2])


def test_accuracy_confusion_and_f1_by_hand() -> None:
    found = evaluate(ANSWERS, TRUTH, LABELS)
    assert found.n == 4
    assert found["accuracy"] == 0.5
    assert found.confusion is not None
    assert found.confusion.tolist() == [[1, 0, 0], [1, 1, 0], [0, 1, 0]]
    # a: precision 1/2, recall 1, F1 2/3; b: 1/2, 1/2, 1/2; c: nothing
    assert found["macro_f1"] == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert found.per_class["b"] == {"n": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert found["loss"] == pytest.approx(
        -(math.log(0.8) + math.log(0.3) + math.log(0.7) + math.log(0.25)) / 4, rel=1e-6
    )
    assert "top5_accuracy" not in found


def test_the_worst_errors_come_first_and_tell_their_cost() -> None:
    first, second = evaluate(ANSWERS, TRUTH, LABELS).worst
    assert (first.truth, first.predicted) == ("c", "b")
    assert first.loss == pytest.approx(-math.log(0.25), rel=1e-6)
    assert (second.truth, second.predicted, second.score) == ("b", "a", pytest.approx(0.6))
    assert len(evaluate(ANSWERS, TRUTH, LABELS, worst=1).worst) == 1


def test_classes_that_do_not_occur_do_not_lower_the_macro_f1() -> None:
    assert evaluate(ANSWERS[:1], TRUTH[:1], LABELS)["macro_f1"] == 1.0


def test_top5_counts_the_truth_among_the_first_five() -> None:
    labels = tuple("abcdefg")
    scores = np.array([0.3, 0.2, 0.15, 0.12, 0.1, 0.08, 0.05], np.float32)
    answers = [Classification(labels, scores)] * 3
    assert evaluate(answers, np.array([4, 5, 0]), labels)["top5_accuracy"] == pytest.approx(2 / 3)


def test_the_wilson_interval_is_the_published_one() -> None:
    # Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29
    for right, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert wilson(right, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_confidence_that_is_right_as_often_as_it_says_has_no_calibration_error() -> None:
    confidence = np.full(10, 0.7)
    right = np.array([True] * 7 + [False] * 3)
    assert calibration_error(confidence, right) == pytest.approx(0)
    assert calibration_error(confidence, np.zeros(10, bool)) == pytest.approx(0.7)
    assert calibration_error(np.ones(4), np.array([True, True, True, False])) == pytest.approx(0.25)


def test_nothing_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="nothing to evaluate"):
        evaluate([], np.array([], int), LABELS)
