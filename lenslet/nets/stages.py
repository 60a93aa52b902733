"""A net in stages, from the picture to the head: what can be frozen, and where it can be cut in two (course 2.10).

A stage ends where the map gets smaller, or after a dense layer's activation; the head is the last layer with weights,
with the dropout before it and whatever follows it. The mean over the map and the flattening belong to the stage before
the head, so that what a frozen net says of a picture is short.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from torch import nn

from lenslet.errors import CallError
from lenslet.nets.alexnet import AlexNet
from lenslet.nets.bead import Bead
from lenslet.nets.cameo import Cameo
from lenslet.nets.facet import Facet
from lenslet.nets.googlenet import GoogLeNet
from lenslet.nets.lenet import LeNet5
from lenslet.nets.resnet import ResNet
from lenslet.nets.resnet_cifar import CifarResNet
from lenslet.nets.simple_convnet import SimpleConvNet
from lenslet.nets.squeezenet import SqueezeNet
from lenslet.nets.swatch import Swatch
from lenslet.nets.vgg import VGG

__all__ = ["head", "split", "stages"]

Plan = list[tuple[str, list[nn.Module]]]  # name -> the modules that are called one after the other; the head is last

POOLS = (nn.MaxPool2d, nn.AvgPool2d)
ACTIVATIONS = (nn.ReLU, nn.Tanh)
ONE_BY_ONE = (AlexNet, VGG, LeNet5, SimpleConvNet, SqueezeNet, nn.Sequential)


def stages(net: nn.Module) -> list[tuple[str, nn.Module]]:
    """The stages of a net in order, by name, without its head; the modules are the net's own.

    Args:
        net: one of this room; of any other the top-level children count as stages, the last of them as its head.
    """
    return [(name, _joined(modules)) for name, modules in _plan(net)[:-1]]


def head(net: nn.Module) -> tuple[str, nn.Module]:
    """The layer that gives the logits, with its name in the net: the last dense layer or convolution.

    Raises:
        CallError: the net has no such layer.
    """
    last = [(name, m) for name, m in net.named_modules() if isinstance(m, nn.Linear | nn.Conv2d)]
    if isinstance(net, GoogLeNet):  # its auxiliary heads are registered among the rest
        last = [("fc", net.fc)]
    if not last:
        raise CallError(f"a {type(net).__name__} has no dense layer or convolution that could be its head")
    return last[-1]


def split(net: nn.Module, count: int) -> tuple[nn.Module, nn.Module]:
    """Cut a net after its first `count` stages, so that rest(front(pictures)) is net(pictures) exactly.

    Both share their layers with the net: what the rest learns, the net has learned.

    Args:
        net: one of this room, or an `nn.Sequential`.
        count: 0 to the number of its stages.

    Returns:
        The front, and the rest, whose children are the remaining stages and `head`.

    Raises:
        CallError: no such stage, or a net of which nobody knows how its parts follow each other.
    """
    if type(net) not in PLANS and not isinstance(net, ONE_BY_ONE):
        raise CallError(f"a {type(net).__name__} cannot be cut in two: how its parts follow each other is not known")
    plan = _plan(net)
    if not 0 <= count < len(plan):
        raise CallError(f"{count} stages are asked for, and this {type(net).__name__} has 0 to {len(plan) - 1}")
    front, rest = ({name: _joined(modules) for name, modules in part} for part in (plan[:count], plan[count:]))
    return nn.Sequential(OrderedDict(front)), nn.Sequential(OrderedDict(rest))


def _plan(net: nn.Module) -> Plan:
    if (plan_of := PLANS.get(type(net))) is not None:
        return plan_of(net)
    children = list(net.named_children())
    if isinstance(net, ONE_BY_ONE) and "features" in dict(children):
        return _features_and_classifier(net)
    plan = [(name, [child]) for name, child in children]
    return [*plan[:-1], ("head", plan[-1][1])] if plan else [("head", [net])]


def _joined(modules: Sequence[nn.Module]) -> nn.Module:
    return modules[0] if len(modules) == 1 else nn.Sequential(*modules)


def _facet(net: Facet) -> Plan:
    return [
        ("stem", [net.stem]),
        ("layer1", [net.layer1]),
        ("layer2", [net.layer2]),
        ("layer3", [net.layer3]),
        ("layer4", [net.layer4, net.avgpool, nn.Flatten()]),
        ("head", [net.dropout, net.fc]),
    ]


def _bead(net: Bead) -> Plan:
    return [
        ("stem", [net.stem]),
        ("layer1", [net.layer1]),
        ("layer2", [net.layer2]),
        ("layer3", [net.layer3, net.maxpool, nn.Flatten()]),
        ("head", [net.dropout, net.fc]),
    ]


def _cameo(net: Cameo) -> Plan:
    return [
        ("stem", [net.stem]),
        ("layer1", [net.layer1]),
        ("layer2", [net.layer2]),
        ("layer3", [net.layer3]),
        ("layer4", [net.layer4, net.pool, net.reduce, nn.Flatten()]),
        ("head", [net.fc, net.norm]),
    ]


def _resnet(net: ResNet) -> Plan:
    return [
        ("conv1", [net.conv1, net.bn1, net.relu, net.maxpool]),
        ("layer1", [net.layer1]),
        ("layer2", [net.layer2]),
        ("layer3", [net.layer3]),
        ("layer4", [net.layer4, net.avgpool, net.flatten]),
        ("head", [net.fc]),
    ]


def _cifar(net: CifarResNet) -> Plan:
    return [
        ("conv1", [net.conv1, net.bn1, net.relu]),
        ("layer1", [net.layer1]),
        ("layer2", [net.layer2]),
        ("layer3", [net.layer3, net.avgpool, net.flatten]),
        ("head", [net.fc]),
    ]


def _swatch(net: Swatch) -> Plan:
    blocks = _cut(net.features, POOLS)
    blocks[-1].extend([net.avgpool, nn.Flatten()])
    plan: Plan = [(f"block{number}", block) for number, block in enumerate(blocks, start=1)]
    return [*plan, ("head", [net.fc])]


def _googlenet(net: GoogLeNet) -> Plan:
    """The nine inception blocks one by one; a pool belongs to what it shrinks."""
    after = {"3b": net.maxpool3, "4e": net.maxpool4}
    blocks: Plan = [
        (f"inception{name}", [net.get_submodule(f"inception{name}"), *([after[name]] if name in after else [])])
        for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
    ]
    blocks[-1][1].extend([net.avgpool, net.flatten])
    return [
        ("conv1", [net.conv1, net.maxpool1, net.norm1]),
        ("conv2", [net.conv2, net.conv3, net.norm2, net.maxpool2]),
        *blocks,
        ("head", [net.dropout, net.fc]),
    ]


def _features_and_classifier(net: nn.Module) -> Plan:
    """Nets of `features` and `classifier`: a block up to each pool (or activation, without pools), then the dense
    layers."""
    parts = dict(net.named_children())
    between = [parts[name] for name in ("avgpool", "flatten") if name in parts]
    features, classifier = list(parts["features"].children()), _flat(parts["classifier"])
    pools = any(isinstance(m, POOLS) for m in features)
    blocks = _cut(features, POOLS if pools else ACTIVATIONS)
    plan: Plan = [(f"block{number}", block) for number, block in enumerate(blocks, start=1)]
    if isinstance(classifier[0], nn.Dropout) and isinstance(classifier[1], nn.Conv2d):  # SqueezeNet: no dense layer
        return [*plan, ("head", [*classifier, *between])]
    *dense, last = _cut(classifier, ACTIVATIONS)
    plan[-1][1].extend(between)
    return [*plan, *((f"dense{number}", layer) for number, layer in enumerate(dense, start=1)), ("head", last)]


def _flat(module: nn.Module) -> list[nn.Module]:
    return list(module.children()) if isinstance(module, nn.Sequential) else [module]


def _cut(modules: Iterable[nn.Module], ends: tuple[type[nn.Module], ...]) -> list[list[nn.Module]]:
    """Pieces that each end with one of the kinds in `ends`; the last one may not."""
    pieces: list[list[nn.Module]] = [[]]
    for module in modules:
        pieces[-1].append(module)
        if isinstance(module, ends):
            pieces.append([])
    return [piece for piece in pieces if piece]


PLANS: dict[type[nn.Module], Callable[[Any], Plan]] = {
    Bead: _bead,
    Cameo: _cameo,
    Facet: _facet,
    ResNet: _resnet,
    CifarResNet: _cifar,
    GoogLeNet: _googlenet,
    Swatch: _swatch,
}
