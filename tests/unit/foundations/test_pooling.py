"""Types, ties and errors of pooling; its numbers are in tests/course and tests/property."""

import numpy as np
import pytest

from lenslet.errors import CallError, ShapeError
from lenslet.foundations import pool2d, pool2d_backward


def test_the_stride_is_the_size_if_none_is_given():
    x = np.arange(36.0).reshape(1, 1, 6, 6)
    np.testing.assert_array_equal(pool2d(x, 3), pool2d(x, 3, stride=3))
    grad = np.ones((1, 1, 2, 2))
    np.testing.assert_array_equal(pool2d_backward(grad, x, 3), pool2d_backward(grad, x, 3, stride=3))


def test_the_first_of_equal_largest_takes_the_whole_gradient():
    grad = pool2d_backward(np.full((1, 1, 1, 1), 5.0), np.ones((1, 1, 2, 2)), 2)
    assert grad[0, 0].tolist() == [[5, 0], [0, 0]]


def test_a_pixel_that_wins_twice_is_paid_twice():
    x = np.zeros((1, 1, 3, 3))
    x[0, 0, 1, 1] = 1
    assert pool2d_backward(np.ones((1, 1, 2, 2)), x, 2, stride=1)[0, 0].tolist() == [[0, 0, 0], [0, 4, 0], [0, 0, 0]]


def test_pixels_beyond_the_last_window_get_no_gradient():
    grad = pool2d_backward(np.ones((1, 1, 2, 2)), np.ones((1, 1, 5, 5)), 2, mode="average")
    assert grad[0, 0, :4, :4].min() == 0.25
    assert not grad[0, 0, 4].any()
    assert not grad[0, 0, :, 4].any()


def test_not_a_number_is_passed_on():
    x = np.ones((1, 1, 2, 2))
    x[0, 0, 1, 0] = np.nan
    assert np.isnan(pool2d(x, 2)).all()
    assert pool2d_backward(np.ones((1, 1, 1, 1)), x, 2)[0, 0].tolist() == [[0, 0], [1, 0]]


@pytest.mark.parametrize(
    ("dtype", "largest", "average"),
    [(np.uint8, np.uint8, np.float64), (np.float16, np.float16, np.float32), (np.float32, np.float32, np.float32)],
)
def test_the_largest_keeps_its_type_and_averages_are_fractions(dtype, largest, average):
    x = np.ones((1, 1, 4, 4), dtype)
    assert pool2d(x, 2).dtype == largest
    assert pool2d(x, 2, mode="average").dtype == average


def test_no_images_give_no_maps():
    x = np.ones((0, 3, 6, 6))
    assert pool2d(x, 2).shape == (0, 3, 3, 3)
    assert pool2d_backward(np.ones((0, 3, 3, 3)), x, 2).shape == x.shape


@pytest.mark.usefixtures("unchecked")
def test_errors_name_what_does_not_fit():
    x = np.ones((1, 1, 4, 4))
    with pytest.raises(ShapeError, match=r"\(1, 1, 4, 4\) cannot be pooled by 5"):
        pool2d(x, 5)
    with pytest.raises(ShapeError, match=r"\(4, 4\).*2"):
        pool2d(x[0, 0], 2)
    with pytest.raises(ShapeError, match=r"\(1, 1, 3, 3\).*\(1, 1, 2, 2\)"):
        pool2d_backward(np.ones((1, 1, 3, 3)), x, 2)
    with pytest.raises(CallError, match="mean"):
        pool2d(x, 2, mode="mean")
    with pytest.raises(CallError, match="stride is 0"):
        pool2d(x, 2, stride=0)
