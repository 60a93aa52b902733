"""Which layers are looked at where nobody names one: the end of every stage, from the picture to the deepest map."""

from collections.abc import Sequence

from torch import nn

from lenslet.errors import CallError
from lenslet.nets.features import Activation, Features, names_of

__all__ = ["convolutions", "deepest", "maps", "named", "stages"]

POOLS = ("MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "Dropout", "Identity")


def maps(net: nn.Module, size: int) -> list[Activation]:
    """The layers that answer with maps of more than one cell, in the order in which they are done.

    Args:
        net: any.
        size: side of the square picture, pixels.

    Raises:
        CallError: there is none: the net has no convolution.
    """
    found = [one for one in names_of(net, size=size) if len(one.output) == 3 and min(one.output[1:]) > 1]
    if not found or not any(isinstance(module, nn.Conv2d) for module in net.modules()):
        raise CallError(f"this {type(net).__name__} has no convolution whose maps could be shown; explain one that has")
    return found


def stages(net: nn.Module, size: int) -> list[Activation]:
    """The last layer or block before the map gets smaller, each time, on the way down.

    What a net does after its smallest map (a pyramid, the head of a detector) is left out.

    Raises:
        CallError: the net has no convolution.
    """
    found: list[Activation] = []
    for one in _outer(maps(net, size)):
        side = one.output[1]
        if found and side > found[-1].output[1]:
            break  # the way up begins
        if one.kind in POOLS:
            continue
        if found and side == found[-1].output[1]:
            found[-1] = one
        else:
            found.append(one)
    return found


def deepest(net: nn.Module, size: int, cells: int) -> Activation:
    """Of the stages the last whose map has so many cells on its shorter side; where none has, the finest.

    Raises:
        CallError: the net has no convolution.
    """
    found = stages(net, size)
    fine = [one for one in found if min(one.output[1:]) >= cells]
    return fine[-1] if fine else found[0]


def named(net: nn.Module, names: Sequence[str], size: int) -> list[Activation]:
    """Layers by name: a path in the net, or a VGG's name in the paper.

    Raises:
        CallError: there is no such layer, or the net never calls it; the sentence lists near ones.
    """
    paths = Features(net, names).paths  # raises where there is none, and names near ones
    known = {one.path: one for one in names_of(net, size=size)}
    for name, path in paths.items():
        if path not in known:
            raise CallError(f"this {type(net).__name__} has a layer {name}, but does not call it; take another")
    return [known[paths[name]] for name in names]


def convolutions(net: nn.Module, names: Sequence[str] | None) -> dict[str, nn.Conv2d]:
    """Convolutions by name; of a block, its first. Without names the first of the net.

    Raises:
        CallError: there is no such layer, or no convolution in it.
    """
    if names is None:
        inside = [(path, m) for path, m in net.named_modules() if isinstance(m, nn.Conv2d)]
        if not inside:
            raise CallError(f"this {type(net).__name__} has no convolution, and so no filters to be shown")
        return dict(inside[:1])
    found = {}
    for name, path in Features(net, names).paths.items():
        module = net.get_submodule(path)
        inside = [(below, m) for below, m in module.named_modules() if isinstance(m, nn.Conv2d)]
        if not inside:
            raise CallError(f"the layer {name} is a {type(module).__name__} and has no filters; take a convolution")
        below, convolution = inside[0]
        found[f"{name}.{below}" if below else name] = convolution
    return found


def _outer(found: Sequence[Activation]) -> list[Activation]:
    """The blocks that the net is made of; of a plain list of layers (`features`) the layers in it.

    What stands in a ModuleList (the pyramid and the heads of a detector) is no stage; where a net has nothing else,
    blocks within blocks are left out.
    """
    own = [one for one in found if "." not in one.path.removeprefix("features.") and one.path != "features"]
    if own:
        return own
    paths = {one.path for one in found}
    return [one for one in found if not any(one.path.startswith(f"{outer}.") for outer in paths)]
