"""Bead: Lenslet's default net for small colour pictures, of about 32 pixels, shaped by what a CPU does fast.

A 3x3 stem that leaves the picture at its size, three stages of residual blocks at strides 2, 4 and 8, the mean over
the map, one dense layer. (The microscopes of van Leeuwenhoek were one bead of glass, for very small things.)

    stage     stride   at 32   bead_tiny   bead_s    bead_m
    stem         1     32x32       8          32         32     3x3, BN, ReLU: channels
    layer1       2     16x16      8 x 1      64 x 1     64 x 1  channels x residual blocks of two 3x3
    layer2       4      8x8      16 x 1     128 x 1    256 x 1
    layer3       8      4x4      24 x 1     256 x 1    256 x 1
    fc           -                                              mean, dropout, dense

    parameters, 10 classes    14,594     1,210,410  2,063,146
    multiply-adds at 32 px    0.9 M     44,927,488 83,724,800
    training, images/s a core, bf16, batch 128: facet_s 3,130  607  366;  ResNet-20: 536
"""

from collections import OrderedDict
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from lenslet.nets.facet import first_weights, stage

__all__ = ["Bead", "bead_m", "bead_s", "bead_tiny"]


class Bead(nn.Module):
    """The net of the table above; `stem`, `layer1`, `layer2`, `layer3` may be tapped for features at strides 1 to 8.

    Args:
        stem: channels after the first convolution.
        channels: of the three stages; multiples of 32 keep the CPU's vector units full.
        blocks: residual blocks in each stage.
        num_classes: outputs, as logits.
        in_channels: 3 for colour, 1 for grey.
        dropout: share of the pooled features silenced while training.
    """

    def __init__(
        self,
        *,
        stem: int,
        channels: Sequence[int],
        blocks: Sequence[int] = (1, 1, 1),
        num_classes: int = 10,
        in_channels: int = 3,
        dropout: int | float = 0.0,
    ):
        super().__init__()
        first = nn.Conv2d(in_channels, stem, 3, 1, 1, bias=False)
        self.stem = nn.Sequential(OrderedDict(conv=first, bn=nn.BatchNorm2d(stem), relu=nn.ReLU(inplace=True)))
        one, two, three = channels
        self.layer1 = stage(stem, one, blocks[0])
        self.layer2 = stage(one, two, blocks[1])
        self.layer3 = stage(two, three, blocks[2])
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(three, num_classes)
        first_weights(self)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """Pictures, normalised, of any size from 8 pixels up -> logits."""
        x = self.layer3(self.layer2(self.layer1(self.stem(x))))
        out: Tensor = self.fc(self.dropout(self.avgpool(x).flatten(1)))
        return out


def bead_tiny(num_classes: int = 10, *, in_channels: int = 3, dropout: int | float = 0.0) -> Bead:
    """For tests: all the parts, almost no weights."""
    return Bead(stem=8, channels=(8, 16, 24), num_classes=num_classes, in_channels=in_channels, dropout=dropout)


def bead_s(num_classes: int = 10, *, in_channels: int = 3, dropout: int | float = 0.0) -> Bead:
    """The default for small colour pictures."""
    return Bead(stem=32, channels=(64, 128, 256), num_classes=num_classes, in_channels=in_channels, dropout=dropout)


def bead_m(num_classes: int = 10, *, in_channels: int = 3, dropout: int | float = 0.0) -> Bead:
    """For longer runs."""
    return Bead(stem=32, channels=(64, 256, 256), num_classes=num_classes, in_channels=in_channels, dropout=dropout)
