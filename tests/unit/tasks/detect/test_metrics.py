"""Metrics of a detector on cases that can be counted by hand."""

import numpy as np
import pytest

from lenslet.errors import CallError
from lenslet.results import Detections, Evaluation
from lenslet.tasks.detect.matching import match, overlap
from lenslet.tasks.detect.metrics import PLAIN_THRESHOLD, best_threshold, evaluate

NAMES = ("cat", "dog")
A, B, C = (0, 0, 10, 10), (20, 0, 40, 20), (50, 50, 90, 90)


def truth(*things: tuple[tuple[int, ...], int], **rest: list[bool]) -> Detections:
    rest = {name: np.array(values) for name, values in rest.items()}
    return Detections.truth(
        np.array([t[0] for t in things], float).reshape(-1, 4), np.array([t[1] for t in things], int), NAMES, **rest
    )


def said(*answers: tuple[tuple[int, ...], int, float]) -> Detections:
    boxes, labels, scores = zip(*answers, strict=True) if answers else ((), (), ())
    return Detections(np.array(boxes, float).reshape(-1, 4), np.array(scores, float), np.array(labels, int), NAMES)


def test_average_precision_by_hand() -> None:
    """cat: right, wrong, right of two: precision 1 up to recall 1/2, 2/3 up to 1. dog: one of one."""
    there = [truth((A, 0), (B, 0), (C, 1))]
    answers = [said((A, 0, 0.9), ((60, 0, 70, 9), 0, 0.8), (B, 0, 0.7), (C, 1, 0.6))]
    found = evaluate(answers, there)
    cat = (51 * 1 + 50 * 2 / 3) / 101
    assert found["ap50/cat"] == pytest.approx(cat)
    assert found["ap/dog"] == pytest.approx(1)
    assert found["map50"] == pytest.approx((cat + 1) / 2)
    assert found["map"] == pytest.approx(found["map50"])  # all right boxes fit exactly
    assert found["ar100"] == pytest.approx(1)
    assert (found.task, found.n, found.labels) == ("detect", 1, NAMES)
    assert found["map_small"] == pytest.approx(found["ap50/cat"])
    assert found["map_medium"] == pytest.approx(1)
    assert np.isnan(found["map_large"])
    # every answer counts: three of four right, three of three found
    assert found["precision"] == pytest.approx(3 / 4)
    assert found["recall"] == 1
    assert found["f1"] == pytest.approx(6 / 7)
    assert found.per_class["cat"]["n"] == 2
    assert found.per_class["cat"]["precision"] == pytest.approx(2 / 3)
    assert not found.intervals  # of a single picture


def test_a_box_counts_up_to_the_overlap_that_it_has() -> None:
    """IoU 0.75 passes at 0.50 to 0.75: six of ten."""
    found = evaluate([said(((0, 0, 10, 7.5), 0, 0.9))], [truth((A, 0))])
    assert found["map50"] == pytest.approx(1)
    assert found["map"] == pytest.approx(0.6)


def test_the_threshold_has_the_best_f1_and_lies_between_two_scores() -> None:
    there = [truth((A, 0), (B, 0))]
    answers = [said((A, 0, 0.9), (B, 0, 0.8), (C, 0, 0.4), ((70, 0, 80, 10), 1, 0.3))]
    found = evaluate(answers, there)
    assert found.curves is not None
    assert found.curves.threshold == found.curves.best == pytest.approx(0.6)
    assert (found["precision"], found["recall"], found["f1"]) == (1, 1, 1)
    assert found.curves.at[50].tolist() == [1, 1]
    assert found.curves.at[35].tolist() == pytest.approx([2 / 3, 1])
    assert np.isnan(found.curves.at[95, 0])
    given = evaluate(answers, there, threshold=0.85)
    assert given.curves is not None
    assert (given.curves.threshold, given.curves.best) == (0.85, pytest.approx(0.6))
    assert (given["precision"], given["recall"]) == (1, 0.5)
    assert given["map50"] == found["map50"]


def test_equal_scores_count_together() -> None:
    there = [truth((A, 0), (B, 0), (C, 0))]
    answers = [said((A, 0, 0.5), ((70, 0, 80, 10), 0, 0.5), (B, 0, 0.5), ((70, 20, 80, 30), 0, 0.1))]
    threshold = best_threshold(match(answers, there))
    assert threshold == pytest.approx(0.3)
    neighbour = float(np.nextafter(0.5, 0))
    close = match([said((A, 0, 0.5), ((70, 0, 80, 10), 0, neighbour))], [truth((A, 0))])
    assert best_threshold(close) == 0.5


def test_a_crowd_counts_neither_way() -> None:
    """Answers within it, as many as there are, are no mistakes; not finding it is none either."""
    many = (0, 0, 100, 100)
    there = [truth((many, 0), (B, 0), crowd=[True, False])]
    answers = [said((B, 0, 0.9), ((50, 50, 60, 60), 0, 0.95), ((70, 70, 80, 80), 0, 0.94), ((60, 20, 70, 30), 1, 0.2))]
    found = evaluate(answers, there)
    assert found["map50"] == pytest.approx(1)
    assert found.per_class["cat"] == {"n": 1, "ap50": 1, "ap": 1, "precision": 1, "recall": 1, "f1": 1}
    assert found.mistakes is not None
    assert (found.mistakes.spared, found.mistakes.things, len(found.mistakes)) == (2, 1, 0)


