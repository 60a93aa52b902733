"""Laws of the style matrix: no negative eigenvalue, and no eye for places."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from lenslet.tasks.style.loss import (
    relative_content_cost,
    relative_style_cost,
    style_cost,
    style_matrix,
    total_variation,
)

sides = st.integers(1, 6)


@st.composite
def activations(draw: st.DrawFn) -> Tensor:
    shape = (1, draw(st.integers(1, 7)), draw(sides), draw(sides))
    dice = torch.Generator().manual_seed(draw(st.integers(0, 10**6)))
    return torch.randn(shape, generator=dice, dtype=torch.float64) * 10 ** draw(st.floats(-2, 2))


@settings(deadline=None, max_examples=40)
@given(activations())
def test_the_style_matrix_is_symmetric_and_positive_semidefinite(a: Tensor) -> None:
    matrix = style_matrix(a)
    assert torch.equal(matrix, matrix.T) or torch.allclose(matrix, matrix.T, rtol=1e-12)
    assert torch.linalg.eigvalsh(matrix).min() >= -1e-9 * matrix.diagonal().sum()


@settings(deadline=None, max_examples=40)
@given(activations(), st.integers(0, 10**6))
def test_it_is_blind_to_where_things_are(a: Tensor, seed: int) -> None:
    order = torch.randperm(a[0, 0].numel(), generator=torch.Generator().manual_seed(seed))
    shuffled = a.flatten(2)[:, :, order].reshape(a.shape)
    torch.testing.assert_close(style_matrix(shuffled), style_matrix(a))
    scale = float(style_matrix(a).square().sum())
    assert style_cost(a, shuffled) <= 1e-18 * scale


@settings(deadline=None, max_examples=40)
@given(activations())
def test_a_mask_of_ones_is_no_mask_and_halves_make_the_whole(a: Tensor) -> None:
    ones = torch.ones_like(a[0, 0])
    torch.testing.assert_close(style_matrix(a, ones), style_matrix(a))
    left = ones.clone()
    left[:, : left.shape[1] // 2] = 0.25
    torch.testing.assert_close(style_matrix(a, left) + style_matrix(a, 1 - left), style_matrix(a))


@settings(deadline=None, max_examples=40)
@given(activations(), st.floats(0.01, 100))
def test_relative_costs_do_not_know_the_size_of_activations(a: Tensor, times: float) -> None:
    other = a.flip(1) + 0.1 * a
    target = style_matrix(a) / a[0, 0].numel()
    torch.testing.assert_close(
        relative_style_cost(target * times**2, other * times), relative_style_cost(target, other)
    )
    if a[0, 0].numel() > 1:
        torch.testing.assert_close(relative_content_cost(a * times, other * times), relative_content_cost(a, other))
        flat = a.mean((2, 3), keepdim=True).expand_as(a)
        torch.testing.assert_close(relative_content_cost(a, flat), torch.ones((), dtype=a.dtype))
    assert relative_style_cost(target, a) <= 1e-20


@settings(deadline=None, max_examples=40)
@given(activations())
def test_only_a_flat_picture_has_no_variation(a: Tensor) -> None:
    flat = a[:, :, :1, :1].expand_as(a)
    assert total_variation(flat) == 0
    assert (total_variation(a) > 0) == (a[0, 0].numel() > 1)


@settings(deadline=None, max_examples=20)
@given(activations(), st.booleans())
def test_sums_in_bfloat16_lose_little_whichever_way_the_memory_runs(a: Tensor, last: bool) -> None:
    a = a / a.abs().max().clamp(min=1e-9)
    form = torch.channels_last if last else torch.contiguous_format
    half = a.bfloat16().contiguous(memory_format=form).requires_grad_()
    exact = half.detach().double().requires_grad_()
    matrix, true = style_matrix(half), style_matrix(exact)
    assert matrix.dtype == torch.float32
    torch.testing.assert_close(matrix.double(), true, rtol=0.01, atol=0.01 * float(true.detach().abs().max()))
    slopes = [torch.autograd.grad(m.square().sum(), x)[0].double() for m, x in ((matrix, half), (true, exact))]
    torch.testing.assert_close(*slopes, rtol=0.05, atol=0.02 * float(slopes[1].abs().max()))
