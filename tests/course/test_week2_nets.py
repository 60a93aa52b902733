"""Course, week 2: the case studies (2.1-2.5, the nets of 2.6, 2.7, 2.8)."""

import pytest
import torch
from torch import nn

from lenslet.nets import BasicBlock, Bottleneck, Inception, anatomy, build, googlenet
from lenslet.nets.resnet_cifar import CifarBlock
from lenslet.verbs.describe import describe


def parameters(name, **arguments):
    with torch.device("meta"):
        return sum(p.numel() for p in build(name, **arguments).parameters())


@pytest.mark.parametrize(
    ("item", "name", "count"),
    [
        ("2.1", "lenet5", 61_706),
        ("2.1", "lenet5_relu", 61_706),
        ("2.2", "alexnet", 61_100_840),
        ("2.3", "vgg11", 132_863_336),
        ("2.3", "vgg13", 133_047_848),
        ("2.3", "vgg16", 138_357_544),
        ("2.3", "vgg16_bn", 138_365_992),
        ("2.3", "vgg19", 143_667_240),
        ("2.5", "resnet18", 11_689_512),
        ("2.5", "resnet34", 21_797_672),
        ("2.5", "resnet50", 25_557_032),
        ("2.5", "resnet101", 44_549_160),
        ("2.5", "resnet152", 60_192_808),
        ("2.5", "resnet20", 269_722),
        ("2.5", "resnet32", 464_154),
        ("2.5", "resnet44", 658_586),
        ("2.5", "resnet56", 853_018),
        ("2.5", "resnet110", 1_727_962),
        ("2.8", "googlenet", 6_998_552),
        ("issue 2", "squeezenet1_1", 1_235_496),
    ],
)
def test_exact_parameter_counts(item, name, count):
    """course.md 2.1, 2.2, 2.3, 2.5, 2.8."""
    assert parameters(name) == count


def test_2_1_lenet5_original_is_tanh_and_mean_the_variant_relu_and_max():
    """course.md 2.1: about 60k parameters, tanh/sigmoid original and ReLU variant."""
    original = {type(m) for m in build("lenet5").modules()}
    variant = {type(m) for m in build("lenet5_relu").modules()}
    assert {nn.Tanh, nn.AvgPool2d} <= original and not {nn.ReLU, nn.MaxPool2d} & original
    assert {nn.ReLU, nn.MaxPool2d} <= variant and not {nn.Tanh, nn.AvgPool2d} & variant
    assert describe("lenet5").input == (1, 32, 32)


def test_2_3_vgg16_is_nothing_but_3x3_same_and_2x2_s2():
    """course.md 2.3: 3x3 same, 2x2 s2 pools; VGG-19 beside it."""
    for name, convolutions in (("vgg16", 13), ("vgg19", 16)):
        with torch.device("meta"):
            net = build(name)
        convs = [m for m in net.modules() if isinstance(m, nn.Conv2d)]
        pools = [m for m in net.modules() if isinstance(m, nn.MaxPool2d)]
        assert len(convs) == convolutions and len(pools) == 5
        assert {(m.kernel_size, m.stride, m.padding) for m in convs} == {((3, 3), (1, 1), (1, 1))}
        assert {(m.kernel_size, m.stride) for m in pools} == {(2, 2)}
    found = describe("vgg16", size=224)
    assert [row.output for row in found.rows if row.kind == "MaxPool2d"] == [
        (64, 112, 112),
        (128, 56, 56),
        (256, 28, 28),
        (512, 14, 14),
        (512, 7, 7),
    ]


@pytest.mark.parametrize(
    "block", [BasicBlock(8, 8), Bottleneck(8, 2), CifarBlock(8, 8)], ids=lambda b: type(b).__name__
)
def test_2_4_a_residual_block_of_zeros_is_g_of_its_input(block):
    """course.md 2.4: a[l+2] = g(z[l+2] + a[l]); with w=b=0 it is g(a[l])."""
    for module in block.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.zeros_(module.weight)
    a = torch.randn(2, 8, 5, 5)
    for mode in (True, False):
        assert torch.equal(block.train(mode)(a), a.relu())


def test_2_4_the_sum_is_taken_before_the_last_relu():
    """course.md 2.4: g stands outside the sum."""
    torch.manual_seed(0)
    block = BasicBlock(4, 4).eval()
    a = torch.randn(2, 4, 6, 6)
    z = block.bn2(block.conv2(block.bn1(block.conv1(a)).relu()))
    assert torch.equal(block(a), (z + a).relu())


