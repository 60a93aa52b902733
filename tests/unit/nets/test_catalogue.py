"""The table of nets: every name builds, runs, and says what it needs."""

import re
from importlib import import_module
from pathlib import Path

import pytest
import torch
from torch import nn

from lenslet.errors import CallError, ShapeError
from lenslet.nets import NETS, anatomy, build, check_size, input_channels, smallest_size, usual_size

CLASSIFYING = [name for name in NETS if not name.startswith(("argus", "brush", "locus", "stylus"))]
FAMILIES = [
    "alexnet",
    "argus",
    "bead",
    "brush",
    "cameo",
    "facet",
    "googlenet",
    "lenet",
    "locus",
    "resnet",
    "resnet_cifar",
    "simple_convnet",
    "squeezenet",
    "stylus",
    "swatch",
    "vgg",
]
TINY = [name for name in CLASSIFYING if name.endswith("_tiny") or name in ("resnet8", "plain8")]


def on_shapes_alone(name, **arguments):
    with torch.device("meta"):
        return build(name, **arguments).eval()


@pytest.mark.parametrize("name", CLASSIFYING)
def test_every_net_gives_one_logit_a_class_at_its_usual_and_its_smallest_size(name):
    net = on_shapes_alone(name, num_classes=7, in_channels=input_channels(name) or 3)
    for size in (usual_size(name), smallest_size(name)):
        picture = torch.empty(2, input_channels(name) or 3, size, size, device="meta")
        assert net(picture).shape == (2, 7)


@pytest.mark.parametrize("name", CLASSIFYING)
def test_every_net_reads_grey_and_colour(name):
    for channels in (1, 3):
        net = on_shapes_alone(name, in_channels=channels)
        size = usual_size(name)
        assert net(torch.empty(1, channels, size, size, device="meta")).ndim == 2


@pytest.mark.parametrize("name", [name for name in NETS if name.startswith("argus")])
def test_nets_that_find_give_a_map_a_stride_of_all_that_a_cell_says(name):
    for anchors, channels in ((1, 3), (3, 1)):
        net = on_shapes_alone(name, num_classes=7, box_outputs=5, anchors=anchors, in_channels=channels)
        for height, width in ((usual_size(name), 256), (smallest_size(name), 64)):
            maps = net(torch.empty(2, channels, height, width, device="meta"))
            shapes = [(2, anchors * (5 + 7), height // stride, width // stride) for stride in (8, 16, 32)]
            assert [tuple(one.shape) for one in maps] == shapes


@pytest.mark.parametrize("name", ["alexnet", "vgg11", "squeezenet1_0", "googlenet", "lenet5", "simple_convnet"])
def test_below_the_smallest_size_there_is_nothing_left_to_read(name):
    net = on_shapes_alone(name)
    size = smallest_size(name) - 1
    with pytest.raises((RuntimeError, ShapeError)):
        net(torch.empty(1, input_channels(name) or 3, size, size, device="meta"))
    with pytest.raises(CallError, match=name):
        check_size(name, size)


def test_a_net_of_one_size_takes_no_other():
    check_size("lenet5", 32)
    check_size("resnet18", 333)
    with pytest.raises(CallError, match="32x32 pixels only, not of size 64"):
        check_size("lenet5", 64)
    with pytest.raises(ShapeError, match="32x32 pixels only, not 28x28"):
        build("lenet5")(torch.zeros(1, 1, 28, 28))
    with pytest.raises(ShapeError, match="39x39 pixels only"):
        build("simple_convnet")(torch.zeros(1, 3, 64, 64))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("resnet19", "resnet18"), ("ResNet-50", "resnet50"), ("squeezenet", "squeezenet1_"), ("VGG16BN", "vgg16_bn")],
)
def test_an_unknown_name_is_answered_with_the_nearest(wrong, right):
    with pytest.raises(CallError, match=f"there is no net '{wrong}'; did you mean .*{right}"):
        build(wrong)


