"""The two layouts and the heads."""

import pytest
import torch

from lenslet.nets import GoogLeNetOutputs, googlenet, googlenet_tiny


def parameters(**arguments):
    with torch.device("meta"):
        return sum(p.numel() for p in googlenet(**arguments).parameters())


def test_heads_add_the_papers_two_classifiers_and_change_no_answer():
    assert parameters(heads=True) == 13_378_280
    assert parameters(layout="torchvision", heads=True) == 13_004_888
    torch.manual_seed(0)
    net = googlenet_tiny(num_classes=4, heads=True).eval()
    picture = torch.randn(2, 3, 64, 64)
    outputs = net.with_heads(picture)
    assert isinstance(outputs, GoogLeNetOutputs)
    assert [tuple(x.shape) for x in outputs] == [(2, 4)] * 3
    assert torch.equal(outputs.logits, net(picture))


def test_both_heads_send_a_gradient_to_the_first_layer_only_below_them():
    net = googlenet_tiny(num_classes=4, heads=True)
    outputs = net.train().with_heads(torch.randn(2, 3, 64, 64))
    outputs.aux1.sum().backward()
    assert net.conv1.conv.weight.grad is not None
    assert net.inception4b.branch1.conv.weight.grad is None


def test_asking_a_net_without_heads_for_them_says_what_to_do():
    with pytest.raises(RuntimeError, match="heads=True"):
        googlenet_tiny().with_heads(torch.zeros(1, 3, 32, 32))
