"""Course 2.6: why very deep plain nets learn worse than their residual twins."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity, cross_entropy

from lenslet.nets import build
from lenslet.nets.resnet_cifar import CifarResNet


def made(name: str, seed: int = 0) -> CifarResNet:
    torch.manual_seed(seed)
    return build(name, num_classes=10)


def batch(n: int = 16, side: int = 16) -> tuple[Tensor, Tensor]:
    dice = torch.Generator().manual_seed(5)
    coarse = torch.randn(n, 3, 4, 4, generator=dice)  # smooth, as pictures are
    return nn.functional.interpolate(coarse, size=side, mode="bilinear"), torch.arange(n) % 10


def gradients(net: nn.Module) -> list[float]:
    """Length of the loss's gradient at each 3x3 convolution, from the input to the output."""
    x, y = batch()
    cross_entropy(net.train()(x), y).backward()
    return [m.weight.grad.norm().item() for m in net.modules() if isinstance(m, nn.Conv2d)]


@pytest.mark.parametrize("depth", [20, 56])
def test_2_6_twins_have_the_same_weights_and_differ_in_the_sums_alone(depth):
    """course.md 2.6: plain nets of equal depth: one's weights fit the other, whose answers are others."""
    plain, residual = made(f"plain{depth}").eval(), made(f"resnet{depth}").eval()
    residual.load_state_dict(plain.state_dict())
    x, _ = batch(2)
    assert not torch.allclose(plain(x), residual(x))


def test_2_6_a_deeper_residual_net_can_always_do_what_the_shallower_one_does():
    """course.md 2.6: a block whose branch is zero is the identity, so depth cannot hurt what can be represented."""
    shallow, deep = made("resnet8").eval(), made("resnet20", seed=1).eval()
    weights = deep.state_dict()
    for name, tensor in weights.items():
        if name in shallow.state_dict():
            weights[name] = shallow.state_dict()[name]
        elif name.endswith("bn2.weight"):
            weights[name] = torch.zeros_like(tensor)
    deep.load_state_dict(weights)
    x, _ = batch(4)
    assert torch.allclose(deep(x), shallow(x), atol=1e-5)


def test_2_6_a_plain_net_with_one_layer_of_zeros_sees_nothing():
    """course.md 2.6: without the sum the identity has to be learned; zeros end the way of the signal."""
    net = made("plain20").eval()
    nn.init.zeros_(net.layer2[1].bn2.weight)
    x, _ = batch(4)
    answers = net(x)
    assert torch.allclose(answers, answers[:1].expand_as(answers), atol=1e-6)
    assert net.layer1[0].conv1.weight.grad is None
    answers.sum().backward()
    assert net.layer1[0].conv1.weight.grad.abs().max() == 0


@pytest.mark.parametrize("seed", range(2))
def test_2_6_without_batch_norm_the_first_layer_of_a_deep_plain_net_is_hardly_told_anything(seed):
    """course.md 2.6: vanishing gradients: of 56 plain layers with small weights the first gets nearly nothing."""

    def first(name: str) -> float:
        net = made(name, seed)
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()  # running mean 0 and variance 1: batch norm that does nothing
            elif isinstance(module, nn.Conv2d):
                module.weight.data *= 0.7
        x, y = batch(8)
        cross_entropy(net(x), y).backward()
        return net.conv1.weight.grad.norm().item()

    assert first("plain56") < 1e-6 * first("plain8")
    assert first("resnet56") > first("plain56") * 1e6


@pytest.mark.parametrize("seed", range(2))
def test_2_6_with_batch_norm_the_gradient_of_a_deep_plain_net_explodes_towards_the_input(seed):
    """course.md 2.6: batch norm turns vanishing into exploding; the sums keep the first layer near the last."""
    plain, residual = gradients(made("plain56", seed)), gradients(made("resnet56", seed))
    assert plain[0] > 50 * plain[-1]
    assert residual[0] < 10 * residual[-1]


def test_2_6_the_gradient_of_a_deep_plain_net_is_noise_that_of_its_residual_twin_is_not():
    """course.md 2.6: shattered gradients (Balduzzi et al. 2017): a picture moved by a hair asks for another step."""

    def likeness(name: str) -> float:
        net = made(name).train()
        x, _ = batch()
        moved = x + 0.01 * torch.randn(x.shape, generator=torch.Generator().manual_seed(1))
        slopes = []
        for pictures in (x, moved):
            pictures = pictures.clone().requires_grad_()
            net(pictures)[:, 0].sum().backward()
            slopes.append(pictures.grad.flatten(1))
        return cosine_similarity(*slopes).mean().item()

    assert likeness("plain8") > 0.5
    assert abs(likeness("plain56")) < 0.2
    assert likeness("resnet56") > 0.4
