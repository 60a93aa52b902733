"""Budgets: what does good, and no more."""

import pytest

from lenslet.tasks.face.defaults import recipe, useful_minutes
from lenslet.tasks.face.prepare import _useful


def test_few_pictures_are_not_learned_by_heart_for_long():
    assert useful_minutes(100) == 3
    assert useful_minutes(2720) == pytest.approx(4.53, abs=0.01)
    assert recipe(2720).minutes == pytest.approx(4.53, abs=0.01)
    assert recipe(60_000).minutes == 15


def test_more_minutes_than_do_good_are_cut_and_that_is_said():
    budget, said = _useful({"minutes": 15, "seed": 3}, 2720)
    assert budget["seed"] == 3
    assert budget["minutes"] == pytest.approx(4.53, abs=0.01)
    assert "of the 15 minutes were used" in said[0]
    assert _useful({"minutes": 2}, 2720) == ({"minutes": 2}, [])
    assert _useful({"epochs": 900}, 2720) == ({"epochs": 900}, [])
