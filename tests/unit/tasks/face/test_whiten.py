"""After whitening, one identity varies alike in all directions, and strangers are told apart better."""

import numpy as np
import pytest

from lenslet.errors import CallError
from lenslet.tasks.face.metrics import all_pairs, rates, squared
from lenslet.tasks.face.whiten import whitening

DICE = np.random.default_rng(0)
WIDE = np.r_[np.full(4, 3.0), np.full(12, 0.3)]  # of one identity, along each axis


def people(count: int, each: int) -> tuple[np.ndarray, np.ndarray]:
    whose = np.repeat(np.arange(count), each)
    return DICE.normal(size=(count, 16))[whose] + WIDE * DICE.normal(size=(len(whose), 16)), whose


def auc(rows: np.ndarray, whose: np.ndarray) -> float:
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = all_pairs(whose)
    _, fars, tars = rates(squared(rows[pairs.first], rows[pairs.second]), pairs.same)
    return float(((tars[1:] + tars[:-1]) / 2 * np.diff(fars)).sum())


def test_one_identity_varies_alike_along_what_is_kept():
    rows, whose = people(60, 20)
    kept = rows @ whitening(rows, whose, 8)
    within = kept - np.stack([kept[whose == i].mean(0) for i in range(60)])[whose]
    spreads = np.sqrt(np.linalg.eigvalsh(np.cov(within.T)))
    assert spreads.max() / spreads.min() < 3.5, "ten to one before; shrinkage leaves some of it"


def test_strangers_are_told_apart_better():
    rows, whose = people(60, 20)
    projection = whitening(rows, whose, 12)
    others, their = people(30, 6)
    assert auc(others @ projection, their) > auc(others, their) + 0.1


def test_its_length_is_bounded_and_its_width_what_was_asked():
    rows, whose = people(20, 5)
    projection = whitening(rows, whose, 12)
    assert projection.shape == (16, 12)
    assert np.linalg.norm(projection, 2) == pytest.approx(1)


@pytest.mark.parametrize("whose", [[0, 0, 0], [0, 1, 2]])
def test_too_few_are_refused(whose):
    with pytest.raises(CallError, match="takes two of them"):
        whitening(DICE.normal(size=(3, 4)), np.array(whose), 2)
