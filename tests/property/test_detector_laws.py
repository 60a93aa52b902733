"""Laws of measuring boxes: what is perfect is 1, order does not matter, a false answer never helps, mistakes divide."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.results import Detections, Evaluation
from lenslet.tasks.detect.matching import match, overlap, spared
from lenslet.tasks.detect.metrics import evaluate
from lenslet.tasks.detect.mistakes import find_mistakes

NAMES = ("a", "b", "c")
few = settings(max_examples=20, deadline=None)


seeds = st.integers(0, 2**32 - 1)
Scenes = tuple[list[Detections], list[Detections]]


def pictures(seed: int, *, things: int = 0) -> Scenes:
    """Answers and truth of one to four pictures; no two scores are equal."""
    dice = np.random.default_rng(seed)
    predicted, truth = [], []
    for _ in range(dice.integers(1, 5)):
        count, wild = int(dice.integers(things, 9)), int(dice.integers(0, 6))
        corner = dice.integers(0, 100, (count, 2)).astype(float)
        boxes = np.concatenate([corner, corner + dice.integers(4, 60, (count, 2))], 1)
        labels = dice.integers(0, 3, count)
        flags = {name: dice.random(count) < 0.15 for name in ("crowd", "difficult")} if not things else {}
        truth.append(Detections.truth(boxes, labels, NAMES, **flags))
        rows = dice.integers(0, count, dice.integers(0, 13)) if count else np.empty(0, int)
        said = boxes[rows] + dice.integers(-9, 10, (len(rows), 4))
        place = dice.integers(0, 100, (wild, 2)).astype(float)
        said = np.concatenate([said, np.concatenate([place, place + 20], 1)])
        said[:, 2:] = np.maximum(said[:, 2:], said[:, :2] + 1)
        called = np.where(dice.random(len(said)) < 0.7, np.append(labels[rows], np.zeros(wild, int)), 1)
        predicted.append(Detections(said, dice.random(len(said)), called, NAMES))
    return predicted, truth


def same(one: Evaluation, other: Evaluation) -> None:
    assert dict(one.metrics) == pytest.approx(dict(other.metrics), abs=1e-12, nan_ok=True)
    assert one.mistakes is not None
    assert other.mistakes is not None
    for kind, cost in one.mistakes.kinds.items():
        match_ = other.mistakes.kinds[kind]
        assert cost.count == match_.count
        assert (cost.f1, cost.map50) == pytest.approx((match_.f1, match_.map50), abs=1e-9, nan_ok=True)


@few
@given(seeds)
def test_the_truth_said_with_any_confidence_is_perfect(seed: int) -> None:
    _, truth = pictures(seed, things=1)
    answers = [Detections(t.boxes, np.linspace(0.9, 0.3, len(t)), t.labels, NAMES) for t in truth]
    found = evaluate(answers, truth)
    assert found["map"] == pytest.approx(1)
    assert (found["precision"], found["recall"], found["f1"]) == (1, 1, 1)
    assert found.mistakes is not None
    assert len(found.mistakes) == 0


@few
@given(seeds, st.randoms(use_true_random=False))
def test_neither_the_order_of_pictures_nor_that_of_answers_matters(seed: int, random) -> None:
    predicted, truth = pictures(seed)
    order = random.sample(range(len(truth)), len(truth))
    turned = [predicted[i][random.sample(range(len(predicted[i])), len(predicted[i]))] for i in order]
    same(evaluate(predicted, truth), evaluate(turned, [truth[i] for i in order]))


@few
@given(seeds)
def test_a_less_sure_false_answer_never_raises_anything(seed: int) -> None:
    predicted, truth = pictures(seed, things=1)
    first = predicted[0]
    least = min((float(p.scores.min()) for p in predicted if len(p)), default=1.0)
    more = Detections(
        np.concatenate([first.boxes, [[500.0, 500, 520, 520]]]),
        np.append(first.scores, least / 2),
        np.append(first.labels, 0),
        NAMES,
    )
    was, now = evaluate(predicted, truth), evaluate([more, *predicted[1:]], truth)
    for name in ("map", "map50", "ap/a", "ap50/a"):
        assert not now[name] > was[name] + 1e-12


@few
@given(seeds, st.floats(0, 1))
def test_mistakes_divide_answers_and_things(seed: int, threshold: float) -> None:
    """Each answer is right, spared or one mistake; each thing that counts is found, concerned or missed; each once."""
    predicted, truth = pictures(seed)
    found = find_mistakes(match(predicted, truth), predicted, truth, threshold, worst=None)
    counts = {name: kind.count for name, kind in found.kinds.items()}
    every = [mistake for erring in found.pictures for mistake in erring.mistakes]
    assert len(every) == len(found) == sum(counts.values())
    answers = sum(int((p.scores >= threshold).sum()) for p in predicted)
    assert answers == found.right + found.spared + len(every) - counts["missed"]
    things = sum(int((~spared(t)).sum()) for t in truth)
    assert things == found.things == found.right + sum(mistake.lost for mistake in every)
    for erring in found.pictures:
        lost = [(m.there, m.thing) for m in erring.mistakes if m.lost]
        there = [(one.box, one.label) for one in erring.truth]
        assert all(lost.count(one) <= there.count(one) for one in lost)
        assert erring.cost > 0 or all(m.score == 0 for m in erring.mistakes)
    costs = [erring.cost for erring in found.pictures]
    assert costs == sorted(costs, reverse=True)


@few
@given(seeds)
def test_everything_survives_json(seed: int) -> None:
    found = evaluate(*pictures(seed))
    back = Evaluation.from_json(found.to_json())
    assert back == found
    assert back.to_json() == found.to_json()
    assert hash(back) == hash(found)


@few
@given(seeds)
def test_no_other_threshold_has_a_better_f1(seed: int) -> None:
    predicted, truth = pictures(seed)
    best = evaluate(predicted, truth, resamples=2)
    for score in sorted({float(s) for p in predicted for s in p.scores})[:3]:
        other = evaluate(predicted, truth, threshold=score, resamples=2)
        assert not other["f1"] > best["f1"] + 1e-12


@few
@given(seeds)
def test_overlap_is_symmetric_and_one_with_itself(seed: int) -> None:
    _, truth = pictures(seed, things=1)
    boxes = truth[0].boxes
    shares = overlap(boxes, boxes)
    np.testing.assert_array_equal(shares, shares.T)
    np.testing.assert_allclose(np.diag(shares), 1)
    assert ((shares >= 0) & (shares <= 1)).all()
