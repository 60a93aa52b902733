"""What is read from the losses of a range test."""

import numpy as np
import pytest
from PIL import Image

from lenslet.errors import CallError, ShapeError
from lenslet.results.rates import Rates

RATES = np.logspace(-6, 0, 100)
LEVEL = np.full(100, 2.3)


def valley(steep: float = -3.0, bottom: float = -2.0) -> np.ndarray:
    """A loss that falls around 10^steep, is lowest at 10^bottom, and then rises."""
    x = np.log10(RATES)
    return 2.3 - 1.5 / (1 + np.exp(-6 * (x - steep))) + np.maximum(x - bottom, 0) ** 2


def noisy(seed: int = 0, spread: float = 0.05) -> Rates:
    """The valley, on batches of which some are harder than others, to the untrained net as well."""
    dice = np.random.default_rng(seed)
    hard = dice.normal(0, 0.4, 100)
    return Rates(RATES, valley() + hard + dice.normal(0, spread, 100), LEVEL + hard, 0.002, "lenet5")


def test_the_suggestion_is_the_smaller_of_steepest_and_a_tenth_of_the_lowest() -> None:
    rates = Rates(RATES, valley(), LEVEL, 0.002)
    assert rates.reading is not None
    assert rates.reading.steepest == pytest.approx(1e-3, rel=0.2)
    assert rates.reading.lowest == pytest.approx(1e-2, rel=0.4)
    assert rates.suggested == min(rates.reading.steepest, rates.reading.lowest / 10)
    late = Rates(RATES, valley(steep=-2.2, bottom=-2.0), LEVEL, 0.002)
    assert late.reading is not None
    assert late.suggested == late.reading.lowest / 10 < late.reading.steepest


def test_hard_and_easy_batches_do_not_matter() -> None:
    rates = noisy()
    assert rates.suggested == pytest.approx(1e-3, rel=0.6)
    assert rates.between is not None
    low, high = rates.between
    assert low <= rates.suggested <= high < 5 * low
    assert f"{rates.suggested:.2g} ({low:.2g} to {high:.2g}" in rates.said
    assert "0.002 would be used" in rates.said


def test_more_scatter_makes_it_less_sure_and_says_so() -> None:
    sure, vague = noisy().between, noisy(spread=0.5)
    assert sure is not None
    if vague.between is not None:
        assert vague.between[1] / vague.between[0] > sure[1] / sure[0]
    flat = Rates(RATES, LEVEL + np.random.default_rng(1).normal(0, 0.2, 100), LEVEL, 0.002)
    assert flat.suggested is flat.between is flat.reading is None
    assert "did not clearly fall" in flat.said


def test_an_explosion_at_the_end_changes_nothing_before_it() -> None:
    losses = valley()
    losses[92:] = [50.0, 1e4, 1e9, 1e20, np.inf, np.nan, np.nan, np.nan]
    assert Rates(RATES, losses, LEVEL, 0.002).suggested == Rates(RATES, valley(), LEVEL, 0.002).suggested
    assert Rates(RATES[:3], np.array([2.0, np.nan, np.nan]), LEVEL[:3], 0.002).suggested is None
    assert Rates(RATES[:1], np.array([np.nan]), LEVEL[:1], 0.002).suggested is None


def test_json_and_csv_hold_every_step() -> None:
    rates = noisy()
    back = Rates.from_json(rates.to_json())
    assert back.to_json() == rates.to_json()
    assert back.suggested == rates.suggested
    broken = Rates(RATES[:2], np.array([2.0, np.nan]), LEVEL[:2], 0.002)
    assert Rates.from_json(broken.to_json()).to_json() == broken.to_json()
    lines = rates.csv().splitlines()
    assert lines[0] == "rate,loss,untrained,smoothed"
    assert len(lines) == 101
    with pytest.raises(CallError, match="not the JSON of a range test"):
        Rates.from_json("[]")
    with pytest.raises(CallError, match="schema"):
        Rates.from_json('{"schema": 9}')


def test_the_figure_is_written_whole_in_the_formats_that_it_names(tmp_path) -> None:
    flat = Rates(RATES, LEVEL, LEVEL, 0.002)
    for number, rates in enumerate((noisy(), flat)):
        with Image.open(rates.plot(tmp_path / f"{number}.png")) as picture:
            assert picture.width > 800
    with pytest.raises(CallError, match=r"\.png, \.pdf or \.svg"):
        noisy().plot(tmp_path / "rates.txt")


def test_rates_that_do_not_rise_are_refused() -> None:
    with pytest.raises(CallError, match="rise from step to step"):
        Rates(RATES[::-1], valley(), LEVEL, 0.002)
    with pytest.raises((ShapeError, TypeError)):  # under pytest, jaxtyping is the first to see it
        Rates(RATES, valley()[:5], LEVEL, 0.002)
