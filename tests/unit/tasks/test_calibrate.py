"""The temperature: what it finds, and when it is left at 1."""

import numpy as np
import pytest
import torch

from lenslet.tasks.classify.calibrate import calibrate, fit_temperature
from lenslet.tasks.classify.decode import probabilities


def honest(n: int = 2000, k: int = 5, seed: int = 0, spread: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Logits of a net that is as sure as it should be: the truth is drawn from its own probabilities."""
    dice = np.random.default_rng(seed)
    logits = dice.normal(0, spread, (n, k))
    truth = (logits + dice.gumbel(size=(n, k))).argmax(1)
    return logits, truth


def test_an_honest_net_is_left_about_as_it_is() -> None:
    logits, truth = honest()
    assert fit_temperature(logits, truth) == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("times", [0.3, 4.0])
def test_a_net_that_is_too_sure_or_too_modest_becomes_honest(times: float) -> None:
    logits, truth = honest()
    found = calibrate(times * logits, truth)
    assert found.temperature == pytest.approx(times, rel=0.06)
    assert found.nll is not None
    assert found.ece is not None
    assert found.nll[1] < found.nll[0]
    assert found.ece[1] < 0.03 < found.ece[0]
    assert found.thresholds["temperature_from"] == "2000 pictures held out"
    assert found.thresholds["ece_after"] == found.ece[1]
    assert found.to_dict()["n"] == 2000


def test_a_net_without_an_error_is_not_told_to_be_wholly_sure() -> None:
    truth = np.arange(200) % 4
    logits = 4.0 * np.eye(4)[truth]
    found = calibrate(logits, truth)
    sure = probabilities(torch.tensor(logits), temperature=found.temperature).amax(1)
    # one wrong answer in about 200 is what 200 right ones leave possible
    assert 1 - sure.numpy().mean() == pytest.approx(1 / 202, rel=0.1)


def test_what_is_said_to_come_after_is_cross_fitted() -> None:
    logits, truth = honest(60, spread=1.0, seed=3)
    found = calibrate(3 * logits, truth)
    assert found.nll is not None
    scores = 3 * logits / found.temperature
    fitted = -(scores - np.log(np.exp(scores).sum(1, keepdims=True)))[np.arange(60), truth].mean()
    assert fitted < found.nll[1] < found.nll[0]


@pytest.mark.parametrize(
    ("n", "by_heart", "why"),
    [
        (49, False, "49 pictures held out are too few"),
        (500, True, "pictures that it learned"),
        (0, False, "0 pictures"),
    ],
)
def test_it_stays_1_where_nothing_can_be_known(n: int, by_heart: bool, why: str) -> None:
    logits, truth = honest(n)
    found = calibrate(5 * logits, truth, by_heart=by_heart)
    assert found.temperature == 1
    assert why in found.why_not
    assert found.ece is None if n == 0 else found.ece[0] == found.ece[1]
    assert why in found.thresholds["temperature_from"]


def test_it_stays_1_where_it_does_not_help() -> None:
    dice = np.random.default_rng(1)
    logits, truth = honest(64, seed=int(dice.integers(100)))
    kept = [calibrate(*honest(64, seed=seed)) for seed in range(12)]
    assert any(c.why_not for c in kept)  # of honest nets, some gain nothing
    assert all(c.temperature == 1 for c in kept if c.why_not)
    assert calibrate(np.zeros_like(logits), truth).temperature == 1
    assert calibrate(np.full_like(logits, np.nan), truth).why_not == "some of its answers are no numbers"


def test_one_class_and_more_numbers_than_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fit_temperature(np.zeros((80, 1)), np.zeros(80, np.int64)) == 1
    logits, truth = honest(4000)
    monkeypatch.setattr("lenslet.tasks.classify.calibrate._NUMBERS", 10_000)
    assert fit_temperature(2 * logits, truth) == pytest.approx(2, rel=0.1)
