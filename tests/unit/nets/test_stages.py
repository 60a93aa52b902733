"""Nets cut in two: nothing is lost, nothing is done twice, and nothing is copied."""

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from lenslet.errors import CallError
from lenslet.nets import NETS, build, input_channels, smallest_size, usual_size
from lenslet.nets.stages import head, split, stages

CLASSIFYING = [name for name in NETS if not name.startswith(("argus", "brush", "locus", "stylus"))]
SMALL = [name for name in CLASSIFYING if name.endswith("_tiny")] + [
    "resnet8", "plain8", "lenet5", "lenet_course", "simple_convnet", "facet_s", "squeezenet1_0",
]  # fmt: skip


def a_picture(name: str, device: str) -> torch.Tensor:
    side = usual_size(name) if usual_size(name) < 64 else max(smallest_size(name), 32)
    dice = torch.Generator().manual_seed(1)
    picture = torch.randn(2, input_channels(name) or 3, side, side, generator=dice)
    return picture.to(device)


class Written(TorchDispatchMode):
    """Notes every basic operation with the shape of what it gives."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[tuple[str, tuple[int, ...]]] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        first = result[0] if isinstance(result, tuple | list) else result
        self.steps.append((func.name(), tuple(first.shape)))
        return result


@pytest.mark.parametrize("name", SMALL)
@torch.inference_mode()
def test_the_rest_of_the_front_is_the_net_bit_for_bit_wherever_it_is_cut(name):
    torch.manual_seed(0)
    net = build(name, num_classes=3, in_channels=input_channels(name) or 3).eval()
    picture = a_picture(name, "cpu")
    expected = net(picture)
    for count in range(len(stages(net)) + 1):
        front, rest = split(net, count)
        assert torch.equal(rest(front(picture)), expected)


@pytest.mark.parametrize("name", CLASSIFYING)
@torch.no_grad()
def test_every_net_does_the_same_operations_in_the_same_order_when_it_is_cut(name):
    with torch.device("meta"):
        net = build(name, num_classes=3, in_channels=input_channels(name) or 3).eval()
    picture = a_picture(name, "meta")
    with Written() as whole:
        net(picture)
    for count in (1, len(stages(net))):
        front, rest = split(net, count)
        with Written() as cut:
            rest(front(picture))
        assert cut.steps == whole.steps


@pytest.mark.parametrize("name", CLASSIFYING)
def test_stages_and_head_hold_every_weight_once(name):
    with torch.device("meta"):
        net = build(name, num_classes=3, in_channels=input_channels(name) or 3)
    _, layer = head(net)
    front, rest = split(net, len(stages(net)))
    held = [*front.parameters(), *rest.parameters()]
    assert len({id(p) for p in held}) == len(held) == len(list(net.parameters()))
    assert {id(p) for p in rest.parameters()} == {id(p) for p in layer.parameters()}
    assert layer.weight.shape[0] == 3


def test_the_stages_are_those_of_the_papers_tables():
    named = {name: [stage for stage, _ in stages(build(name))] for name in ("facet_tiny", "resnet_tiny", "vgg_tiny")}
    assert named["facet_tiny"] == ["stem", "layer1", "layer2", "layer3", "layer4"]
    assert named["resnet_tiny"] == ["conv1", "layer1", "layer2", "layer3", "layer4"]
    assert named["vgg_tiny"] == ["block1", "block2", "block3", "block4", "block5", "dense1", "dense2"]
    assert len(stages(build("googlenet_tiny"))) == 11


def test_the_parts_share_their_layers_with_the_net():
    net = build("facet_tiny", num_classes=2)
    _, rest = split(net, 5)
    with torch.no_grad():
        next(rest.parameters()).fill_(7)
    assert net.fc.weight.eq(7).all()


def test_auxiliary_heads_are_not_taken_for_the_head():
    assert head(build("googlenet_tiny", num_classes=4, heads=True))[0] == "fc"


def test_of_a_strangers_net_the_children_count_as_stages_and_a_sequence_can_be_cut():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16, 2)).eval()
    assert [name for name, _ in stages(net)] == ["0", "1", "2"]
    front, rest = split(net, 2)
    picture = torch.randn(1, 3, 4, 4)
    assert torch.equal(rest(front(picture)), net(picture))


def test_what_cannot_be_cut_is_said():
    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(1, 1), nn.Linear(1, 1)

    assert [name for name, _ in stages(Own())] == ["a"]
    with pytest.raises(CallError, match="Own cannot be cut"):
        split(Own(), 1)
    with pytest.raises(CallError, match="9 stages are asked for, and this Facet has 0 to 5"):
        split(build("facet_tiny"), 9)
    with pytest.raises(CallError, match="no dense layer"):
        head(nn.Sequential(nn.ReLU()))
