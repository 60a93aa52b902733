"""Course 1.9: pooling."""

import inspect

import numpy as np
import pytest

from lenslet.foundations import output_size, pool2d, pool2d_by_hand

IMAGE = np.array([[1, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2]])[None, None]


@pytest.mark.parametrize("pool", [pool2d, pool2d_by_hand])
def test_the_largest_of_each_2_by_2_are_9_2_6_3(pool):
    assert pool(IMAGE, 2, stride=2)[0, 0].tolist() == [[9, 2], [6, 3]]


@pytest.mark.parametrize("pool", [pool2d, pool2d_by_hand])
def test_the_averages_of_each_2_by_2(pool):
    assert pool(IMAGE, 2, stride=2, mode="average")[0, 0].tolist() == [[3.75, 1.25], [3.75, 2.0]]


@pytest.mark.parametrize(("n", "f", "s"), [(4, 2, 2), (5, 3, 1), (7, 3, 2), (28, 2, 2)])
def test_the_side_is_n_minus_f_over_s_plus_1(n, f, s):
    side = (n - f) // s + 1
    assert pool2d(np.ones((1, 1, n, n)), f, stride=s).shape == (1, 1, side, side)
    assert output_size(n, f, stride=s) == side


def test_each_channel_is_pooled_by_itself_and_nothing_is_learned():
    stack = np.concatenate([IMAGE, -IMAGE], axis=1)
    assert pool2d(stack, 2)[0].tolist() == [[[9, 2], [6, 3]], [[-1, -1], [-1, -1]]]
    assert set(inspect.signature(pool2d).parameters) == {"x", "size", "stride", "mode"}  # no weights among them
