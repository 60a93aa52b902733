"""Course 1.12: the backward passes of convolution and pooling, equal to autograd."""

import numpy as np
import pytest
import torch

from lenslet.foundations import conv2d, conv2d_backward, pool2d, pool2d_backward


def test_the_gradients_of_the_convolution_are_autograds():
    random = np.random.default_rng(0)
    x, w, b = random.normal(size=(2, 3, 9, 8)), random.normal(size=(4, 3, 3, 3)), random.normal(size=4)
    leaves = [torch.tensor(array, requires_grad=True) for array in (x, w, b)]
    z = torch.nn.functional.conv2d(*leaves, stride=2, padding=1)
    grad = random.normal(size=tuple(z.shape))
    z.backward(torch.tensor(grad))
    np.testing.assert_allclose(conv2d(x, w, b, stride=2, padding=1), z.detach().numpy(), atol=1e-12)
    for ours, leaf in zip(conv2d_backward(grad, x, w, stride=2, padding=1), leaves, strict=True):
        np.testing.assert_allclose(ours, leaf.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (3, 1)])
@pytest.mark.parametrize("mode", ["max", "average"])
def test_the_gradient_of_pooling_is_autograds(mode, size, stride):
    random = np.random.default_rng(1)
    x = random.normal(size=(2, 3, 9, 8))
    leaf = torch.tensor(x, requires_grad=True)
    pool = torch.nn.functional.max_pool2d if mode == "max" else torch.nn.functional.avg_pool2d
    z = pool(leaf, size, stride)
    grad = random.normal(size=tuple(z.shape))
    z.backward(torch.tensor(grad))
    np.testing.assert_allclose(pool2d(x, size, stride=stride, mode=mode), z.detach().numpy(), atol=1e-12)
    ours = pool2d_backward(grad, x, size, stride=stride, mode=mode)
    np.testing.assert_allclose(ours, leaf.grad.numpy(), atol=1e-12)


def test_the_gradient_foretells_how_the_output_changes():
    random = np.random.default_rng(2)
    x, w = random.normal(size=(1, 2, 6, 6)), random.normal(size=(3, 2, 3, 3))
    step = 1e-6 * random.normal(size=w.shape)
    ones = np.ones(conv2d(x, w).shape)
    foretold = (conv2d_backward(ones, x, w).w * step).sum()
    assert conv2d(x, w + step).sum() - conv2d(x, w).sum() == pytest.approx(foretold, rel=1e-5)
