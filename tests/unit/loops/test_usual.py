"""What counts when a recipe is settled: the caller, then the self-test, then what is usual."""

import pytest

from lenslet.loops.usual import settled

USUAL = {"optimizer": "muon", "rate": 0.04, "decay": 0.05, "batch": 16}
ELSE = {"momentum": 0.7, "clip": 0.5}


def test_what_is_usual_holds_where_nobody_has_decided() -> None:
    recipe = settled(USUAL, {"epochs": None, "seed": 3}, minutes=5, without_muon=ELSE)
    assert (recipe.optimizer, recipe.rate, recipe.minutes, recipe.epochs, recipe.seed) == ("muon", 0.04, 5.0, None, 3)
    assert recipe.momentum != 0.7


@pytest.mark.parametrize(("optimizer", "rate"), [("adamw", 2e-3), ("sgd", 0.02)])
def test_another_optimizer_brings_its_own_rate_unless_one_is_given(optimizer: str, rate: float) -> None:
    recipe = settled(USUAL, {"optimizer": optimizer}, minutes=5, without_muon=ELSE)
    assert (recipe.rate, recipe.momentum, recipe.clip) == (rate, 0.7, 0.5)
    assert settled(USUAL, {"optimizer": optimizer, "rate": 0.1}, minutes=5).rate == 0.1
    assert (
        settled(USUAL, {"optimizer": optimizer}, minutes=5, rates=(0.5, 0.6)).rate
        == {"adamw": 0.5, "sgd": 0.6}[optimizer]
    )


def test_a_budget_that_is_given_replaces_the_usual_one_and_that_of_a_self_test() -> None:
    assert settled(USUAL, {"epochs": 7}, minutes=5).minutes is None
    by_heart = settled(USUAL, {}, minutes=5, by_heart=300)
    assert (by_heart.epochs, by_heart.minutes, by_heart.decay, by_heart.average) == (300, None, 0.0, 0.0)
    short = settled(USUAL, {"minutes": 1}, minutes=5, by_heart=300)
    assert (short.epochs, short.minutes, short.decay) == (None, 1, 0.0)
    assert settled(USUAL, {"decay": 0.3}, minutes=5, by_heart=300).decay == 0.3