def test_a_name_like_none_is_answered_with_all():
    with pytest.raises(CallError, match=r"there are .*lenet5.*vgg16"):
        build("transformer-xl")


def test_an_unknown_argument_is_answered_with_the_known():
    with pytest.raises(CallError, match=r"resnet18 takes no argument 'dropout'; it takes num_classes, in_channels"):
        build("resnet18", dropout=0.5)


@pytest.mark.parametrize("name", TINY)
def test_training_and_evaluation_give_the_same_kind_of_answer(name):
    net = build(name, num_classes=3)
    picture = torch.randn(2, 3, 64, 64)
    trained, evaluated = net.train()(picture), net.eval()(picture)
    assert isinstance(trained, torch.Tensor) and isinstance(evaluated, torch.Tensor)
    assert trained.shape == evaluated.shape == (2, 3)


@pytest.mark.parametrize("name", TINY)
def test_every_parameter_that_may_learn_is_reached_by_the_gradient(name):
    torch.manual_seed(0)
    net = build(name, num_classes=3)
    net(torch.randn(4, 3, 64, 64)).square().sum().backward()
    assert [key for key, p in net.named_parameters() if p.requires_grad and p.grad is None] == []


@pytest.mark.parametrize("name", [*TINY, "lenet5_relu", "simple_convnet"])
def test_the_first_weights_keep_the_signal_at_its_size(name):
    torch.manual_seed(0)
    size = usual_size(name) if name in ("lenet5_relu", "simple_convnet") else 64
    net = build(name, num_classes=10).train()
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    with torch.no_grad():
        logits = net(torch.randn(16, input_channels(name) or 3, size, size))
    assert 0.01 < logits.square().mean().sqrt() < 10


@pytest.mark.parametrize("family", FAMILIES)
def test_the_numbers_in_the_header_of_a_file_are_those_of_its_nets(family):
    """Design 4.1: parameters and multiplies stand on top of the file; here they are counted again."""
    header = import_module(f"lenslet.nets.{family}").__doc__
    nets = {
        name
        for name in NETS
        if NETS[name].__module__ == f"lenslet.nets.{family}" and name not in TINY and not name.endswith("_tiny")
    }
    assert nets
    for name in nets - {"facet_s", "facet_m", "facet_l"}:  # their header is the research's own
        found = anatomy(on_shapes_alone(name, in_channels=input_channels(name) or 3))
        assert f"{found.parameters:,}" in header, name
        assert f"{found.macs:,}" in header, name


def test_the_header_of_googlenet_counts_its_other_layout_and_the_heads_too():
    header = import_module("lenslet.nets.googlenet").__doc__
    for layout in ("paper", "torchvision"):
        for heads in (False, True):
            found = anatomy(on_shapes_alone("googlenet", layout=layout, heads=heads))
            assert f"{found.parameters:,}" in header
            assert f"{found.macs:,}" in header


def test_the_table_of_the_documentation_counts_right():
    page = (Path(__file__).parents[3] / "docs" / "nets.md").read_text()
    rows = re.findall(r"^\| `(\w+)`(.*?)\|.*?\| ([\d,]+) \| ([\d,]+) \| (\d+)", page, re.MULTILINE)
    assert len(rows) == page.count("\n| `")
    for name, rest, parameters, macs, size in rows:
        arguments = {"layout": "torchvision"} if "torchvision" in rest else {}
        found = anatomy(on_shapes_alone(name, **arguments))
        assert (f"{found.parameters:,}", f"{found.macs:,}") == (parameters, macs), name
        assert usual_size(name) == int(size)


@pytest.mark.parametrize("family", sorted(set(FAMILIES) - {"bead", "facet"}))
def test_the_header_of_a_file_says_where_it_comes_from(family):
    header = import_module(f"lenslet.nets.{family}").__doc__
    assert "Differs from the" in header
    assert "Official weights: " in header
    assert re.search(r"[Cc]ourse:? \d\.\d", header) or "Course:" in header
