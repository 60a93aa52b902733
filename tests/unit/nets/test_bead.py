"""Bead: sizes, strides that later tasks tap, and training behaviour."""

import pytest
import torch

from lenslet.nets.bead import bead_m, bead_s, bead_tiny


@pytest.mark.parametrize("maker", [bead_tiny, bead_s])
def test_stages_stand_at_strides_1_to_8(maker) -> None:
    net = maker(num_classes=7).eval()
    x = net.stem(torch.rand(1, 3, 32, 48))
    sizes = [tuple(x.shape[2:])]
    for stage in (net.layer1, net.layer2, net.layer3):
        x = stage(x)
        sizes.append(tuple(x.shape[2:]))
    assert sizes == [(32, 48), (16, 24), (8, 12), (4, 6)]


@pytest.mark.parametrize("side", [8, 28, 33])
def test_any_side_and_grey_pictures_give_one_row_of_logits_each(side: int) -> None:
    net = bead_tiny(num_classes=5, in_channels=1).eval()
    assert net(torch.rand(2, 1, side, side + 3)).shape == (2, 5)


def test_a_fresh_net_is_its_short_cuts() -> None:
    net = bead_m(num_classes=2).eval()
    x = net.stem(torch.rand(2, 3, 16, 16))
    block = net.layer1[0]
    assert torch.equal(block(x), block.downsample(x).relu())


def test_dropout_acts_only_while_training() -> None:
    net = bead_tiny(num_classes=4, dropout=0.5).eval()
    x = torch.rand(4, 3, 32, 32)
    assert torch.equal(net(x), net(x))
    net.dropout.train()
    assert not torch.equal(net(x), net(x))


def test_every_weight_learns_and_a_batch_can_be_overfitted() -> None:
    torch.manual_seed(0)
    net = bead_tiny(num_classes=3)
    x, y = torch.rand(6, 3, 32, 32), torch.tensor([0, 1, 2, 0, 1, 2])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    for _ in range(40):
        loss = torch.nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.05
    assert all(not torch.equal(p, before[name]) for name, p in net.named_parameters())
