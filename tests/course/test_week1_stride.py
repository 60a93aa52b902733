"""Course 1.5: strided convolution."""

import numpy as np
import pytest

from lenslet.foundations import conv2d, output_size


@pytest.mark.parametrize(
    ("n", "f", "p", "s", "size"),
    [(7, 3, 0, 2, 3), (6, 3, 0, 2, 2), (8, 3, 0, 2, 3), (39, 3, 0, 1, 37), (37, 5, 0, 2, 17), (17, 5, 0, 2, 7)],
)
def test_the_side_is_the_floor_of_n_plus_2p_minus_f_over_s_plus_1(n, f, p, s, size):
    assert output_size(n, f, padding=p, stride=s) == size == int(np.floor((n + 2 * p - f) / s)) + 1
    assert conv2d(np.ones((1, 1, n, n)), np.ones((1, 1, f, f)), padding=p, stride=s).shape[2:] == (size, size)


def test_a_stride_of_2_takes_every_other_answer():
    x, w = np.arange(49).reshape(1, 1, 7, 7), np.arange(9).reshape(1, 1, 3, 3)
    np.testing.assert_array_equal(conv2d(x, w, stride=2), conv2d(x, w)[:, :, ::2, ::2])
