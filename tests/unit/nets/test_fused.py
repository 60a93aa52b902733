"""Batch norm in the convolution before it."""

import pytest
import torch
from torch import nn

from lenslet.nets import build
from lenslet.nets.fused import fused


@pytest.mark.parametrize("name", ["argus_tiny", "facet_tiny", "resnet8"])
def test_a_fused_net_says_the_same_and_has_no_norm_left(name):
    torch.manual_seed(0)
    net = build(name, num_classes=3)
    with torch.no_grad():
        net.train()(torch.randn(8, 3, 64, 64))  # statistics that are not those of the beginning
    net.eval()
    picture = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        one, other = net(picture), fused(net)(picture)
    pairs = zip(one, other, strict=True) if isinstance(one, tuple) else [(one, other)]
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in pairs)
    assert not any(isinstance(m, nn.BatchNorm2d) for m in fused(net).modules())
    assert any(isinstance(m, nn.BatchNorm2d) for m in net.modules())
