"""Course 1.3: edges, by the usual kernels, at any angle, on real photos, by one's own and by learned kernels."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_sample_image

from lenslet.foundations import conv2d, edges, kernels, learn_kernel
from lenslet.verbs.filter import filter as filter_picture

HALVES = np.repeat([[10, 10, 10, 0, 0, 0]], 6, axis=0)
SOBEL = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
SCHARR = [[3, 0, -3], [10, 0, -10], [3, 0, -3]]


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.ascontiguousarray(load_sample_image("china.jpg"))


def test_left_half_10_and_right_half_0_give_0_30_30_0_in_every_row():
    assert conv2d(HALVES[None, None], kernels.VERTICAL[None, None])[0, 0].tolist() == [[0, 30, 30, 0]] * 4


def test_over_the_whole_picture_the_border_answers_nothing():
    assert edges(HALVES, "vertical").tolist() == [[0, 0, 30, 30, 0, 0]] * 6


def test_dark_to_light_is_negative_and_across_the_edge_is_silent():
    assert edges(HALVES[:, ::-1], "vertical").min() == -30
    assert not edges(HALVES, "horizontal").any()
    assert edges(HALVES.T, "horizontal").max() == 30


def test_the_kernels_are_those_of_the_article():
    assert kernels.named("vertical").tolist() == [[[1, 0, -1]] * 3]
    assert kernels.named("horizontal").tolist() == [[[1, 1, 1], [0, 0, 0], [-1, -1, -1]]]
    assert kernels.named("sobel")[0].tolist() == SOBEL
    assert kernels.named("scharr")[0].tolist() == SCHARR


@settings(deadline=None, max_examples=30)
@given(degrees=st.floats(-360, 360), name=st.sampled_from(sorted(kernels.GRADIENTS)))
def test_at_any_angle_a_ramp_answers_with_the_cosine_between(degrees, name):
    y, x = np.mgrid[:5, :5].astype(np.float64)
    angle = np.radians(degrees)
    falling_that_way = -(np.cos(angle) * x + np.sin(angle) * y)
    steepest = edges(falling_that_way, name)[2, 2]
    assert edges(falling_that_way, name, angle=degrees)[2, 2] == pytest.approx(steepest)
    assert edges(falling_that_way, name, angle=degrees + 90)[2, 2] == pytest.approx(0, abs=1e-9)
    assert edges(falling_that_way, name, angle=degrees + 60)[2, 2] == pytest.approx(steepest / 2)


def test_both_directions_are_the_steepest_of_all_angles(photo):
    part = photo[:40, :60]
    turned = np.max([edges(part, "sobel", angle=degrees) for degrees in range(360)], axis=0)
    both = edges(part, "sobel")
    assert (turned <= both + 1e-2).all()
    assert (turned >= both * np.cos(np.radians(0.5)) - 1e-2).all()


def test_a_real_photo_of_its_own_size_in_grey_and_in_colour(photo):
    assert edges(photo, "sobel").shape == photo.shape[:2]
    assert edges(photo, "sobel", colour=True).shape == photo.shape
    assert edges(photo[..., 0], "sobel").shape == photo.shape[:2]


@pytest.mark.data
@pytest.mark.parametrize("kernel", ["vertical", "horizontal", "sobel", "scharr", "prewitt", "0 1 0; 1 -4 1; 0 1 0"])
def test_a_photo_from_a_file_becomes_a_picture_of_edges(shared: Path, tmp_path: Path, kernel: str):
    found = filter_picture(shared / "data/style/content/golden_gate.jpg", kernel=kernel, out=tmp_path / "edges.png")
    assert (tmp_path / "edges.png").is_file()
    # light lines on black: little of the picture, and something of it at full white
    assert found.picture.mean() < 64
    assert 0.005 < (found.picture == 255).mean() < 0.02


def test_own_numbers_are_the_kernel_of_the_same_name(photo):
    own = edges(photo, "1 0 -1; 2 0 -2; 1 0 -1")
    np.testing.assert_array_equal(own, edges(photo, "sobel", angle=0))


@pytest.mark.parametrize("name", ["sobel", "scharr"])
def test_nine_parameters_learn_the_kernel_from_a_photo_and_its_edges(photo, name):
    part = photo[100:180, 200:280].mean(axis=2)
    learned = learn_kernel(part, edges(part, name, angle=0), steps=300)
    np.testing.assert_allclose(learned.kernel, kernels.GRADIENTS[name], atol=1e-3)
    assert learned.bias == pytest.approx(0, abs=1e-3)
    assert learned.losses[-1] < 1e-6 * learned.losses[0]


def test_a_torch_layer_trained_to_imitate_sobel_recovers_it(photo):
    generator = torch.Generator().manual_seed(0)
    part = torch.from_numpy(photo[100:180, 200:280].mean(axis=2)).float()[None, None]
    part = (part - part.mean()) / part.std()
    target = torch.nn.functional.conv2d(part, torch.tensor(SOBEL, dtype=torch.float32)[None, None])
    layer = torch.nn.Conv2d(1, 1, 3)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator) / 10)
        layer.bias.zero_()
    optimiser = torch.optim.LBFGS(layer.parameters(), max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        error = torch.nn.functional.mse_loss(layer(part), target)
        error.backward()
        return error

    optimiser.step(loss)
    np.testing.assert_allclose(layer.weight.detach().numpy()[0, 0], SOBEL, atol=0.02)
