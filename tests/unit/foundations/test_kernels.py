"""Named kernels, angles, and kernels written as text."""

import numpy as np
import pytest

from lenslet.errors import CallError, ShapeError
from lenslet.foundations import kernels


@pytest.mark.parametrize("name", kernels.NAMES)
def test_every_name_is_a_kernel_whatever_its_case(name):
    found = kernels.named(f" {name.upper()} ")
    assert found.ndim == 3
    assert len(found) == (2 if name in kernels.GRADIENTS else 1)


@pytest.mark.parametrize("name", ["sharpen", "emboss", "identity", "blur", "gaussian"])
def test_what_gives_a_picture_sums_to_1(name):
    assert kernels.named(name).sum() == pytest.approx(1)


@pytest.mark.parametrize("name", ["vertical", "horizontal", "laplacian", "outline", *kernels.GRADIENTS])
def test_what_finds_edges_sums_to_0(name):
    assert not kernels.named(name).sum(axis=(1, 2)).any()


@pytest.mark.parametrize(
    ("degrees", "sign", "turned"), [(0, 1, False), (90, 1, True), (180, -1, False), (270, -1, True)]
)
def test_at_right_angles_the_numbers_are_whole(degrees, sign, turned):
    expected = sign * (kernels.SOBEL.T if turned else kernels.SOBEL)
    assert kernels.at_angle(kernels.SOBEL, degrees).tolist() == expected.tolist()


def test_at_45_degrees_the_diagonal_from_lower_left_to_upper_right_is_0():
    turned = kernels.at_angle(kernels.SOBEL, 45)
    assert turned[::-1].diagonal().tolist() == [0, 0, 0]
    assert turned[0, 0] == pytest.approx(np.sqrt(2))


@pytest.mark.parametrize("size", [1, 3, 5, 21])
def test_a_gaussian_has_the_spread_that_is_documented(size):
    bell = kernels.gaussian(size)
    place = np.arange(size) - size // 2
    assert bell.shape == (size, size)
    assert np.sqrt((bell.sum(axis=0) * place**2).sum()) == pytest.approx(np.sqrt(size - 1) / 2)
    assert kernels.box(size).sum() == pytest.approx(1)


@pytest.mark.parametrize("size", [0, -3, 4, 103])
def test_an_even_or_absurd_size_is_an_error(size):
    with pytest.raises(CallError, match=str(size)):
        kernels.named("gaussian", size=size)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 0 -1; 1 0 -1; 1 0 -1", kernels.VERTICAL.tolist()),
        ("1,0,-1\n1,0,-1\n1,0,-1\n", kernels.VERTICAL.tolist()),
        (" 1 2 ;; 3 4 ; ", [[1, 2], [3, 4]]),
        ("-1", [[-1]]),
        ("1/4 0.5 -2.5e-1", [[0.25, 0.5, -0.25]]),
    ],
)
def test_numbers_are_read_row_by_row(text, expected):
    assert kernels.parse(text).tolist() == expected
    assert kernels.named(text).tolist() == [expected]


def test_whole_numbers_are_read_as_whole():
    assert kernels.parse("1 2; 3 4").dtype == np.int64
    assert kernels.parse("1 2; 3 4.5").dtype == np.float64


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sobell", "did you mean sobel"),
        ("edge", "name one of sobel"),
        ("1 x", "1 x"),
        ("nan 1", "nan"),
        ("1e400 1", "1e400"),
        ("1e10 1", "billion"),
        ("1/0 1", "1/0"),
        ("1 2; 3", "2, 1 numbers"),
        ("", "empty"),
        (" ; ", "empty"),
        ("1 " * 102, "1 x 102"),
    ],
)
def test_text_that_is_no_kernel_is_an_error_that_says_why(text, why):
    with pytest.raises(CallError, match=why):
        kernels.named(text)


def test_an_angle_is_for_gradients_only():
    with pytest.raises(CallError, match="'blur' has no angle"):
        kernels.named("blur", angle=30)
    with pytest.raises(CallError, match="nan"):
        kernels.named("sobel", angle=float("nan"))
    with pytest.raises(CallError, match="at_angle"):
        kernels.stack(kernels.SOBEL, angle=30)


def test_arrays_are_one_kernel_or_two():
    assert kernels.stack(kernels.SOBEL).shape == (1, 3, 3)
    assert kernels.stack(np.stack([kernels.SOBEL, kernels.SOBEL.T])).shape == (2, 3, 3)
    for wrong in (np.ones(3), np.ones((3, 3, 3)), np.ones((0, 3)), np.ones((1, 1, 3, 3))):
        with pytest.raises(ShapeError, match=str(wrong.shape).replace("(", r"\(").replace(")", r"\)")):
            kernels.stack(wrong)


def test_a_product_is_found_and_what_is_none_is_not():
    column, row = kernels.separate(kernels.SOBEL)
    np.testing.assert_allclose(column @ row, kernels.SOBEL, atol=1e-12)
    assert kernels.separate(kernels.LAPLACIAN) is None
    column, row = kernels.separate(np.zeros((3, 5)))
    assert not (column @ row).any()
