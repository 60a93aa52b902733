"""Facet: sizes, strides that later tasks tap, and training behaviour."""

import pytest
import torch

from lenslet.nets.facet import facet_l, facet_m, facet_s, facet_tiny


@pytest.mark.parametrize(
    ("maker", "parameters"),
    [(facet_tiny, 64_432), (facet_s, 1_484_488), (facet_m, 3_905_288), (facet_l, 11_316_648)],
)
def test_parameters_are_those_of_the_table(maker, parameters: int) -> None:
    assert sum(p.numel() for p in maker(num_classes=1000).parameters()) == parameters


@pytest.mark.parametrize("maker", [facet_tiny, facet_s])
def test_stages_stand_at_strides_2_to_32(maker) -> None:
    net = maker(num_classes=7).eval()
    x = net.stem(torch.rand(1, 3, 64, 96))
    sizes = [tuple(x.shape[2:])]
    for stage in (net.layer1, net.layer2, net.layer3, net.layer4):
        x = stage(x)
        sizes.append(tuple(x.shape[2:]))
    assert sizes == [(32, 48), (16, 24), (8, 12), (4, 6), (2, 3)]


@pytest.mark.parametrize("side", [28, 33, 80])
def test_any_side_and_grey_pictures_give_one_row_of_logits_each(side: int) -> None:
    net = facet_tiny(num_classes=5, in_channels=1).eval()
    assert net(torch.rand(2, 1, side, side + 3)).shape == (2, 5)


def test_a_fresh_block_is_its_short_cut() -> None:
    block = facet_l(num_classes=2).layer4[1].eval()
    x = torch.rand(2, 512, 3, 3)
    assert torch.equal(block(x), x)


def test_dropout_acts_only_while_training() -> None:
    net = facet_tiny(num_classes=4, dropout=0.5).eval()
    x = torch.rand(4, 3, 32, 32)
    assert torch.equal(net(x), net(x))
    net.dropout.train()
    assert not torch.equal(net(x), net(x))


def test_every_weight_learns_and_a_batch_can_be_overfitted() -> None:
    torch.manual_seed(0)
    net = facet_tiny(num_classes=3)
    x, y = torch.rand(6, 3, 32, 32), torch.tensor([0, 1, 2, 0, 1, 2])
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2)
    before = {name: p.detach().clone() for name, p in net.named_parameters()}
    for _ in range(40):
        loss = torch.nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.05
    assert all(not torch.equal(p, before[name]) for name, p in net.named_parameters())
