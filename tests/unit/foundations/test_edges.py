"""A kernel over a whole picture: shapes, types, borders, errors, memory."""

import tracemalloc

import numpy as np
import pytest
from scipy import ndimage

from lenslet.errors import ShapeError
from lenslet.foundations import edges, kernels

PHOTO = np.random.default_rng(0).integers(0, 256, (31, 23, 3), dtype=np.uint8)


@pytest.mark.parametrize("kernel", ["vertical", "sharpen", "laplacian", "gaussian", "1 2; 3 4; 5 6", "1 2 3 4"])
def test_the_answers_are_those_of_scipy(kernel):
    numbers = kernels.named(kernel)[0].astype(np.float64)
    grey = PHOTO[..., 0].astype(np.float64)
    # scipy puts the centre of an even side one further
    origin = [-1 if side % 2 == 0 else 0 for side in numbers.shape]
    theirs = ndimage.correlate(grey, numbers, mode="nearest", origin=origin)
    np.testing.assert_allclose(edges(grey, kernel), theirs, atol=1e-10)


def test_brightness_is_the_weighted_sum_of_red_green_and_blue():
    grey = PHOTO @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(edges(PHOTO, "identity"), grey, rtol=1e-5)


def test_with_colour_each_channel_answers_by_itself():
    apart = edges(PHOTO, "sobel", colour=True)
    for channel in range(3):
        np.testing.assert_array_equal(apart[..., channel], edges(PHOTO[..., channel], "sobel"))


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        (np.bool_, np.float32),
        (np.uint8, np.float32),
        (np.uint16, np.float32),
        (np.float16, np.float32),
        (np.float32, np.float32),
        (np.int64, np.float64),
        (np.float64, np.float64),
    ],
)
def test_answers_are_as_precise_as_the_picture_asks(given, answered, unchecked):
    assert edges(np.ones((5, 5), given)).dtype == answered


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2, 1), (3, 1, 3)])
def test_pictures_smaller_than_the_kernel_have_answers_too(shape):
    np.testing.assert_allclose(edges(np.ones(shape), "gaussian"), np.ones(shape[:2]))
    np.testing.assert_allclose(edges(np.ones(shape), "sobel"), 0, atol=1e-12)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("shape", [(5,), (5, 5, 4), (5, 5, 2), (0, 5), (5, 5, 3, 1)])
def test_what_is_no_picture_is_an_error_that_names_both_shapes(shape):
    with pytest.raises(ShapeError, match=rf"\({', '.join(map(str, shape))},?\).*\(2, 3, 3\)"):
        edges(np.ones(shape), "sobel")


@pytest.mark.parametrize(("kernel", "colour"), [("sobel", False), ("gaussian", True), (kernels.gaussian(31), True)])
def test_a_large_photo_needs_little_more_than_its_answer(kernel, colour):
    photo = np.zeros((1500, 1000, 3), np.uint8)
    tracemalloc.start()
    answer = edges(photo, kernel, colour=colour)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # all patches at once would be 9 to 961 times the picture
    assert most < answer.nbytes + 90e6
