"""Facet: Lenslet's small default net, shaped by what an ordinary CPU does fast.

One 3x3 stem at stride 2, four stages of residual blocks at strides 4, 8, 16 and 32, the mean over the map, one dense
layer.

    stage     stride   facet_tiny   facet_s    facet_m    facet_l
    stem         2          8          32         32         64     3x3, BN, ReLU: channels
    layer1       4        8 x 1      32 x 1     64 x 1     64 x 1   channels x residual blocks of two 3x3
    layer2       8       16 x 1      64 x 1    128 x 1    128 x 1
    layer3      16       24 x 1     128 x 1    256 x 1    256 x 2
    layer4      32       32 x 1     256 x 1    384 x 1    512 x 2
    fc           -                                                  mean, dropout, dense

    parameters, 1000 classes 64,432  1,484,488  3,905,288 11,316,648
    multiply-adds at 224 px   12 M       207 M      664 M    1,268 M
    at 80 px, 10 classes:    1.6 M        29 M       91 M      185 M
    training, images/s a core, bf16 (fp32), batch 32: 520 (335)  229 (136)  115 (61);  ResNet-18: 98 (57)

Differs from He 2015 (ResNet-18): a 3x3 stem and no max-pooling, half the width (s), one block a stage, short cuts that
average before their 1x1 (He 2019, ResNet-D), and the last scale of each branch starts at zero (Goyal 2017). There are
no official weights.

Why this shape: sign_digits, 1,320 to train, 330 held out, 80 px, same recipe, bf16, about 115 CPU-seconds each, which
is a minute on 2 free cores (AMD EPYC with AVX512-BF16, torch 2.13, one thread; other programs ran beside):

    net                                        images seen   wrong of 330   loss   one run each, split 0
    facet_s                                         54,000         0        0.098
    facet_m                                         24,000         3        0.121
    facet_m at 64 px                                37,000         0        0.094
    facet_m, short cuts of 1x1 at stride 2          24,000        10        0.227
    ResNet-18 (its own short cuts)                   9,000        22        0.356

At this budget pictures seen count for more than weights, so facet_s is the default. The first three rows had 2x2
averages in the short cuts; with the 3x3 of this file, which fits odd sides too, facet_s had 2 of 330 wrong on another
split (loss 0.122), and 77.4 % of 20 Caltech classes at 96 px (38,000 images) against facet_m's 70.7 % (17,000).
"""

from collections import OrderedDict
from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

__all__ = ["Facet", "facet_l", "facet_m", "facet_s", "facet_tiny"]


class FacetBlock(nn.Module):
    """Two 3x3 convolutions beside a short cut; the block starts as the short cut alone (its last scale is zero)."""

    def __init__(self, in_channels: int, channels: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or in_channels != channels:
            # Averaging before the 1x1 lets the short cut see every pixel; a 1x1 at stride 2 sees one in four (He 2019).
            # 3x3 with padding 1 keeps step with conv1 at odd sides, too.
            pool = nn.AvgPool2d(3, stride, 1, count_include_pad=False) if stride != 1 else nn.Identity()
            conv = nn.Conv2d(in_channels, channels, 1, bias=False)
            self.downsample = nn.Sequential(OrderedDict(pool=pool, conv=conv, bn=nn.BatchNorm2d(channels)))

    def forward(self, x: Float[Tensor, "n ci h w"]) -> Float[Tensor, "n co h2 w2"]:
        """Short cut plus the branch."""
        y = self.relu(self.bn1(self.conv1(x)))
        out: Tensor = self.relu(self.downsample(x) + self.bn2(self.conv2(y)))
        return out


class Facet(nn.Module):
    """The net of the table above; `stem`, `layer1` ... `layer4` may be tapped for features at strides 2, 4, 8, 16, 32.

    Args:
        stem: channels after the first convolution.
        channels: of the four stages; multiples of 32 keep the CPU's vector units full.
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
        blocks: Sequence[int] = (1, 1, 1, 1),
        num_classes: int = 1000,
        in_channels: int = 3,
        dropout: int | float = 0.0,
    ):
        super().__init__()
        first = nn.Conv2d(in_channels, stem, 3, 2, 1, bias=False)
        self.stem = nn.Sequential(OrderedDict(conv=first, bn=nn.BatchNorm2d(stem), relu=nn.ReLU(inplace=True)))
        one, two, three, four = channels
        self.layer1 = stage(stem, one, blocks[0])
        self.layer2 = stage(one, two, blocks[1])
        self.layer3 = stage(two, three, blocks[2])
        self.layer4 = stage(three, four, blocks[3])
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(four, num_classes)
        first_weights(self)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """Pictures, normalised, of any size from 32 pixels up -> logits."""
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x)))))
        out: Tensor = self.fc(self.dropout(self.avgpool(x).flatten(1)))
        return out


def stage(in_channels: int, channels: int, blocks: int) -> nn.Sequential:
    """Residual blocks, the first of which halves the map."""
    first = FacetBlock(in_channels, channels, stride=2)
    return nn.Sequential(first, *(FacetBlock(channels, channels, stride=1) for _ in range(blocks - 1)))


def first_weights(net: nn.Module) -> None:
    """He's width for every convolution; each block starts as its short cut alone. Changes `net` in place."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(module, FacetBlock):
            nn.init.zeros_(module.bn2.weight)


def facet_tiny(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.0) -> Facet:
    """For tests: all the parts, almost no weights."""
    return Facet(
        stem=8,
        channels=(8, 16, 24, 32),
        blocks=(1, 1, 1, 1),
        num_classes=num_classes,
        in_channels=in_channels,
        dropout=dropout,
    )


def facet_s(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.0) -> Facet:
    """The default: the most accurate here after a minute on two cores."""
    return Facet(
        stem=32,
        channels=(32, 64, 128, 256),
        blocks=(1, 1, 1, 1),
        num_classes=num_classes,
        in_channels=in_channels,
        dropout=dropout,
    )


def facet_m(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.0) -> Facet:
    """For longer runs, or thousands of pictures."""
    return Facet(
        stem=32,
        channels=(64, 128, 256, 384),
        blocks=(1, 1, 1, 1),
        num_classes=num_classes,
        in_channels=in_channels,
        dropout=dropout,
    )


def facet_l(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.0) -> Facet:
    """For thousands of pictures and an hour, or a GPU."""
    return Facet(
        stem=64,
        channels=(64, 128, 256, 512),
        blocks=(1, 1, 2, 2),
        num_classes=num_classes,
        in_channels=in_channels,
        dropout=dropout,
    )
