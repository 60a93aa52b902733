"""All nets by name, a table written by hand, and what a caller must know of a net before building it."""

import difflib
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from torch import nn

from lenslet.errors import CallError
from lenslet.nets.alexnet import AlexNet, alexnet, alexnet_tiny
from lenslet.nets.argus import Argus, argus_l, argus_m, argus_resnet18, argus_s, argus_tiny
from lenslet.nets.bead import Bead, bead_m, bead_s, bead_tiny
from lenslet.nets.brush import Brush, brush_s, brush_tiny
from lenslet.nets.cameo import Cameo, cameo_m, cameo_s, cameo_tiny, signet_s
from lenslet.nets.facet import Facet, facet_l, facet_m, facet_s, facet_tiny
from lenslet.nets.googlenet import GoogLeNet, googlenet, googlenet_tiny
from lenslet.nets.lenet import LeNet5, lenet5, lenet5_relu, lenet_course
from lenslet.nets.locus import Locus, locus_m, locus_s, locus_tiny
from lenslet.nets.resnet import ResNet, resnet18, resnet34, resnet50, resnet101, resnet152, resnet_tiny
from lenslet.nets.resnet_cifar import (
    CifarResNet,
    plain8,
    plain20,
    plain32,
    plain44,
    plain56,
    plain110,
    resnet8,
    resnet20,
    resnet32,
    resnet44,
    resnet56,
    resnet110,
)
from lenslet.nets.simple_convnet import SimpleConvNet, simple_convnet
from lenslet.nets.squeezenet import SqueezeNet, squeezenet1_0, squeezenet1_1, squeezenet_tiny
from lenslet.nets.stylus import Stylus, stylus_m, stylus_s, stylus_tiny
from lenslet.nets.swatch import Swatch, swatch_s, swatch_tiny
from lenslet.nets.vgg import VGG, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn, vgg_tiny

__all__ = ["NETS", "Sizes", "build", "check_size", "input_channels", "sizes_of", "smallest_size", "usual_size"]

NETS: dict[str, Callable[..., nn.Module]] = {
    "facet_s": facet_s,
    "facet_m": facet_m,
    "facet_l": facet_l,
    "bead_s": bead_s,
    "bead_m": bead_m,
    "argus_s": argus_s,
    "argus_m": argus_m,
    "argus_l": argus_l,
    "argus_resnet18": argus_resnet18,
    "locus_s": locus_s,
    "locus_m": locus_m,
    "stylus_s": stylus_s,
    "stylus_m": stylus_m,
    "cameo_s": cameo_s,
    "cameo_m": cameo_m,
    "signet_s": signet_s,
    "brush_s": brush_s,
    "swatch_s": swatch_s,
    "simple_convnet": simple_convnet,
    "lenet_course": lenet_course,
    "lenet5": lenet5,
    "lenet5_relu": lenet5_relu,
    "alexnet": alexnet,
    "vgg11": vgg11,
    "vgg11_bn": vgg11_bn,
    "vgg13": vgg13,
    "vgg13_bn": vgg13_bn,
    "vgg16": vgg16,
    "vgg16_bn": vgg16_bn,
    "vgg19": vgg19,
    "vgg19_bn": vgg19_bn,
    "resnet18": resnet18,
    "resnet34": resnet34,
    "resnet50": resnet50,
    "resnet101": resnet101,
    "resnet152": resnet152,
    "resnet20": resnet20,
    "resnet32": resnet32,
    "resnet44": resnet44,
    "resnet56": resnet56,
    "resnet110": resnet110,
    "plain20": plain20,
    "plain32": plain32,
    "plain44": plain44,
    "plain56": plain56,
    "plain110": plain110,
    "googlenet": googlenet,
    "squeezenet1_0": squeezenet1_0,
    "squeezenet1_1": squeezenet1_1,
    # The smallest of each family, for tests.
    "facet_tiny": facet_tiny,
    "argus_tiny": argus_tiny,
    "locus_tiny": locus_tiny,
    "stylus_tiny": stylus_tiny,
    "cameo_tiny": cameo_tiny,
    "bead_tiny": bead_tiny,
    "brush_tiny": brush_tiny,
    "swatch_tiny": swatch_tiny,
    "alexnet_tiny": alexnet_tiny,
    "vgg_tiny": vgg_tiny,
    "resnet_tiny": resnet_tiny,
    "resnet8": resnet8,
    "plain8": plain8,
    "googlenet_tiny": googlenet_tiny,
    "squeezenet_tiny": squeezenet_tiny,
}


