"""Answers as pictures to look at."""

import numpy as np
import pytest

from lenslet.errors import CallError
from lenslet.foundations import edges, kernels
from lenslet.foundations.showing import finds_contrast, shown

PHOTO = np.random.default_rng(0).integers(0, 256, (60, 50, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("kernel", "contrast"),
    [
        ("sobel", True),
        ("laplacian", True),
        ("0.333 0 -0.334", True),
        ("0", True),
        ("sharpen", False),
        ("-1 -1; -1 4.5", False),
    ],
)
def test_what_sums_to_0_finds_contrast(kernel, contrast):
    assert finds_contrast(kernels.named(kernel)) is contrast


def test_both_sides_of_an_edge_shine_and_a_hundredth_is_white():
    one = kernels.named("vertical")
    light, scale = shown(edges(PHOTO, one), one)
    mirrored, _ = shown(edges(PHOTO[:, ::-1], one), one)
    np.testing.assert_array_equal(light, mirrored[:, ::-1])
    assert 0.005 < (light == 255).mean() < 0.02
    np.testing.assert_allclose(light, np.clip(np.abs(edges(PHOTO, one)) * scale, 0, 255), atol=0.5)


@pytest.mark.parametrize("kernel", ["1 1 1; 1 1 1; 1 1 1", "gaussian", "sharpen", "0 1 0; 1 -5 1; 0 1 0"])
def test_an_even_picture_keeps_its_brightness(kernel):
    even = np.full((9, 9, 3), 77, np.uint8)
    light, _ = shown(edges(even, kernel, colour=True), kernels.named(kernel))
    assert light.tolist() == even.tolist()


def test_the_faintest_noise_is_not_blown_up_to_edges():
    noise = np.random.default_rng(0).integers(100, 102, (60, 50), dtype=np.uint8)
    light, _ = shown(edges(noise, "sobel"), kernels.named("sobel"))
    assert light.max() < 32
    even, scale = shown(edges(np.full((9, 9), 5.0), "sobel"), kernels.named("sobel"))
    assert not even.any()
    assert np.isfinite(scale)


def test_a_scale_of_ones_own_shows_the_plain_sums():
    one = kernels.named("1 1")
    light, scale = shown(edges(PHOTO, one, colour=True), one, scale=1)
    assert scale == 1
    assert light.max() == 255
    with pytest.raises(CallError, match="nan"):
        shown(edges(PHOTO, one), one, scale=float("nan"))


def test_the_answer_given_is_not_changed():
    for name in ("sobel", "sharpen"):
        answer = edges(PHOTO, name)
        answer.setflags(write=False)
        shown(answer, kernels.named(name))
