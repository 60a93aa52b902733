"""Stylus: Lenslet's net for pointing at places: Facet's stages, a way back up, and a map for each point.

    part        stride   stylus_tiny  stylus_s   stylus_m
    stem           2          8          32         32     3x3, BN, ReLU: channels
    layer1         4        8 x 1      32 x 1     64 x 1   channels x residual blocks of two 3x3
    layer2         8       16 x 1      64 x 1    128 x 1
    layer3        16       24 x 1     128 x 1    256 x 1
    layer4        32       32 x 1     256 x 1    384 x 1
    pyramid  32, 16, 8       16         64         96      channels; top down, a residual block each
    out            8          -          -          -      1x1: a map a point

    parameters                      -    1,482,916  4,100,004
    multiply-adds at 128 px: 95,223,808 (s), 279,379,968 (m)

with 68 points. Course: 3.2.

Differs from the hourglass of Newell 2016 and the simple baselines of Xiao 2018: one way down and one way up, and maps
at stride 8, because places are read as their mean (`tasks.landmark.decode`), which needs no fine grid. The stages are
those of facet_s and facet_m, whose weights fit.

Official weights: none.
"""

from collections import OrderedDict
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import interpolate

from lenslet.nets.facet import FacetBlock, first_weights, stage

__all__ = ["Stylus", "stylus_m", "stylus_s", "stylus_tiny"]


class Stylus(nn.Module):
    """The net of the table above. It decides nothing: see `tasks.landmark` for what its maps mean.

    Args:
        stem: channels after the first convolution.
        channels: of the four stages.
        neck: channels of the pyramid.
        num_classes: points, a map each.
        in_channels: 3 for colour, 1 for grey.
    """

    stride = 8

    def __init__(
        self, *, stem: int, channels: Sequence[int], neck: int, num_classes: int, in_channels: int = 3
    ) -> None:
        super().__init__()
        first = nn.Conv2d(in_channels, stem, 3, 2, 1, bias=False)
        self.stem = nn.Sequential(OrderedDict(conv=first, bn=nn.BatchNorm2d(stem), relu=nn.ReLU(inplace=True)))
        one, two, three, four = channels
        self.layer1 = stage(stem, one, 1)
        self.layer2 = stage(one, two, 1)
        self.layer3 = stage(two, three, 1)
        self.layer4 = stage(three, four, 1)
        self.lateral = nn.ModuleList(_lateral(c, neck) for c in (two, three, four))
        self.pyramid = nn.ModuleList(FacetBlock(neck, neck, stride=1) for _ in range(3))
        self.out = nn.Conv2d(neck, num_classes, 1)
        first_weights(self)
        nn.init.normal_(self.out.weight, std=0.01)  # every place is as likely as any other at first
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n k _ _"]:
        """Pictures, normalised, of sides from 32 pixels up -> a map a point, at stride 8; higher is likelier."""
        two = self.layer2(self.layer1(self.stem(x)))
        three = self.layer3(two)
        stages = (two, three, self.layer4(three))
        above: Tensor | None = None
        for level in (2, 1, 0):
            here = self.lateral[level](stages[level])
            if above is not None:
                here = here + interpolate(above, size=here.shape[2:], mode="nearest")
            above = self.pyramid[level](here)
        out: Tensor = self.out(above)
        return out


def _lateral(in_channels: int, channels: int) -> nn.Sequential:
    conv = nn.Conv2d(in_channels, channels, 1, bias=False)
    return nn.Sequential(OrderedDict(conv=conv, bn=nn.BatchNorm2d(channels), relu=nn.ReLU(inplace=True)))


def stylus_tiny(num_classes: int = 68, *, in_channels: int = 3) -> Stylus:
    """For tests: all the parts, almost no weights."""
    return Stylus(stem=8, channels=(8, 16, 24, 32), neck=16, num_classes=num_classes, in_channels=in_channels)


def stylus_s(num_classes: int = 68, *, in_channels: int = 3) -> Stylus:
    """The default: the stages are those of facet_s, whose weights fit."""
    return Stylus(stem=32, channels=(32, 64, 128, 256), neck=64, num_classes=num_classes, in_channels=in_channels)


def stylus_m(num_classes: int = 68, *, in_channels: int = 3) -> Stylus:
    """For longer runs, and thousands of pictures."""
    return Stylus(stem=32, channels=(64, 128, 256, 384), neck=96, num_classes=num_classes, in_channels=in_channels)
