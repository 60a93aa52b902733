"""Cameo: a net that says of a picture a short list of numbers, by which it can be compared.

Stages as in `facet`, so that weights learned there fit, and an ending of its own: of an aligned face what is where
counts, and a dense layer reads a 4x4 map; strokes of a letter may lie anywhere, and signet takes their mean. (A cameo
is a portrait cut in stone; a signet, the small one of a seal.)

    stage     stride   at 112   signet: stride, at 56   cameo_tiny   cameo_s    cameo_m
    stem         2      56x56             2   28x28          8          32         32      3x3, BN, ReLU: channels
    layer1       4      28x28             2   28x28          8 x 1      32 x 1     64 x 1  channels x residual blocks
    layer2       8      14x14             4   14x14         16 x 1      64 x 1    128 x 1
    layer3      16       7x7              8    7x7          24 x 1     128 x 1    256 x 1
    layer4      32       4x4             16    4x4          32 x 1     256 x 1    384 x 1
    reduce      32       4x4              mean of the map      64                          1x1, BN, ReLU
    fc           -                                                                         dense, BN without scale

    parameters, 128 numbers, colour      cameo_s 1,375,072, cameo_m 3,676,064, signet_s 1,259,168
    multiply-adds at 112 px              55,515,136, 175,069,184, 195,418,112

Course: 4.5, encodings of 128 numbers. Differs from the nets of FaceNet (Schroff 2015) and MobileFaceNet (Chen 2018):
few residual blocks, and a dense layer over the 4x4 map. Encodings are divided by their length by whoever compares them,
not here. Official weights: none.
"""

from collections import OrderedDict
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from lenslet.nets.facet import FacetBlock, first_weights

__all__ = ["Cameo", "cameo_m", "cameo_s", "cameo_tiny", "signet_s"]

_MAP = 4  # cells of the last map, a side
_REDUCED = 64


class Cameo(nn.Module):
    """The net of the table above; `stem`, `layer1` ... `layer4` may be tapped for features.

    Args:
        stem: channels after the first convolution.
        channels: of the four stages.
        fine: the first stage keeps the map as it is: for small pictures.
        places: a dense layer reads the 4x4 map; else it reads the mean over the map.
        num_classes: numbers of an encoding.
        in_channels: 3 for colour, 1 for grey.
    """

    def __init__(
        self,
        *,
        stem: int,
        channels: Sequence[int],
        fine: bool = False,
        places: bool = True,
        num_classes: int = 128,
        in_channels: int = 3,
    ):
        super().__init__()
        first = nn.Conv2d(in_channels, stem, 3, 2, 1, bias=False)
        self.stem = nn.Sequential(OrderedDict(conv=first, bn=nn.BatchNorm2d(stem), relu=nn.ReLU(inplace=True)))
        one, two, three, four = channels
        self.layer1 = nn.Sequential(FacetBlock(stem, one, stride=1 if fine else 2))
        self.layer2 = nn.Sequential(FacetBlock(one, two, stride=2))
        self.layer3 = nn.Sequential(FacetBlock(two, three, stride=2))
        self.layer4 = nn.Sequential(FacetBlock(three, four, stride=2))
        self.pool = nn.AdaptiveAvgPool2d(_MAP if places else 1)
        self.reduce: nn.Module = nn.Identity()
        if places:
            squeeze, relu = nn.Conv2d(four, _REDUCED, 1, bias=False), nn.ReLU(inplace=True)
            self.reduce = nn.Sequential(OrderedDict(conv=squeeze, bn=nn.BatchNorm2d(_REDUCED), relu=relu))
        self.fc = nn.Linear(_REDUCED * _MAP**2 if places else four, num_classes, bias=False)
        self.norm = nn.BatchNorm1d(num_classes, affine=False)
        first_weights(self)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n d"]:
        """Pictures, normalised, of any size from 32 pixels up -> numbers, not yet of length 1."""
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x)))))
        out: Tensor = self.norm(self.fc(self.reduce(self.pool(x)).flatten(1)))
        return out


def cameo_tiny(num_classes: int = 128, *, in_channels: int = 3) -> Cameo:
    """For tests: all the parts, almost no weights."""
    return Cameo(stem=8, channels=(8, 16, 24, 32), num_classes=num_classes, in_channels=in_channels)


def cameo_s(num_classes: int = 128, *, in_channels: int = 3) -> Cameo:
    """The default for faces and for whatever else is to be compared; starts from a facet_s."""
    return Cameo(stem=32, channels=(32, 64, 128, 256), num_classes=num_classes, in_channels=in_channels)


def cameo_m(num_classes: int = 128, *, in_channels: int = 3) -> Cameo:
    """For thousands of pictures and longer runs; starts from a facet_m."""
    return Cameo(stem=32, channels=(64, 128, 256, 384), num_classes=num_classes, in_channels=in_channels)


def signet_s(num_classes: int = 128, *, in_channels: int = 3) -> Cameo:
    """The default for small pictures and for glyphs."""
    return Cameo(
        stem=32,
        channels=(32, 64, 128, 256),
        fine=True,
        places=False,
        num_classes=num_classes,
        in_channels=in_channels,
    )
