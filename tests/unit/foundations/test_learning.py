"""Learning a kernel: what it accepts, what it refuses, and that a seed is a seed."""

import numpy as np
import pytest

from lenslet.errors import CallError, ShapeError
from lenslet.foundations import edges, kernels, learn_kernel

NOISE = np.random.default_rng(0).normal(100, 20, (24, 30))


@pytest.mark.parametrize(
    "kernel", [kernels.LAPLACIAN, kernels.gaussian(5), np.array([[2.0]]), np.array([[1, 2], [3, 4]])]
)
def test_a_kernel_of_any_side_is_recovered_from_noise(kernel):
    learned = learn_kernel(NOISE, edges(NOISE, kernel), size=len(kernel))
    np.testing.assert_allclose(learned.kernel, kernel, atol=1e-6)


def test_a_target_without_border_and_an_offset_are_learned_too():
    learned = learn_kernel(NOISE, edges(NOISE, "sharpen")[1:-1, 1:-1] + 7)
    np.testing.assert_allclose(learned.kernel, kernels.SHARPEN, atol=1e-6)
    assert learned.bias == pytest.approx(7, abs=1e-3)


def test_a_byte_picture_is_learned_from_too():
    photo = NOISE.clip(0, 255).astype(np.uint8)
    np.testing.assert_allclose(learn_kernel(photo, edges(photo, "laplacian")).kernel, kernels.LAPLACIAN, atol=1e-4)


def test_the_same_seed_walks_the_same_way_and_another_another():
    target = edges(NOISE, "sobel", angle=30)
    first, again, other = (learn_kernel(NOISE, target, steps=5, seed=seed) for seed in (1, 1, 2))
    assert first.losses == again.losses
    assert first.losses != other.losses
    assert len(first.losses) == 5
    assert first.losses[-1] < first.losses[0]


def test_what_cannot_be_learned_from_is_an_error():
    with pytest.raises(ShapeError, match=r"\(24, 30\).*\(20, 30\).*\(22, 28\)"):
        learn_kernel(NOISE, NOISE[:20])
    with pytest.raises(ShapeError, match="31"):
        learn_kernel(NOISE, NOISE, size=31)
    with pytest.raises(CallError, match="same"):
        learn_kernel(np.ones((9, 9)), np.ones((9, 9)))
    with pytest.raises(CallError, match="0 steps"):
        learn_kernel(NOISE, NOISE, steps=0)
