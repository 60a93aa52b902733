"""Laws of the temperature."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lenslet.tasks.classify.calibrate import fit_temperature
from lenslet.tasks.classify.decode import probabilities

temperatures = st.floats(0.05, 20)
seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.integers(2, 12))
@settings(deadline=None, max_examples=25)
def test_logits_from_which_the_truth_is_drawn_have_a_temperature_of_about_1(seed: int, classes: int) -> None:
    dice = np.random.default_rng(seed)
    logits = dice.normal(0, 2, (3000, classes))
    truth = (logits + dice.gumbel(size=logits.shape)).argmax(1)
    assert fit_temperature(logits, truth) == pytest.approx(1, abs=0.25)


@given(seeds, st.floats(0.3, 3))
@settings(deadline=None, max_examples=25)
def test_logits_times_s_have_the_temperature_times_s(seed: int, s: float) -> None:
    dice = np.random.default_rng(seed)
    logits = dice.normal(0, 2, (300, 4))
    truth = (1.3 * logits + dice.gumbel(size=logits.shape)).argmax(1)
    assert fit_temperature(s * logits, truth) == pytest.approx(s * fit_temperature(logits, truth), rel=1e-3)


@given(arrays(np.float32, (7, 5), elements=st.floats(-100, 100, width=32)), temperatures)
@settings(deadline=None)
def test_no_temperature_changes_an_answer(logits: np.ndarray, temperature: float) -> None:
    made = probabilities(torch.from_numpy(logits), temperature=temperature)
    assert torch.equal(made.argmax(1), torch.from_numpy(logits.argmax(1)))
    assert torch.allclose(made.sum(1), torch.ones(7), atol=1e-5)
    assert (made >= 0).all()


@given(st.floats(-5, 5, width=32), temperatures)
@settings(deadline=None)
def test_nor_where_two_classes_differ_by_the_last_bit(value: float, temperature: float) -> None:
    logits = torch.tensor([[value, float(np.nextafter(np.float32(value), np.float32(9)))]])
    assert probabilities(logits, temperature=temperature).argmax(1).item() == 1


@given(seeds, st.floats(1.05, 20))
@settings(deadline=None, max_examples=50)
def test_a_higher_temperature_is_never_surer(seed: int, temperature: float) -> None:
    logits = torch.from_numpy(np.random.default_rng(seed).normal(0, 3, (20, 6)).astype(np.float32))
    assert (probabilities(logits, temperature=temperature).amax(1) <= probabilities(logits).amax(1)).all()
