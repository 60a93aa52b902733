"""VGG: nothing but 3x3 convolutions that keep the size and 2x2 pools that halve it, 11 to 19 layers deep.

Paper: Simonyan, Zisserman 2014, Very deep convolutional networks (arXiv:1409.1556), table 1, columns A, B, D, E.
Course: 2.3.

    stage (before its 2x2 s2 max pool)   at 224     vgg11    vgg13    vgg16    vgg19    3x3 convolutions
    1                                    224x224   1 x 64   2 x 64   2 x 64   2 x 64
    2                                    112x112   1 x 128  2 x 128  2 x 128  2 x 128
    3                                      56x56   2 x 256  2 x 256  3 x 256  4 x 256
    4                                      28x28   2 x 512  2 x 512  3 x 512  4 x 512
    5                                      14x14   2 x 512  2 x 512  3 x 512  4 x 512
    mean to 7x7, dense 4096, dense 4096, dense 1000

              parameters   with BN       multiplies at 224
    vgg11    132,863,336   132,868,840    7,609,090,048
    vgg13    133,047,848   133,053,736   11,308,466,176
    vgg16    138,357,544   138,365,992   15,470,264,320
    vgg19    143,667,240   143,678,248   19,632,062,464

Differs from the paper: batch norm (the _bn nets) did not exist then; an adaptive mean before the dense layers admits
other sizes than 224; He's first weights stand in for training the shallow nets first.
Official weights: torchvision, for all eight; those of the paper's authors are CC BY 4.0, and torchvision's are its own.
"""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from lenslet.nets.initial import he

__all__ = [
    "VGG",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
    "vgg_tiny",
]

# Convolutions in each of the five stages: the columns A, B, D, E of table 1.
A, B, D, E = (1, 1, 2, 2, 2), (2, 2, 2, 2, 2), (2, 2, 3, 3, 3), (2, 2, 4, 4, 4)


class VGG(nn.Module):
    """The net of the table above; 32 pixels are the smallest picture.

    Args:
        depths: convolutions in each of the five stages.
        num_classes: outputs, as logits.
        in_channels: 3 for colour, 1 for grey.
        batch_norm: normalise after every convolution.
        channels: maps of the stages.
        hidden: units of the two dense layers.
        dropout: share of the units silenced after each of them while training.
    """

    def __init__(
        self,
        depths: Sequence[int],
        num_classes: int = 1000,
        *,
        in_channels: int = 3,
        batch_norm: bool = False,
        channels: Sequence[int] = (64, 128, 256, 512, 512),
        hidden: int = 4096,
        dropout: int | float = 0.5,
    ):
        super().__init__()
        layers: list[nn.Module] = []
        before = in_channels
        for depth, after in zip(depths, channels, strict=True):
            for _ in range(depth):
                layers.append(nn.Conv2d(before, after, 3, padding=1))
                if batch_norm:
                    layers.append(nn.BatchNorm2d(after))
                layers.append(nn.ReLU(inplace=True))
                before = after
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        self.flatten = nn.Flatten()
        self.classifier = nn.Sequential(
            nn.Linear(before * 7 * 7, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, num_classes),
        )
        he(self)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """Pictures, normalised, from 32 pixels up -> logits."""
        logits: Tensor = self.classifier(self.flatten(self.avgpool(self.features(x))))
        return logits


def vgg11(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> VGG:
    """VGG-11: 132,863,336 parameters with 1,000 classes."""
    return VGG(A, num_classes, in_channels=in_channels, dropout=dropout)


def vgg11_bn(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> VGG:
    """VGG-11 with batch norm: 132,868,840 parameters with 1,000 classes."""
    return VGG(A, num_classes, in_channels=in_channels, batch_norm=True, dropout=dropout)


def vgg13(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> VGG:
    """VGG-13: 133,047,848 parameters with 1,000 classes."""
    return VGG(B, num_classes, in_channels=in_channels, dropout=dropout)


def vgg13_bn(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> VGG:
    """VGG-13 with batch norm: 133,053,736 parameters with 1,000 classes."""
    return VGG(B, num_classes, in_channels=in_channels, batch_norm=True, dropout=dropout)


def vgg16(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> VGG:
    """VGG-16: 138,357,544 parameters with 1,000 classes."""
    return VGG(D, num_classes, in_channels=in_channels, dropout=dropout)


def vgg16_bn(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> VGG:
    """VGG-16 with batch norm: 138,365,992 parameters with 1,000 classes."""
    return VGG(D, num_classes, in_channels=in_channels, batch_norm=True, dropout=dropout)


def vgg19(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> VGG:
    """VGG-19: 143,667,240 parameters with 1,000 classes."""
    return VGG(E, num_classes, in_channels=in_channels, dropout=dropout)


def vgg19_bn(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> VGG:
    """VGG-19 with batch norm: 143,678,248 parameters with 1,000 classes."""
    return VGG(E, num_classes, in_channels=in_channels, batch_norm=True, dropout=dropout)


def vgg_tiny(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> VGG:
    """For tests: VGG-11 with batch norm and few maps."""
    return VGG(
        A,
        num_classes,
        in_channels=in_channels,
        batch_norm=True,
        channels=(8, 8, 16, 16, 16),
        hidden=32,
        dropout=dropout,
    )
