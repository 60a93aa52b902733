"""Bead: sizes, strides that later tasks tap, its whitening stem, and training behaviour."""

import pytest
import torch

from lenslet.loops.muon import Muon
from lenslet.nets.anatomy import anatomy
from lenslet.nets.bead import bead_m, bead_s, bead_tiny


def pictures(count: int, channels: int = 3) -> torch.Tensor:
    """Smooth, as photos are: neighbours are alike, and so are colours."""
    dice = torch.Generator().manual_seed(count)
    coarse = torch.randn(count, channels, 8, 8, generator=dice) + torch.randn(count, 1, 8, 8, generator=dice)
    return torch.nn.functional.interpolate(coarse, size=32, mode="bicubic") + 0.1 * torch.randn(
        count, channels, 32, 32, generator=dice
    )


@pytest.mark.parametrize("maker", [bead_tiny, bead_s, bead_m])
def test_stages_stand_at_strides_1_to_8(maker) -> None:
    net = maker(num_classes=7).eval()
    x = net.stem(torch.rand(1, 3, 32, 48))
    sizes = [tuple(x.shape[2:])]
    for stage in (net.layer1, net.layer2, net.layer3):
        x = stage(x)
        sizes.append(tuple(x.shape[2:]))
    assert sizes == [(31, 47), (16, 24), (8, 12), (4, 6)]


def test_the_docstring_has_the_numbers() -> None:
    import lenslet.nets.bead as module

    for maker in (bead_tiny, bead_s, bead_m):
        found = anatomy(maker(num_classes=10), size=32)
        assert f"{found.parameters:,}" in module.__doc__
        assert f"{found.macs:,}" in module.__doc__


@pytest.mark.parametrize("side", [8, 28, 33])
def test_any_side_and_grey_pictures_give_one_row_of_logits_each(side: int) -> None:
    net = bead_tiny(num_classes=5, in_channels=1).eval()
    assert net(torch.rand(2, 1, side, side + 3)).shape == (2, 5)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_stem_makes_patches_uncorrelated_and_equally_strong(channels: int) -> None:
    net, seen = bead_tiny(in_channels=channels), pictures(40, channels)
    net.whiten(seen.split(16))
    half = 4 * channels
    maps = net.stem.conv(seen).transpose(0, 1).flatten(1)
    assert torch.allclose(maps[:half], -maps[half:], atol=1e-5)
    spread = maps[:half] @ maps[:half].T / maps.shape[1]
    assert torch.allclose(spread, torch.eye(half), atol=0.1)  # the weakest directions a little below 1


def test_blank_pictures_whiten_to_finite_numbers() -> None:
    net = bead_tiny()
    net.whiten([torch.zeros(4, 3, 8, 8)])
    assert torch.isfinite(net(torch.rand(2, 3, 8, 8))).all()


def test_the_stem_travels_in_the_state_dict_and_is_not_learned() -> None:
    net, other = bead_tiny(), bead_tiny()
    net.whiten([pictures(8)])
    other.load_state_dict(net.state_dict())
    assert torch.equal(other.stem.conv.weight, net.stem.conv.weight)
    net(pictures(4)).sum().backward()
    assert net.stem.conv.weight.grad is None
    assert net.stem.conv.bias.grad is not None


def test_dropout_acts_only_while_training() -> None:
    net = bead_tiny(num_classes=4, dropout=0.5).eval()
    x = torch.rand(4, 3, 32, 32)
    assert torch.equal(net(x), net(x))
    net.dropout.train()
    assert not torch.equal(net(x), net(x))


@pytest.mark.parametrize("name", ["muon", "adamw"])
def test_every_weight_that_may_learn_learns_and_a_batch_can_be_overfitted(name: str) -> None:
    torch.manual_seed(0)
    net = bead_tiny(num_classes=3)
    x, y = torch.rand(6, 3, 32, 32), torch.tensor([0, 1, 2, 0, 1, 2])
    net.whiten([x])
    moving = [p for p in net.parameters() if p.requires_grad]
    optimizer = Muon([{"params": moving}], lr=0.2) if name == "muon" else torch.optim.AdamW(moving, lr=0.01)
    before = {n: p.detach().clone() for n, p in net.named_parameters() if p.requires_grad}
    for _ in range(40):
        loss = torch.nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.05
    assert all(not torch.equal(p, before[n]) for n, p in net.named_parameters() if n in before)
