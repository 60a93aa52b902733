"""Laws: convolution by hand = vectorised = PyTorch; gradients = autograd; whatever the shapes, strides and paddings."""

import warnings
from typing import NamedTuple

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from lenslet.foundations import (
    conv2d,
    conv2d_backward,
    conv2d_by_hand,
    edges,
    kernels,
    output_size,
    pool2d,
    pool2d_backward,
    pool2d_by_hand,
)
from lenslet.foundations.sizes import margins


class Case(NamedTuple):
    x: np.ndarray
    w: np.ndarray
    b: np.ndarray
    stride: int
    padding: int | str


@st.composite
def convolutions(draw: st.DrawFn) -> Case:
    """Images, kernels and biases that fit together; kernels of even and unequal sides among them."""
    fh, fw = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    padding = draw(st.sampled_from([0, 1, 2, 3, "valid", "same"]))
    room = 2 * padding if isinstance(padding, int) else 0
    h, w = (draw(st.integers(max(f - room, 1), f + 6)) for f in (fh, fw))
    n, c, k = (draw(st.integers(1, 3)) for _ in range(3))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return Case(
        random.normal(size=(n, c, h, w)),
        random.normal(size=(k, c, fh, fw)),
        random.normal(size=k),
        draw(st.integers(1, 4)),
        padding,
    )


def torch_convolution(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor, case: Case) -> torch.Tensor:
    """PyTorch's own; its "same" knows no stride, so there the margins are laid on first."""
    if case.padding != "same":
        return functional.conv2d(x, w, b, stride=case.stride, padding=case.padding)
    if case.stride == 1:
        with warnings.catch_warnings():  # it warns of a copy for even kernels
            warnings.simplefilter("ignore")
            return functional.conv2d(x, w, b, padding="same")
    (top, bottom), (left, right) = (
        margins(side, f, padding="same", stride=case.stride) for side, f in zip(x.shape[2:], w.shape[2:], strict=True)
    )
    return functional.conv2d(functional.pad(x, (left, right, top, bottom)), w, b, stride=case.stride)


@settings(deadline=None, max_examples=150)
@given(convolutions())
def test_by_hand_is_vectorised_is_torch(case):
    z = conv2d(case.x, case.w, case.b, stride=case.stride, padding=case.padding)
    by_hand = conv2d_by_hand(case.x, case.w, case.b, stride=case.stride, padding=case.padding)
    np.testing.assert_allclose(z, by_hand, atol=1e-12)
    theirs = torch_convolution(*(torch.from_numpy(array) for array in case[:3]), case)
    np.testing.assert_allclose(z, theirs.numpy(), atol=1e-12)


@settings(deadline=None, max_examples=150)
@given(convolutions(), st.integers(0, 2**32 - 1))
def test_the_gradients_are_autograds(case, seed):
    leaves = [torch.tensor(array, requires_grad=True) for array in case[:3]]
    z = torch_convolution(*leaves, case)
    grad = np.random.default_rng(seed).normal(size=tuple(z.shape))
    z.backward(torch.from_numpy(grad))
    ours = conv2d_backward(grad, case.x, case.w, stride=case.stride, padding=case.padding)
    for mine, leaf in zip(ours, leaves, strict=True):
        np.testing.assert_allclose(mine, leaf.grad.numpy(), atol=1e-11)


@settings(deadline=None)
@given(convolutions())
def test_the_output_has_the_size_that_was_promised(case):
    z = conv2d(case.x, case.w, stride=case.stride, padding=case.padding)
    promised = [
        output_size(side, f, padding=case.padding, stride=case.stride)
        for side, f in zip(case.x.shape[2:], case.w.shape[2:], strict=True)
    ]
    assert list(z.shape) == [len(case.x), len(case.w), *promised]
    if case.padding == "same":
        assert promised == [-(-side // case.stride) for side in case.x.shape[2:]]


@settings(deadline=None)
@given(convolutions(), st.floats(-3, 3))
def test_convolution_is_linear_in_image_and_kernel(case, factor):
    def convolve(x: np.ndarray, w: np.ndarray) -> np.ndarray:
        return conv2d(x, w, stride=case.stride, padding=case.padding)

    whole = convolve(factor * case.x + case.x[::-1], case.w)
    np.testing.assert_allclose(whole, factor * convolve(case.x, case.w) + convolve(case.x[::-1], case.w), atol=1e-11)
    np.testing.assert_allclose(convolve(case.x, factor * case.w), factor * convolve(case.x, case.w), atol=1e-11)


@st.composite
def poolings(draw: st.DrawFn) -> tuple[np.ndarray, int, int]:
    """Images, a window that fits them, a stride; half of the images are of few whole numbers, full of ties."""
    size = draw(st.integers(1, 4))
    shape = (draw(st.integers(1, 2)), draw(st.integers(1, 3)), *(draw(st.integers(size, size + 6)) for _ in "hw"))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = random.normal(size=shape) if draw(st.booleans()) else random.integers(0, 3, shape).astype(np.float64)
    return x, size, draw(st.integers(1, 4))


@settings(deadline=None, max_examples=150)
@given(poolings(), st.sampled_from(["max", "average"]), st.integers(0, 2**32 - 1))
def test_pooling_and_its_gradient_are_torchs_ties_included(case, mode, seed):
    x, size, stride = case
    leaf = torch.tensor(x, requires_grad=True)
    z = (functional.max_pool2d if mode == "max" else functional.avg_pool2d)(leaf, size, stride)
    grad = np.random.default_rng(seed).normal(size=tuple(z.shape))
    z.backward(torch.from_numpy(grad))
    pooled = pool2d(x, size, stride=stride, mode=mode)
    np.testing.assert_allclose(pooled, z.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(pooled, pool2d_by_hand(x, size, stride=stride, mode=mode), atol=1e-12)
    back = pool2d_backward(grad, x, size, stride=stride, mode=mode)
    np.testing.assert_allclose(back, leaf.grad.numpy(), atol=1e-12)
    if stride >= size or mode == "average":
        np.testing.assert_allclose(back.sum(), grad.sum(), atol=1e-10)  # nothing is lost on the way


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.integers(1, 400),
    st.integers(0, 2**32 - 1),
)
def test_bands_change_nothing(shape, size, band, seed):
    """`edges` in bands of any thickness = one convolution of the picture continued at its border."""
    random = np.random.default_rng(seed)
    picture, kernel = random.normal(size=shape), random.normal(size=size)
    before = [(side - 1) // 2 for side in size]
    margin = [(a, side - 1 - a) for a, side in zip(before, size, strict=True)]
    whole = conv2d(np.pad(picture, margin, mode="edge")[None, None], kernel[None, None])[0, 0]
    with_bands = _edges_in_bands(picture, kernel, band)
    np.testing.assert_allclose(with_bands, whole, atol=1e-10)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from([7, 9, 11]), st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_a_column_and_a_row_are_their_product(size, band, seed):
    picture = np.random.default_rng(seed).normal(size=(23, 17))
    bell = kernels.gaussian(size)
    margin = size // 2
    whole = conv2d(np.pad(picture, margin, mode="edge")[None, None], bell[None, None])[0, 0]
    np.testing.assert_allclose(_edges_in_bands(picture, bell, band), whole, atol=1e-12)


def _edges_in_bands(picture: np.ndarray, kernel: np.ndarray, band: int) -> np.ndarray:
    from unittest.mock import patch

    with patch("lenslet.foundations.edges.BAND", band):
        return edges(picture, kernel)
