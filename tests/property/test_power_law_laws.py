"""Laws of the fit of a learning curve, and of the nested parts that it is measured on."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.data.nested import nested_part
from lenslet.results.power_law import fit_power_law

N = np.array([165.0, 330.0, 660.0, 1320.0])


@given(st.floats(0, 0.3), st.floats(0.05, 0.6), st.floats(0.1, 1.6))
@settings(deadline=None, max_examples=60)
def test_exact_points_of_a_power_law_give_back_its_parameters(floor: float, scale: float, exponent: float) -> None:
    errors = floor + scale * (N / 466.690476) ** -exponent
    fit = fit_power_law(N, errors[None], np.ones(4))
    assert fit.unit == pytest.approx(466.690476)
    assert fit.exponent[0] == pytest.approx(exponent, rel=0.01)
    assert fit.scale[0] == pytest.approx(scale, rel=0.02)
    assert fit.floor[0] == pytest.approx(floor, abs=0.01)
    for n in (1320, 2640):
        assert fit.error(n)[0] == pytest.approx(min(floor + scale * (n / 466.690476) ** -exponent, 1), abs=1e-4)


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.lists(st.floats(1, 1000), min_size=4, max_size=4))
@settings(deadline=None, max_examples=60)
def test_whatever_was_measured_more_pictures_never_promise_less(errors: list[float], weights: list[float]) -> None:
    fit = fit_power_law(N, np.array([errors]), np.array(weights))
    found = [float(fit.error(n)[0]) for n in (165, 660, 1320, 2640, 10**6)]
    assert found == sorted(found, reverse=True)
    assert found[-1] >= 0
    assert found[0] <= 1
    assert fit.floor[0] >= 0
    assert fit.scale[0] >= 0


labelled = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3)), min_size=1, max_size=60)


@given(labelled, st.integers(0, 5))
@settings(deadline=None)
def test_parts_are_nested_have_every_class_and_keep_copies_together(pairs: list[tuple[int, int]], draw: int) -> None:
    keys, labels = [k for k, _ in pairs], np.array([c for _, c in pairs])
    parts = [nested_part(keys, labels, share, draw=draw) for share in (1 / 8, 1 / 4, 1 / 2, 1.0)]
    for small, large in pairwise(parts):
        assert (large | ~small).all()
    assert parts[-1].all()
    for part in parts:
        assert set(labels[part]) == set(labels)
        inside = {pair for pair, taken in zip(pairs, part, strict=True) if taken}
        assert not inside & {pair for pair, taken in zip(pairs, part, strict=True) if not taken}


@given(labelled)
@settings(deadline=None)
def test_the_order_of_files_does_not_matter(pairs: list[tuple[int, int]]) -> None:
    def taken(chosen: list[tuple[int, int]]) -> set[tuple[int, int]]:
        part = nested_part([k for k, _ in chosen], np.array([c for _, c in chosen]), 0.5)
        return {pair for pair, in_part in zip(chosen, part, strict=True) if in_part}

    assert taken(pairs) == taken(pairs[::-1])
    assert taken(pairs) <= set(pairs)


def test_shares_are_those_of_each_class_and_draws_differ() -> None:
    labels = np.repeat([0, 1], [80, 16])
    part = nested_part(range(96), labels, 1 / 8)
    assert part[:80].sum() == 10
    assert part[80:].sum() == 2
    assert (part != nested_part(range(96), labels, 1 / 8, draw=1)).any()
