"""How distances lie: shares that are 1 together, read back, drawn."""

import numpy as np
import pytest

from lenslet.errors import CallError
from lenslet.results import Evaluation, Roc

DISTANCES = np.array([0.1, 0.2, 1.5, 2.0, 3.9])
SAME = np.array([True, True, False, False, False])


def test_shares_of_both_kinds_are_1_together():
    roc = Roc.of(DISTANCES, SAME, 0.7)
    assert roc.same.sum() == pytest.approx(1)
    assert roc.other.sum() == pytest.approx(1)
    assert roc.same[5] == roc.same[10] == 0.5  # bins of 0.02


def test_it_comes_back_with_its_evaluation():
    roc = Roc.of(DISTANCES, SAME, 0.7)
    one = Evaluation("face", 5, {"auc": 1.0}, roc=roc)
    back = Evaluation.from_json(one.to_json())
    assert back == one
    assert back.roc == roc
    assert hash(back.roc) == hash(roc)


def test_it_is_drawn(tmp_path):
    one = Evaluation("face", 5, {"auc": 1.0}, roc=Roc.of(DISTANCES, SAME, 0.7))
    assert one.plot(tmp_path / "roc.png").stat().st_size > 10_000


def test_other_numbers_are_refused():
    with pytest.raises(CallError, match="1 together"):
        Roc(np.zeros(200), np.zeros(200), 1.0)
