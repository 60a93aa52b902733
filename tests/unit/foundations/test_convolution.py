"""Types and errors of convolution; its numbers are in tests/course and tests/property."""

import numpy as np
import pytest

from lenslet.errors import CallError, ShapeError
from lenslet.foundations import conv2d, conv2d_backward


@pytest.mark.parametrize(
    ("x", "w", "z"),
    [
        (np.uint8, np.int8, np.int64),
        (np.bool_, np.bool_, np.int64),
        (np.float16, np.float16, np.float32),
        (np.uint8, np.float32, np.float32),
        (np.float32, np.float32, np.float32),
        (np.float32, np.float64, np.float64),
        (np.int64, np.float32, np.float64),
    ],
)
def test_whole_numbers_stay_whole_and_fractions_keep_their_precision(x, w, z, unchecked):
    assert conv2d(np.ones((1, 1, 4, 4), x), np.ones((1, 1, 3, 3), w)).dtype == z


def test_bytes_do_not_overflow():
    x, w = np.full((1, 1, 3, 3), 255, np.uint8), np.full((1, 1, 3, 3), 100, np.uint8)
    assert conv2d(x, w).item() == 9 * 255 * 100


def test_the_gradients_of_whole_numbers_are_fractions():
    x, w = np.ones((1, 1, 4, 4), np.uint8), np.ones((1, 1, 3, 3), np.int64)
    assert {gradient.dtype for gradient in conv2d_backward(np.ones((1, 1, 2, 2), int), x, w)} == {np.dtype(np.float64)}


def test_nothing_given_is_changed():
    x, w, b = np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3)), np.ones(1)
    grad = np.ones((1, 1, 4, 4))
    for array in (x, w, b, grad):
        array.setflags(write=False)
    conv2d(x, w, b, padding=1)
    conv2d_backward(grad, x, w, padding=1)


def test_no_images_give_no_maps():
    assert conv2d(np.ones((0, 3, 6, 6)), np.ones((2, 3, 3, 3))).shape == (0, 2, 4, 4)


X, W = np.ones((1, 3, 6, 6)), np.ones((2, 3, 3, 3))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("x", "w", "b"),
    [
        (X, np.ones((2, 1, 3, 3)), None),  # channels
        (X[0, 0], np.ones((3, 3)), None),  # axes
        (X, W[0], None),
        (X, np.ones((2, 3, 7, 7)), None),  # larger than the image
        (X, W, np.ones(3)),  # biases
        (X, W, np.ones((2, 1))),
    ],
)
def test_shapes_that_do_not_fit_are_named_both(x, w, b):
    with pytest.raises(ShapeError) as caught:
        conv2d(x, w, b)
    assert str(w.shape) in str(caught.value)
    assert str(x.shape if b is None else b.shape) in str(caught.value)


@pytest.mark.usefixtures("unchecked")
def test_a_gradient_of_another_shape_is_named_with_the_one_expected():
    with pytest.raises(ShapeError, match=r"\(1, 2, 6, 6\).*\(1, 2, 4, 4\)"):
        conv2d_backward(np.ones((1, 2, 6, 6)), X, W)


def test_a_stride_of_zero_is_an_error():
    with pytest.raises(CallError, match="stride is 0"):
        conv2d(X, W, stride=0)
