"""The net that paints: sizes, borders, and numbers that depend on the picture alone."""

import pytest
import torch
from torch.nn import functional

from lenslet.nets import build
from lenslet.nets.brush import InstanceNorm


@pytest.mark.parametrize("size", [(16, 16), (17, 30), (33, 64), (50, 19)])
def test_a_painting_is_as_large_as_its_picture(size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    assert build("brush_tiny")(torch.randn(2, 3, *size)).shape == (2, 3, *size)
    assert build("brush_tiny", in_channels=1)(torch.randn(1, 1, *size)).shape == (1, 3, *size)


def test_instance_norm_is_torchs() -> None:
    layer, x = InstanceNorm(5), torch.randn(3, 5, 9, 7) * 4 + 2
    with torch.no_grad():
        layer.weight.uniform_(0.5, 2)
        layer.bias.normal_()
    torch.testing.assert_close(layer(x), functional.instance_norm(x, weight=layer.weight, bias=layer.bias))


def test_a_picture_is_painted_the_same_whatever_lies_beside_it_in_the_batch() -> None:
    torch.manual_seed(0)
    net, x = build("brush_tiny").eval(), torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(net(x)[:1], net(x[:1]))


def test_in_bfloat16_the_last_layer_stays_exact() -> None:
    torch.manual_seed(0)
    with torch.autocast("cpu", torch.bfloat16):
        assert build("brush_tiny")(torch.randn(1, 3, 32, 32)).dtype == torch.float32