class Sizes(NamedTuple):
    """Sides of the square pictures of a family of nets, in pixels.

    Attributes:
        usual: what the paper used.
        smallest: below it some layer has nothing left.
        fixed: whether `usual` is the only one that fits.
    """

    usual: int
    smallest: int
    fixed: bool = False


SIZES: dict[type[nn.Module], Sizes] = {
    Facet: Sizes(128, 32),
    Bead: Sizes(32, 8),
    Argus: Sizes(320, 32),
    Locus: Sizes(128, 32),
    Stylus: Sizes(128, 32),
    Cameo: Sizes(112, 32),
    Brush: Sizes(128, 16),
    Swatch: Sizes(112, 32),
    LeNet5: Sizes(32, 32, fixed=True),
    SimpleConvNet: Sizes(39, 39, fixed=True),
    AlexNet: Sizes(224, 63),
    VGG: Sizes(224, 32),
    ResNet: Sizes(224, 1),
    CifarResNet: Sizes(32, 1),
    GoogLeNet: Sizes(224, 31),
    SqueezeNet: Sizes(224, 21),
}

# Channels of the pictures that a net was drawn for, where that is part of what it is; the others take any.
CHANNELS = {"lenet5": 1, "lenet5_relu": 1, "lenet_course": 3, "simple_convnet": 3}


def build(name: str, **arguments: Any) -> nn.Module:
    """A net by its name.

    Args:
        name: a key of `NETS`.
        arguments: what its constructor takes: `num_classes`, `in_channels`, for some `dropout` and others.

    Raises:
        CallError: no net of that name, or an argument that it does not take.
    """
    constructor = NETS[_known(name)]
    takes = list(inspect.signature(constructor).parameters)
    strange = [argument for argument in arguments if argument not in takes]
    if strange:
        raise CallError(f"net {name} takes no argument {strange[0]!r}; it takes {', '.join(takes)}")
    return constructor(**arguments)


def usual_size(name: str) -> int:
    """Side of the square pictures that the net is usually given, in pixels.

    Raises:
        CallError: no net of that name.
    """
    return _sizes(name).usual


def smallest_size(name: str) -> int:
    """Side of the smallest square picture that the net can read, in pixels.

    Raises:
        CallError: no net of that name.
    """
    return _sizes(name).smallest


def check_size(name: str, size: int) -> None:
    """See that a net can read square pictures of a size.

    Raises:
        CallError: it cannot, or there is no such net.
    """
    sizes = _sizes(name)
    if sizes.fixed and size != sizes.usual:
        raise CallError(f"{name} reads pictures of {sizes.usual}x{sizes.usual} pixels only, not of size {size}")
    if size < sizes.smallest:
        raise CallError(
            f"{name} needs pictures of at least {sizes.smallest}x{sizes.smallest} pixels, not of size {size}"
        )


def input_channels(name: str) -> int | None:
    """Channels of the pictures that the net was drawn for: 1 grey, 3 colour, None either.

    Raises:
        CallError: no net of that name.
    """
    return CHANNELS.get(_known(name))


def sizes_of(net: nn.Module) -> Sizes | None:
    """The sizes of a net that was built from this room; None for anybody else's."""
    return SIZES.get(type(net))


def _sizes(name: str) -> Sizes:
    """A constructor says in its return type which family it builds."""
    return SIZES[inspect.signature(NETS[_known(name)]).return_annotation]


def _known(name: str) -> str:
    if name in NETS:
        return name
    # "ResNet-18" and "resnet_18" are the same wish; the real names have no such marks, or have them elsewhere.
    plain = name.lower().replace("-", "").replace("_", "")
    same = [known for known in NETS if known.replace("_", "") == plain]
    close = same or difflib.get_close_matches(name.lower(), NETS, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(NETS)}"
    raise CallError(f"there is no net {name!r}; {hint}")
