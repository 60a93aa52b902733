"""tau from one's own people: what is promised is kept, and what cannot be promised is said."""

from typing import Any

import numpy as np
import pytest

from lenslet.errors import CallError
from lenslet.gallery.calibrate import calibrated, to_people
from lenslet.gallery.records import Person
from lenslet.gallery.search import Held
from lenslet.results import FaceThreshold


def people(count: int, each: int, *, noise: float = 0.3, dimensions: int = 16, seed: int = 0) -> Held:
    dice = np.random.default_rng(seed)
    middle = dice.normal(size=(count, dimensions)).repeat(each, 0)
    vectors = middle + noise * dice.normal(size=middle.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    owner = np.arange(count, dtype=np.int32).repeat(each)
    order = dice.permutation(len(owner))
    return Held(
        vectors[order].astype(np.float32), owner[order], tuple(Person(f"{n:032x}", f"p{n}") for n in range(count))
    )


def by_hand(held: Held) -> tuple[list[float], list[float]]:
    """Every picture against every person, by the nearest other picture."""
    genuine, impostor = [], []
    for i, vector in enumerate(held.vectors.astype(np.float64)):
        for person in range(len(held.people)):
            others = [held.vectors[j] for j in np.flatnonzero(held.owner == person) if j != i]
            if others:
                nearest = min(float(((vector - other) ** 2).sum()) for other in others)
                (genuine if person == held.owner[i] else impostor).append(nearest)
    return genuine, impostor


def test_tau_is_just_below_the_kth_nearest_stranger_and_far_is_k_of_n_plus_1():
    held = people(12, 3)
    genuine, impostor = by_hand(held)
    found = calibrated(held, 0.02)
    k = int(0.02 * (len(impostor) + 1))
    k -= sorted(impostor)[k] - sorted(impostor)[k - 1] < 1e-9  # a with b, and b with a: both, or neither
    assert found.impostor == len(impostor) == 12 * 3 * 11
    assert found.genuine == len(genuine) == 36
    assert found.threshold == pytest.approx(sorted(impostor)[k - 1], abs=1e-4)
    assert found.far == k / (len(impostor) + 1) <= 0.02
    assert k - 2 <= sum(distance <= found.threshold for distance in impostor) <= k - 1
    assert found.frr == pytest.approx(np.mean(np.array(genuine) > found.threshold))


def test_a_picture_is_never_its_own_neighbour_and_people_of_one_picture_have_no_genuine_pair():
    held = people(6, 1)
    distances = to_people(held.vectors, held.owner, np.arange(6))
    assert np.isinf(distances[np.arange(6), held.owner]).all()
    found = calibrated(held, 0.1)
    assert (found.genuine, found.frr, found.frr_interval) == (0, None, None)
    assert any("nobody has two pictures" in note for note in found.notes)


def test_the_share_that_was_promised_is_that_of_strangers_who_come_later():
    rates = []
    for seed in range(12):
        held = people(60, 2, seed=seed)
        found = calibrated(held, 0.01)
        assert found.far <= 0.01
        later = people(400, 1, seed=1000 + seed).vectors
        distances = to_people(
            np.concatenate([held.vectors, later]),
            np.concatenate([held.owner, np.arange(60, 460, dtype=np.int32)]),
            np.arange(120, 520),
        )[:, :60]
        rates.append((distances <= found.threshold).mean() / found.far)
    assert np.mean(rates) == pytest.approx(1, abs=0.25)


def test_a_share_that_cannot_be_promised_is_not():
    found = calibrated(people(5, 2), 1e-6)
    assert found.far == 2 / 41 > found.wanted, "the two nearest are each other's"
    assert "40 pairs of strangers, of 5 people, are too few for a share of 1e-06, or for any" in found.notes[0]
    assert "are too few for a share of 0.001: from 0.0" in calibrated(people(40, 2), 0.001).notes[0]
    assert calibrated(people(70, 2), 0.01).notes == ()


def test_the_interval_holds_tau_and_narrows_with_more_people():
    few, many = calibrated(people(15, 2), 0.05), calibrated(people(120, 2), 0.05)
    for found in (few, many):
        assert found.threshold_interval is not None
        assert found.threshold_interval[0] <= found.threshold * 1.02
        assert found.threshold <= found.threshold_interval[1] * 1.02
    width = [found.threshold_interval[1] - found.threshold_interval[0] for found in (few, many)]  # type: ignore[index]
    assert width[1] < width[0] / 2
    assert calibrated(people(4, 2), 0.05).threshold_interval is None


def test_of_very_many_people_some_are_drawn_the_same_ones_for_a_seed(monkeypatch):
    monkeypatch.setattr("lenslet.gallery.calibrate.MOST", 40)
    held = people(90, 2)
    first, again, other = calibrated(held, 0.05), calibrated(held, 0.05), calibrated(held, 0.05, seed=1)
    assert first == again
    assert first.threshold != other.threshold
    assert first.people == 40
    assert first.impostor == 40 * 39


def test_the_share_at_a_threshold_of_ones_own_is_read_off_the_curve():
    held = people(60, 2)
    found = calibrated(held, 0.01)
    _, impostor = by_hand(held)
    for wanted in (0.02, 0.1, 0.4):
        tau = float(np.quantile(impostor, wanted))
        assert found.far_at(tau) == pytest.approx(wanted, rel=0.1)
    assert found.far_at(found.threshold) == found.far
    assert found.far_at(min(impostor) / 2) is None, "so near no stranger was ever seen"


@pytest.mark.parametrize("far", [0, 1, -0.1, float("nan")])
def test_shares_that_are_none_are_refused(far: Any):
    with pytest.raises(CallError, match="give the share of strangers"):
        calibrated(people(5, 2), far)


@pytest.mark.parametrize("count", [0, 1])
def test_one_person_cannot_be_compared_with_anybody(count: int):
    with pytest.raises(CallError, match="enrol at least 2"):
        calibrated(people(count, 2), 0.1)


def test_it_comes_back_from_json_bit_for_bit():
    found = calibrated(people(10, 2), 0.05)
    assert FaceThreshold.from_json(found.to_json()) == found
    with pytest.raises(CallError):
        FaceThreshold.from_json("{}")
    with pytest.raises(CallError):
        FaceThreshold.from_json("[")
