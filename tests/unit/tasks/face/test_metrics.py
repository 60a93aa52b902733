"""Verification by numbers that can be counted by hand, and against scikit-learn."""

import numpy as np
import pytest

from lenslet.errors import CallError
from lenslet.tasks.face.episodes import one_shot_error
from lenslet.tasks.face.metrics import Pairs, all_pairs, evaluate, rates, squared, threshold_at

DICE = np.random.default_rng(0)


def around(count: int, each: int, wide: float, dimensions: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """Encodings of `count` identities, `each` of each, spread so wide around them."""
    dice = np.random.default_rng(1)
    rows = np.repeat(dice.normal(size=(count, dimensions)), each, 0) + wide * dice.normal(
        size=(count * each, dimensions)
    )
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), np.repeat(np.arange(count), each)


def test_all_pairs_are_all_pairs():
    pairs = all_pairs(np.array([0, 0, 1, 1, 1]))
    assert int(pairs.same.sum()) == 1 + 3
    assert int((~pairs.same).sum()) == 6
    assert len({frozenset(pair) for pair in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)}) == 10


def test_of_many_pairs_some_are_drawn_and_all_of_the_same_kept():
    identities = np.repeat(np.arange(60), 5)
    pairs = all_pairs(identities, most=5000)
    assert int(pairs.same.sum()) == 60 * 10
    assert 4000 < int((~pairs.same).sum()) <= 5000
    assert (identities[pairs.first] == identities[pairs.second]).tolist() == pairs.same.tolist()


def test_the_curve_by_hand():
    distances = np.array([0.1, 0.2, 0.3, 0.4])
    same = np.array([True, False, True, False])
    thresholds, fars, tars = rates(distances, same)
    assert fars.tolist() == [0, 0, 0.5, 0.5, 1]
    assert tars.tolist() == [0, 0.5, 0.5, 1, 1]
    assert thresholds[1:].tolist() == distances.tolist()
    assert threshold_at(0.5, distances, same) == 0.3
    assert threshold_at(0.0, distances, same) == 0.1


def test_auc_is_that_of_scikit_learn():
    from sklearn.metrics import roc_auc_score

    encodings, identities = around(8, 6, 0.6)
    found = evaluate(encodings, identities, [str(i) for i in range(8)])
    pairs = all_pairs(identities)
    away = squared(encodings[pairs.first], encodings[pairs.second])
    assert found["auc"] == pytest.approx(roc_auc_score(pairs.same, -away), abs=1e-4)
    low, high = found.intervals["auc"]
    assert low < found["auc"] < high


def test_encodings_that_are_right_err_never_and_those_of_chance_half_the_time():
    encodings, identities = around(10, 4, 0.01)
    perfect = evaluate(encodings, identities, [str(i) for i in range(10)])
    assert (perfect["auc"], perfect["eer"], perfect["accuracy"]) == (1.0, 0.0, 1.0)
    assert not perfect.worst
    chance = evaluate(encodings, DICE.permutation(identities), [str(i) for i in range(10)])
    assert 0.35 < chance["auc"] < 0.65


def test_too_few_pairs_for_a_rate_are_told():
    encodings, identities = around(6, 3, 0.1)
    notes = " ".join(evaluate(encodings, identities, list("abcdef")).notes)
    assert "too few to speak of one wrong in 100" in notes
    assert "too few to speak of one wrong in 1,000" in notes


def test_a_picture_in_which_nothing_is_found_counts_as_wrong():
    encodings, identities = around(6, 4, 0.01)
    whole = evaluate(encodings, identities, list("abcdef"), threshold=0.5)
    encodings[0] = np.nan
    found = evaluate(encodings, identities, list("abcdef"), threshold=0.5, missing=1)
    assert found["accuracy"] < whole["accuracy"]
    assert found["auc"] < 1
    error, _, _ = one_shot_error(encodings, identities)
    assert error > 0


def test_the_worst_pairs_name_both_pictures():
    encodings, identities = around(6, 4, 0.9)
    found = evaluate(encodings, identities, list("abcdef"), pictures=[f"{i}.png" for i in range(24)])
    assert found.worst[0].picture is not None
    assert found.worst[0].beside is not None
    assert {"the same", "different"} <= {miss.truth.rpartition(": ")[2] for miss in found.worst}
    assert type(found).from_json(found.to_json()) == found


def test_only_pairs_of_one_kind_are_refused():
    encodings, identities = around(1, 4, 0.1)
    with pytest.raises(CallError, match="pairs of both kinds"):
        evaluate(encodings, identities, ["a"])


def test_given_pairs_alone_are_measured():
    encodings, identities = around(3, 2, 0.05)
    pairs = Pairs(np.array([0, 0]), np.array([1, 2]), np.array([True, False]))
    assert (
        "1 pairs of the same and 1 of different ones"
        in evaluate(encodings, identities, list("abc"), pairs=pairs).notes[-1]
    )


def test_one_shot_answers_of_separate_and_of_equal_encodings():
    encodings, identities = around(30, 3, 0.01)
    error, between, how = one_shot_error(encodings, identities)
    assert error == 0
    assert between == (0, 0)
    assert "20-way 1-shot" in how
    same = np.ones_like(encodings) / 4
    error, _, _ = one_shot_error(same, identities)
    assert error == pytest.approx(95, abs=0.1), "one in twenty is right by chance: the first"


def test_episodes_stay_within_their_group():
    encodings, identities = around(12, 3, 0.01)
    encodings[identities >= 6] = encodings[identities < 6]  # the second alphabet looks like the first
    apart, _, how = one_shot_error(encodings, identities, ["first"] * 6 + ["second"] * 6)
    assert apart == 0
    assert "6-way 1-shot" in how
    together, _, _ = one_shot_error(encodings, identities)
    assert together > 20


def test_nobody_with_two_pictures_makes_no_episode():
    error, between, how = one_shot_error(np.eye(4), np.arange(4))
    assert np.isnan(error)
    assert between is None
    assert "no two identities" in how
