"""mixup: pictures and classes in the same proportion."""

import pytest
import torch

from lenslet.data.mixup import mixup
from lenslet.errors import CallError


def random(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_pictures_and_classes_are_mixed_in_the_same_proportion() -> None:
    n = 40
    images = torch.arange(n).float().view(n, 1, 1, 1).expand(n, 3, 2, 2).contiguous()
    before = images.clone()
    mixed, shares = mixup(images, torch.arange(n), n, 0.4, random())
    assert torch.equal(images, before)
    assert torch.allclose(shares.sum(1), torch.ones(n))
    assert int((shares > 0).sum(1).max()) == 2
    for picture, share in zip(mixed, shares, strict=True):
        assert torch.allclose(picture, (share * torch.arange(n)).sum().expand(3, 2, 2), atol=1e-4)


@pytest.mark.parametrize(("alpha", "spread"), [(0.2, 0.423), (1.0, 0.289), (8.0, 0.121)])
def test_the_share_is_that_of_a_beta_distribution(alpha: float, spread: float) -> None:
    n = 1000  # sd of Beta(a, a): 1 / (2 sqrt(2a + 1))
    images = torch.zeros(n, 1, 1, 1)
    images[::2] = 1
    _, shares = mixup(images, torch.arange(n), n, alpha, random())
    own = shares.diagonal()[shares.diagonal() < 1]
    assert float(own.mean()) == pytest.approx(0.5, abs=0.04)
    assert float(own.std()) == pytest.approx(spread, abs=0.015)


def test_it_repeats_with_the_generator_and_zero_mixes_nothing() -> None:
    images, targets = torch.rand(8, 3, 4, 4, generator=random()), torch.arange(8) % 3
    one, two, other = (mixup(images, targets, 3, 0.3, random(seed)) for seed in (1, 1, 2))
    assert torch.equal(one[0], two[0])
    assert torch.equal(one[1], two[1])
    assert not torch.equal(one[0], other[0])
    none = mixup(images, targets, 3, 0, random())
    assert torch.equal(none[0], images)
    assert none[0] is not images
    assert torch.equal(none[1].argmax(1), targets)


def test_a_negative_alpha_is_refused() -> None:
    with pytest.raises(CallError, match="alpha is -1"):
        mixup(torch.zeros(2, 1, 1, 1), torch.tensor([0, 1]), 2, -1, random())
