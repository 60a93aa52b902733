"""Course 1.2: convolution by hand."""

import numpy as np
import pytest

from lenslet.foundations import conv2d, conv2d_by_hand, kernels

IMAGE = np.array(
    [
        [3, 0, 1, 2, 7, 4],
        [1, 5, 8, 9, 3, 1],
        [2, 7, 2, 5, 1, 3],
        [0, 1, 3, 1, 7, 8],
        [4, 2, 1, 6, 2, 8],
        [2, 4, 5, 2, 3, 9],
    ]
)
ANSWER = [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]


@pytest.mark.parametrize("convolve", [conv2d, conv2d_by_hand])
def test_the_6_by_6_matrix_with_the_vertical_filter_gives_the_16_numbers(convolve):
    z = convolve(IMAGE[None, None], kernels.VERTICAL[None, None])
    assert z[0, 0].tolist() == ANSWER
    assert z.dtype == np.int64


def test_the_first_number_is_the_articles_sum_of_nine_products():
    assert ANSWER[0][0] == 3 * 1 + 0 + 1 * -1 + 1 * 1 + 5 * 0 + 8 * -1 + 2 * 1 + 7 * 0 + 2 * -1
    assert (IMAGE[:3, :3] * kernels.VERTICAL).sum() == ANSWER[0][0]


def test_the_kernel_is_not_flipped():
    flipped = conv2d(IMAGE[None, None], kernels.VERTICAL[None, None, ::-1, ::-1])
    assert (-flipped)[0, 0].tolist() == ANSWER
