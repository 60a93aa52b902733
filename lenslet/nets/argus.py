"""Argus: Lenslet's net for finding things, many eyes over the picture: Facet's stages, a pyramid, and a head a stride.

    part        stride   argus_tiny   argus_s    argus_m    argus_l
    stem           2          8          32         32         64     3x3, BN, ReLU: channels
    layer1         4        8 x 1      32 x 1     64 x 1     64 x 1   channels x residual blocks of two 3x3
    layer2         8       16 x 1      64 x 1    128 x 1    128 x 2
    layer3        16       24 x 1     128 x 1    256 x 1    256 x 2
    layer4        32       32 x 1     256 x 1    256 x 1    512 x 1
    pyramid   32, 16, 8      16         64         96        128      channels; top down, a block each
    head      8, 16, 32      16         64         96        128      two branches of 3x3: boxes and kinds

    parameters                      -    1,728,528  3,556,112  8,322,160
    multiply-adds at 320 px: 762,368,000 (s), 2,005,350,400 (m), 3,910,246,400 (l)
    argus_resnet18: the stages of ResNet-18, a neck of 96; 12,302,640 parameters, 4,461,312,000 multiply-adds

with 80 classes and 64 numbers a cell that say where. Course: 3.4 to 3.8.

Differs from the YOLO of Redmon 2016 and its successors: short cuts that average (Facet's), a pyramid that goes down
only (Lin et al. 2017), branches of one 3x3. The stages of argus_s are those of facet_s, whose weights fit.

Official weights: none.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import interpolate

from lenslet.nets.facet import FacetBlock, first_weights, stage
from lenslet.nets.resnet import resnet18

__all__ = ["Argus", "argus_l", "argus_m", "argus_resnet18", "argus_s", "argus_tiny"]

_READ = ("layer2", "layer3", "layer4")


class Argus(nn.Module):
    """The net of the table above. It decides nothing: see `tasks.detect` for what its maps mean.

    Args:
        body: modules that are called one after the other, by name; `layer2`, `layer3` and `layer4` give maps of strides
            8, 16 and 32.
        channels: of those three.
        neck: channels of the pyramid and of the head.
        num_classes: kinds of things.
        box_outputs: numbers a cell and anchor that say where.
        anchors: shapes a cell; 1 also where there are no anchors.
    """

    strides = (8, 16, 32)

    def __init__(
        self,
        body: Mapping[str, nn.Module],
        channels: tuple[int, int, int],
        neck: int,
        *,
        num_classes: int,
        box_outputs: int,
        anchors: int = 1,
    ):
        super().__init__()
        self.body = tuple(body)
        for name, module in body.items():
            self.add_module(name, module)
        self.lateral = nn.ModuleList(_conv(c, neck, 1) for c in channels)
        self.pyramid = nn.ModuleList(FacetBlock(neck, neck, stride=1) for _ in range(3))
        self.where = nn.ModuleList(_branch(neck, anchors * box_outputs) for _ in range(3))
        self.what = nn.ModuleList(_branch(neck, anchors * num_classes) for _ in range(3))
        for part in (self.lateral, self.pyramid, self.where, self.what):
            first_weights(part)
        for where, what in self.outputs():
            nn.init.normal_(where.weight, std=0.01)
            nn.init.normal_(what.weight, std=0.01)
            assert where.bias is not None
            assert what.bias is not None
            nn.init.zeros_(where.bias)
            # so that nearly everything is nothing at first: 1 in 100 (Lin et al. 2017, focal loss, section 4.1)
            nn.init.constant_(what.bias, -4.6)

    def outputs(self) -> list[tuple[nn.Conv2d, nn.Conv2d]]:
        """The last layers of each stride: that which says where, and that which says what."""
        found = []
        for where, what in zip(self.where, self.what, strict=True):
            last = where.get_submodule("out"), what.get_submodule("out")
            assert isinstance(last[0], nn.Conv2d)
            assert isinstance(last[1], nn.Conv2d)
            found.append((last[0], last[1]))
        return found

    def forward(self, x: Float[Tensor, "n c h w"]) -> tuple[Float[Tensor, "n o _ _"], ...]:
        """Pictures, normalised, of sides that 32 divides -> maps of strides 8, 16, 32: boxes first, then kinds."""
        stages: list[Tensor] = []
        for name in self.body:
            x = self.get_submodule(name)(x)
            if name in _READ:
                stages.append(x)
        maps: list[Tensor] = []
        above: Tensor | None = None
        for level in (2, 1, 0):
            here = self.lateral[level](stages[level])
            if above is not None:
                here = here + interpolate(above, scale_factor=2.0, mode="nearest")
            above = self.pyramid[level](here)
            maps.insert(0, torch.cat([self.where[level](above), self.what[level](above)], 1))
        return tuple(maps)


def _conv(in_channels: int, channels: int, size: int) -> nn.Sequential:
    conv = nn.Conv2d(in_channels, channels, size, 1, size // 2, bias=False)
    return nn.Sequential(OrderedDict(conv=conv, bn=nn.BatchNorm2d(channels), relu=nn.ReLU(inplace=True)))


def _branch(channels: int, outputs: int) -> nn.Sequential:
    before = _conv(channels, channels, 3).named_children()
    return nn.Sequential(OrderedDict([*before, ("out", nn.Conv2d(channels, outputs, 1))]))


def _facet(stem: int, channels: Sequence[int], blocks: Sequence[int], in_channels: int) -> dict[str, nn.Module]:
    """The stages of a Facet, from noise."""
    first = nn.Conv2d(in_channels, stem, 3, 2, 1, bias=False)
    body: dict[str, nn.Module] = {
        "stem": nn.Sequential(OrderedDict(conv=first, bn=nn.BatchNorm2d(stem), relu=nn.ReLU(inplace=True)))
    }
    wide = (stem, *channels)
    for number, count in enumerate(blocks):
        body[f"layer{number + 1}"] = stage(wide[number], wide[number + 1], count)
    for module in body.values():
        first_weights(module)
    return body


def argus_tiny(num_classes: int = 80, *, box_outputs: int = 64, anchors: int = 1, in_channels: int = 3) -> Argus:
    """For tests: all the parts, almost no weights."""
    body = _facet(8, (8, 16, 24, 32), (1, 1, 1, 1), in_channels)
    return Argus(body, (16, 24, 32), 16, num_classes=num_classes, box_outputs=box_outputs, anchors=anchors)


def argus_s(num_classes: int = 80, *, box_outputs: int = 64, anchors: int = 1, in_channels: int = 3) -> Argus:
    """The default: the stages are those of facet_s, whose weights fit."""
    body = _facet(32, (32, 64, 128, 256), (1, 1, 1, 1), in_channels)
    return Argus(body, (64, 128, 256), 64, num_classes=num_classes, box_outputs=box_outputs, anchors=anchors)


def argus_m(num_classes: int = 80, *, box_outputs: int = 64, anchors: int = 1, in_channels: int = 3) -> Argus:
    """For longer runs, and thousands of pictures."""
    body = _facet(32, (64, 128, 256, 256), (1, 1, 1, 1), in_channels)
    return Argus(body, (128, 256, 256), 96, num_classes=num_classes, box_outputs=box_outputs, anchors=anchors)


def argus_l(num_classes: int = 80, *, box_outputs: int = 64, anchors: int = 1, in_channels: int = 3) -> Argus:
    """For thousands of pictures, or a GPU."""
    body = _facet(64, (64, 128, 256, 512), (1, 2, 2, 1), in_channels)
    return Argus(body, (128, 256, 512), 128, num_classes=num_classes, box_outputs=box_outputs, anchors=anchors)


def argus_resnet18(num_classes: int = 80, *, box_outputs: int = 64, anchors: int = 1, in_channels: int = 3) -> Argus:
    """The stages are those of ResNet-18, under torchvision's names: its ImageNet weights fit."""
    named = dict(resnet18(in_channels=in_channels).named_children())
    body = {name: named[name] for name in ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4")}
    return Argus(body, (128, 256, 512), 96, num_classes=num_classes, box_outputs=box_outputs, anchors=anchors)
