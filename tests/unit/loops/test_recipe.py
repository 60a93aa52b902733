"""The recipe and its schedule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenslet.errors import CallError
from lenslet.loops import Recipe


@given(st.floats(0, 1))
def test_the_rate_stays_between_zero_and_its_highest(fraction: float) -> None:
    assert 0 <= Recipe(epochs=1, rate=0.1).rate_at(fraction) <= 0.1


def test_the_rate_rises_then_falls_to_zero() -> None:
    recipe = Recipe(minutes=1, rate=1.0, warmup=0.2)
    assert recipe.rate_at(0.0) == 0
    assert recipe.rate_at(0.1) == pytest.approx(0.5)
    assert recipe.rate_at(0.2) == pytest.approx(1.0)
    assert recipe.rate_at(0.6) == pytest.approx(0.5)
    assert recipe.rate_at(1.0) == pytest.approx(0.0)
    assert Recipe(epochs=1, warmup=0.0, rate=1.0).rate_at(0.0) == 1.0


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"epochs": 1, "minutes": 1.0},
        {"epochs": 0},
        {"minutes": 0.0},
        {"minutes": float("nan")},
        {"epochs": 1, "batch": 0},
        {"epochs": 1, "rate": float("inf")},
        {"epochs": 1, "optimizer": "magic"},
        {"epochs": 1, "precision": "int1"},
        {"epochs": 1, "warmup": 1.0},
        {"epochs": 1, "falloff": 0.0},
        {"epochs": 1, "falloff": 1.1},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(CallError):
        Recipe(**wrong)  # type: ignore[arg-type]
