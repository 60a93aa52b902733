"""Locus: Lenslet's net for one thing and its place: Facet's stages, and a head that knows where on the map it looks.

    part        stride   locus_tiny    locus_s    locus_m
    stem           2          8          32         32     3x3, BN, ReLU: channels
    layer1         4        8 x 1      32 x 1     64 x 1   channels x residual blocks of two 3x3
    layer2         8       16 x 1      64 x 1    128 x 1
    layer3        16       24 x 1     128 x 1    256 x 1
    layer4        32       32 x 1     256 x 1    384 x 1
    pyramid       16         16         96         96      layer4 twice as large, laid on layer3; a residual block
    places        16         8          32         32      maps, of each of which the mean x and y are taken
    fc             -          -          -          -      dense, of the places and of the mean of layer4

    parameters                      -    1,442,137  3,762,713
    multiply-adds at 128 px: 79,503,168 (s), 229,649,344 (m)

with 25 numbers: p_c, a box, and 20 classes. Course: 3.1. The mean over a map says what is there and forgets where;
places say where.

Differs from the spatial soft-argmax of Levine 2016 and Finn 2016 in what goes to the dense layer beside the places. The
stages are those of facet_s and facet_m, whose weights fit.

Official weights: none.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import interpolate

from lenslet.nets.facet import FacetBlock, first_weights, stage

__all__ = ["Locus", "locus_m", "locus_s", "locus_tiny"]

_SPAN = 4.0  # places run from -2 to 2, so that they are about as large as what is there


class Locus(nn.Module):
    """The net of the table above. It decides nothing: see `tasks.localize` for what its numbers mean.

    Args:
        stem: channels after the first convolution.
        channels: of the four stages.
        neck: channels of the pyramid.
        places: maps whose means are taken.
        num_classes: numbers that it gives.
        in_channels: 3 for colour, 1 for grey.
    """

    def __init__(
        self, *, stem: int, channels: Sequence[int], neck: int, places: int, num_classes: int, in_channels: int = 3
    ) -> None:
        super().__init__()
        first = nn.Conv2d(in_channels, stem, 3, 2, 1, bias=False)
        self.stem = nn.Sequential(OrderedDict(conv=first, bn=nn.BatchNorm2d(stem), relu=nn.ReLU(inplace=True)))
        one, two, three, four = channels
        self.layer1 = stage(stem, one, 1)
        self.layer2 = stage(one, two, 1)
        self.layer3 = stage(two, three, 1)
        self.layer4 = stage(three, four, 1)
        self.lateral = nn.ModuleList(_lateral(c, neck) for c in (three, four))
        self.pyramid = FacetBlock(neck, neck, stride=1)
        self.places = nn.Conv2d(neck, places, 1)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(2 * places + four, num_classes)
        first_weights(self)
        nn.init.normal_(self.fc.weight, std=0.01)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n o"]:
        """Pictures, normalised, of sides from 32 pixels up -> numbers."""
        three = self.layer3(self.layer2(self.layer1(self.stem(x))))
        four = self.layer4(three)
        above = interpolate(self.lateral[1](four), size=three.shape[2:], mode="nearest")
        maps = self.places(self.pyramid(self.lateral[0](three) + above))
        there = torch.cat([_means(maps), self.avgpool(four).flatten(1).float()], 1)
        out: Tensor = self.fc(there)
        return out


def _means(maps: Float[Tensor, "n p h w"]) -> Float[Tensor, "n q"]:
    """Mean x and y of each map, taken as a probability over its cells; in float32, for places are fine."""
    height, width = maps.shape[2:]
    high = maps.float()
    raised = (high - high.amax((2, 3), keepdim=True)).exp()
    shares = raised / raised.sum((2, 3), keepdim=True)
    x, y = (_middles(count, maps.device) for count in (width, height))
    return torch.cat([(shares.sum(2) * x).sum(2), (shares.sum(3) * y).sum(2)], 1)


def _middles(count: Any, device: torch.device) -> Float[Tensor, " count"]:
    """Of so many cells, from the middle of the picture, in `_SPAN` sides; the number is a tensor while it is traced."""
    edge = _SPAN * (0.5 - 0.5 / count)
    return torch.linspace(-edge, edge, count, device=device)


def _lateral(in_channels: int, channels: int) -> nn.Sequential:
    conv = nn.Conv2d(in_channels, channels, 1, bias=False)
    return nn.Sequential(OrderedDict(conv=conv, bn=nn.BatchNorm2d(channels), relu=nn.ReLU(inplace=True)))


def locus_tiny(num_classes: int = 25, *, in_channels: int = 3) -> Locus:
    """For tests: all the parts, almost no weights."""
    return Locus(stem=8, channels=(8, 16, 24, 32), neck=16, places=8, num_classes=num_classes, in_channels=in_channels)


def locus_s(num_classes: int = 25, *, in_channels: int = 3) -> Locus:
    """The default: the stages are those of facet_s, whose weights fit."""
    return Locus(
        stem=32, channels=(32, 64, 128, 256), neck=96, places=32, num_classes=num_classes, in_channels=in_channels
    )


def locus_m(num_classes: int = 25, *, in_channels: int = 3) -> Locus:
    """For longer runs, and thousands of pictures."""
    return Locus(
        stem=32, channels=(64, 128, 256, 384), neck=96, places=32, num_classes=num_classes, in_channels=in_channels
    )
