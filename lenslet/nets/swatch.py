"""Swatch: a small VGG to compare pictures through when one is painted in the style of another.

Nothing but 3x3 convolutions at the full size of each stage and means that halve it: every stage sees each pixel, and
its maps can be followed back without holes (Gatys 2016, section 2, on means).

    stage (before its 2x2 mean)   stride   swatch_tiny    swatch_s
    1                                1        2 x 8        2 x 32      3x3, BN, ReLU: layers x channels
    2                                2        2 x 8        2 x 64
    3                                4        3 x 16       3 x 128
    4                                8        2 x 16       2 x 256
    5                               16        1 x 16       2 x 256
    fc                                                                 mean, dense

    parameters, 101 classes               16,589       2,527,557      2,758,600 with 1,000 classes
    multiplies at 112 px                              820,332,544
    multiplies at 512 px                           17,138,182,144      (VGG-19 up to relu5_1: 97 G)

Paper: Simonyan, Zisserman 2014 (arXiv:1409.1556), for the form; Gatys 2016 for what it is used for.
Differs from the papers: half the width, batch norm, means instead of the largest, a mean over the map and one
dense layer instead of three. The layers have the paper's names (`relu3_1`, `conv4_2`), see `nets.features`.
Course: 4.10, 4.11.
Official weights: none; `texture` is one that was trained here.
"""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from lenslet.nets.initial import he

__all__ = ["Swatch", "swatch_s", "swatch_tiny"]


class Swatch(nn.Module):
    """The net of the table above; 32 pixels are the smallest picture.

    Args:
        depths: convolutions in each stage.
        channels: maps of each stage.
        num_classes: outputs, as logits.
        in_channels: 3 for colour, 1 for grey.
    """

    def __init__(
        self, depths: Sequence[int], channels: Sequence[int], *, num_classes: int = 1000, in_channels: int = 3
    ):
        super().__init__()
        layers: list[nn.Module] = []
        before = in_channels
        for stage, (depth, after) in enumerate(zip(depths, channels, strict=True)):
            if stage:
                layers.append(nn.AvgPool2d(2))
            for _ in range(depth):
                layers += [
                    nn.Conv2d(before, after, 3, padding=1, bias=False),
                    nn.BatchNorm2d(after),
                    nn.ReLU(inplace=True),
                ]
                before = after
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(before, num_classes)
        he(self)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """Pictures, normalised, of any size from 32 pixels up -> logits."""
        logits: Tensor = self.fc(self.avgpool(self.features(x)).flatten(1))
        return logits


def swatch_s(num_classes: int = 1000, *, in_channels: int = 3) -> Swatch:
    """2.5 million parameters, as `texture` has them."""
    return Swatch((2, 2, 3, 2, 2), (32, 64, 128, 256, 256), num_classes=num_classes, in_channels=in_channels)


def swatch_tiny(num_classes: int = 1000, *, in_channels: int = 3) -> Swatch:
    """For tests."""
    return Swatch((2, 2, 3, 2, 1), (8, 8, 16, 16, 16), num_classes=num_classes, in_channels=in_channels)
