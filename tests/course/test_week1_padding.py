"""Course 1.4: padding."""

import numpy as np
import pytest

from lenslet.foundations import conv2d, output_size


def test_6_by_6_padded_by_1_under_3_by_3_stays_6_by_6():
    assert output_size(6, 3, padding=1) == 6
    assert conv2d(np.ones((1, 1, 6, 6)), np.ones((1, 1, 3, 3)), padding=1).shape == (1, 1, 6, 6)


@pytest.mark.parametrize("f", [1, 3, 5, 7])
@pytest.mark.parametrize("n", [7, 12])
def test_the_sides_are_n_plus_2p_minus_f_plus_1(n, f):
    assert output_size(n, f, padding="valid") == n - f + 1
    assert output_size(n, f, padding=2) == n + 2 * 2 - f + 1
    assert output_size(n, f, padding="same") == output_size(n, f, padding=(f - 1) // 2) == n


def test_same_is_the_padding_of_half_the_filter_less_one():
    x, w = np.arange(49.0).reshape(1, 1, 7, 7), np.arange(25.0).reshape(1, 1, 5, 5)
    np.testing.assert_array_equal(conv2d(x, w, padding="same"), conv2d(x, w, padding=2))


def test_without_padding_a_corner_pixel_counts_once_and_a_central_one_nine_times():
    uses = [
        conv2d(np.eye(1, 49, pixel).reshape(1, 1, 7, 7), np.ones((1, 1, 3, 3))).sum()
        for pixel in (0, 24)  # the corner, the centre
    ]
    assert uses == [1, 9]