def test_2_4_the_short_cut_is_the_identity_or_a_projection():
    """course.md 2.4: identity and projection shortcuts."""
    assert BasicBlock(8, 8).downsample is None
    projection = BasicBlock(8, 16, stride=2).downsample
    assert projection[0].kernel_size == (1, 1) and projection[0].stride == (2, 2)
    for module in (block := BasicBlock(8, 16, stride=2).eval()).modules():
        if isinstance(module, nn.Conv2d) and module is not block.downsample[0]:
            nn.init.zeros_(module.weight)
    a = torch.randn(2, 8, 6, 6)
    assert torch.equal(block(a), block.downsample(a).relu())


@pytest.mark.parametrize("depth", [20, 32, 44, 56, 110])
def test_2_6_a_plain_net_has_the_parameters_and_multiplies_of_its_residual_twin(depth):
    """course.md 2.6: plain nets of equal depth; they differ in the sums alone."""
    plain, residual = describe(f"plain{depth}"), describe(f"resnet{depth}")
    assert (plain.parameters, plain.macs) == (residual.parameters, residual.macs)
    assert sum(1 for row in residual.rows if row.kind == "add") == (depth - 2) // 2
    assert not any(row.kind == "add" for row in plain.rows)
    assert sum(1 for row in plain.rows if row.macs) == depth


def test_2_7_1x1_convolution_shrinks_channels_and_nothing_else():
    """course.md 2.7: 28x28x192 * 32 filters of 1x1 = 28x28x32."""
    [row] = anatomy(nn.Conv2d(192, 32, 1), size=28).rows
    assert (row.output, row.receptive_field, row.macs) == ((32, 28, 28), (1, 1), 28 * 28 * 32 * 192)


def test_2_8_the_bottleneck_saves_nine_tenths_of_the_multiplies():
    """course.md 2.8: 120,422,400 for 5x5 alone against 2,408,448 + 10,035,200 = 12,443,648."""
    alone = anatomy(nn.Conv2d(192, 32, 5, padding=2), size=28)
    bottleneck = anatomy(nn.Sequential(nn.Conv2d(192, 16, 1), nn.Conv2d(16, 32, 5, padding=2)), size=28)
    assert alone.macs == 120_422_400
    assert [row.macs for row in bottleneck.rows] == [2_408_448, 10_035_200]
    assert bottleneck.macs == 12_443_648
    assert alone.rows[-1].output == bottleneck.rows[-1].output == (32, 28, 28)


def test_2_8_the_inception_block_does_all_of_them_and_stacks_the_outputs():
    """course.md 2.8: block of 1x1, 3x3, 5x5, pool, concatenated: 28x28x192 -> 28x28x256 (64 + 128 + 32 + 32)."""
    block = Inception(192, 64, 96, 128, 16, 32, 32)
    found = anatomy(block, size=28)
    assert found.rows[-1].kind == "cat" and found.rows[-1].output == (256, 28, 28)
    assert [found[f"branch3.{i}.conv"].macs for i in (0, 1)] == [2_408_448, 10_035_200]
    x = torch.randn(1, 192, 28, 28)
    with torch.no_grad():
        parts = block(x).split((64, 128, 32, 32), 1)
        for part, branch in zip(parts, (block.branch1, block.branch2, block.branch3, block.branch4), strict=True):
            assert torch.equal(part, branch(x))


def test_2_8_googlenet_whole_with_true_5x5_and_auxiliary_heads():
    """course.md 2.8: 6,998,552 parameters without BN and heads; torchvision's 6,624,904 uses 3x3."""
    assert parameters("googlenet") == 6_998_552
    assert parameters("googlenet", layout="torchvision") == 6_624_904
    with torch.device("meta"):
        net = googlenet(heads=True)
    kernels = [block.branch3[1].conv.kernel_size for block in net.modules() if isinstance(block, Inception)]
    assert kernels == [(5, 5)] * 9
    assert not any(isinstance(m, nn.BatchNorm2d) for m in net.modules())
    outputs = net.eval().with_heads(torch.empty(1, 3, 224, 224, device="meta"))
    assert [tuple(x.shape) for x in outputs] == [(1, 1000)] * 3