def test_what_is_difficult_counts_neither_way_as_in_pascal_voc() -> None:
    """Found twice or missed, it is ignored; but unlike in a crowd, an answer has to fit it."""
    there = [truth((C, 0), (B, 0), difficult=[True, False])]
    twice = evaluate([said((B, 0, 0.5), (C, 0, 0.9), (C, 0, 0.8))], there)
    assert twice["map50"] == pytest.approx(1)
    assert twice.mistakes is not None
    assert (twice.mistakes.spared, len(twice.mistakes)) == (2, 0)
    missed = evaluate([said((B, 0, 0.5))], there)
    assert missed["recall"] == 1
    inside = evaluate([said((B, 0, 0.5), ((60, 60, 70, 70), 0, 0.9))], there)
    assert inside["map50"] == pytest.approx(1 / 2)


def test_pictures_without_anything_are_negatives() -> None:
    alone = evaluate([said((A, 0, 0.9))], [truth((A, 0))])
    empty = truth()
    with_wrong = evaluate([said((A, 0, 0.9)), said((B, 0, 0.95))], [truth((A, 0)), empty])
    assert alone["map50"] == 1
    assert with_wrong["map50"] == pytest.approx(0.5)
    assert with_wrong.n == 2
    assert evaluate([said((A, 0, 0.9)), said()], [truth((A, 0)), empty])["map50"] == 1


def test_nothing_there_and_nothing_said() -> None:
    silent = evaluate([said()], [truth((A, 0))])
    assert silent["map50"] == silent["recall"] == silent["f1"] == 0
    assert np.isnan(silent["precision"])
    assert np.isnan(silent["ap50/dog"])
    assert silent.curves is not None
    assert (silent.curves.best, silent.curves.threshold) == (None, PLAIN_THRESHOLD)
    bare = evaluate([said((A, 0, 0.9))], [truth()])
    assert np.isnan(bare["map50"])
    assert bare["precision"] == 0
    assert "only false answers can be told" in bare.notes[0]
    both = evaluate([said()], [truth()])
    assert all(np.isnan(both[name]) for name in both)
    for one in (silent, bare, both):
        assert Evaluation.from_json(one.to_json()) == one
        assert str(one)


def test_a_class_that_is_not_there_is_in_no_average_and_named() -> None:
    found = evaluate([said((A, 0, 0.9), (B, 1, 0.99))], [truth((A, 0))])
    assert found["map50"] == 1
    assert np.isnan(found["ap/dog"])
    assert found.notes == ("nothing here is of the class dog: it is in no average",)
    assert found["precision"] == 0.5  # the false dog is a wrong answer all the same


def test_a_thousand_things_in_a_picture() -> None:
    corner = np.stack(np.divmod(np.arange(1000), 40), 1) * 12.0
    boxes = np.concatenate([corner, corner + 10], 1)
    labels = np.zeros(1000, int)
    there = Detections.truth(boxes, labels, NAMES)
    found = evaluate([Detections(boxes, np.linspace(1, 0.1, 1000), labels, NAMES)], [there])
    assert found["ar100"] == pytest.approx(0.1)
    assert any("more than 100 things of one class" in note for note in found.notes)
    assert found.mistakes is not None
    assert found.mistakes.kinds["missed"].count == 900


def test_intervals_hold_the_number_and_narrow_with_more_pictures() -> None:
    dice = np.random.default_rng(0)
    widths = []
    for pictures in (20, 180):
        there = [truth((A, 0), (B, 1)) for _ in range(pictures)]
        answers = [
            said(
                *((box, label, s) for box, label, s in ((A, 0, 0.8), (B, 1, 0.7), (C, 0, 0.75)) if dice.random() < 0.8)
            )
            for _ in range(pictures)
        ]
        found = evaluate(answers, there)
        assert set(found.intervals) == {"map50", "map", "precision", "recall", "f1"}
        for name, (low, high) in found.intervals.items():
            assert 0 <= low <= found[name] <= high <= 1
        widths.append(found.intervals["map50"][1] - found.intervals["map50"][0])
        assert evaluate(answers, there).intervals == found.intervals  # the same each time
    assert widths[1] < widths[0] / 2


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(CallError, match="no pictures"):
        evaluate([], [])
    with pytest.raises(CallError, match="2 pictures do not go with 1"):
        evaluate([said(), said()], [truth()])
    turned = Detections.none(("dog", "cat"))
    with pytest.raises(CallError, match="the answers of picture 1 name the classes dog, cat and not cat, dog"):
        evaluate([said(), turned], [truth(), truth()])
    with pytest.raises(CallError, match="the truth of picture 1"):
        evaluate([said(), said()], [truth(), turned])


def test_overlap_of_boxes_without_area_is_nothing() -> None:
    flat = np.array([[5.0, 5, 5, 9], [5, 5, 5, 5]])
    assert overlap(flat, flat).tolist() == [[0, 0], [0, 0]]
    assert overlap(np.array([[0.0, 0, 10, 5]]), np.array([[0.0, 0, 10, 10]])).tolist() == [[0.5]]
