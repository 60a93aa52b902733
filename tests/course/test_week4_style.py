"""Course 4.9 to 4.12: the costs of a painting, by numbers worked out by hand."""

import pytest
import torch

from lenslet.loops import noise, paint
from lenslet.tasks.style.loss import (
    content_cost,
    painting_cost,
    style_cost,
    style_cost_over_layers,
    style_matrix,
)

# Two channels on 1 x 2 positions: channel 1 is (1, 2), channel 2 is (3, 4).
A = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])
B = torch.tensor([[[[1.0, 0.0]], [[0.0, 2.0]]]])


def test_4_10_content_cost_is_half_the_squared_distance() -> None:
    """(0 + 4 + 9 + 4) / 2."""
    assert content_cost(A, B).item() == 8.5
    assert content_cost(A, A).item() == 0


def test_4_11_style_matrix_sums_products_of_channels_over_positions() -> None:
    """1 1 + 2 2 = 5, 1 3 + 2 4 = 11, 3 3 + 4 4 = 25."""
    assert style_matrix(A).tolist() == [[5, 11], [11, 25]]
    assert style_matrix(B).tolist() == [[1, 0], [0, 4]]


def test_4_12_style_cost_of_a_layer() -> None:
    """(4^2 + 11^2 + 11^2 + 21^2) / (2 * 1 * 2 * 2)^2 = 699 / 64."""
    assert style_cost(A, B).item() == pytest.approx(699 / 64)


def test_4_12_layers_are_weighed_by_lambda() -> None:
    costs = {"conv1_1": torch.tensor(3.0), "conv2_1": torch.tensor(5.0)}
    assert style_cost_over_layers(costs, {"conv1_1": 0.2, "conv2_1": 0.8}).item() == pytest.approx(0.6 + 4.0)


def test_4_9_the_painting_cost_weighs_content_and_style() -> None:
    """alpha 8.5 + beta 699 / 64."""
    cost = painting_cost(content_cost(A, B), style_cost(A, B), alpha=10, beta=40)
    assert cost.item() == pytest.approx(85 + 40 * 699 / 64)


def test_4_12_a_style_twice_as_large_counts_as_if_it_were_as_large() -> None:
    """The same texture on twice as many positions has no other style."""
    assert style_cost(torch.cat([A, A], 3), A).item() == 0
    assert style_cost(torch.cat([A, A], 3), B).item() == pytest.approx(699 / 64)


def test_the_slopes_are_those_of_the_formulas() -> None:
    """d/dG of the content cost is a(G) - a(C); autograd against differences for the style cost."""
    generated = B.double().requires_grad_()
    (slope,) = torch.autograd.grad(content_cost(A.double(), generated), generated)
    assert slope.tolist() == (B - A).tolist()
    assert torch.autograd.gradcheck(lambda g: style_cost(A.double(), g), generated)


def test_4_9_gradient_descent_from_noise_paints_the_content() -> None:
    """By content alone, on the pixels themselves, the picture that comes out is the content."""
    content = noise((1, 3, 6, 5), seed=1)
    last = list(paint(noise((1, 3, 6, 5), seed=2), lambda g: {"content": content_cost(content, g)}, steps=20))[-1]
    torch.testing.assert_close(last.image(), content, atol=1e-3, rtol=0)


def test_4_9_style_alone_paints_the_texture_elsewhere() -> None:
    """By style alone the matrix is matched and the places are not."""
    style = noise((1, 3, 6, 6), seed=1)
    last = list(paint(noise((1, 3, 6, 6), seed=2), lambda g: {"style": style_cost(style, g)}, steps=60))[-1]
    torch.testing.assert_close(style_matrix(last.image()), style_matrix(style), atol=0.02, rtol=0.01)
    assert (last.image() - style).abs().mean() > 0.1
