"""Course 1.6: convolution over volumes."""

import numpy as np
import pytest

from lenslet.errors import ShapeError
from lenslet.foundations import conv2d


@pytest.fixture
def unchecked(monkeypatch):
    """As a user runs it: the annotations are checked in tests only, and would speak before our sentence does."""
    monkeypatch.setattr("jaxtyping._decorator.config.jaxtyping_disable", True)


def test_6_by_6_by_3_under_two_filters_of_3_by_3_by_3_is_4_by_4_by_2():
    assert conv2d(np.ones((1, 3, 6, 6)), np.ones((2, 3, 3, 3))).shape == (1, 2, 4, 4)


def test_every_number_is_the_sum_of_27_products():
    x, w = np.arange(108).reshape(1, 3, 6, 6), np.arange(54).reshape(2, 3, 3, 3)
    assert conv2d(x, w)[0, 1, 0, 0] == (x[0, :, :3, :3] * w[1]).sum()
    assert conv2d(np.ones((1, 3, 6, 6), int), np.ones((1, 3, 3, 3), int)).max() == 27


@pytest.mark.usefixtures("unchecked")
def test_channels_that_do_not_agree_are_an_error_that_names_both_shapes():
    with pytest.raises(ShapeError, match=r"\(1, 3, 6, 6\) have 3 channels, but kernels of shape \(2, 4, 3, 3\) have 4"):
        conv2d(np.ones((1, 3, 6, 6)), np.ones((2, 4, 3, 3)))
