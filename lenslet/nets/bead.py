"""Bead: Lenslet's default net for small colour pictures, of about 32 pixels, shaped by what a CPU does fast.

A 2x2 convolution that whitens patches, three groups of two 3x3 convolutions, the first of which halves the map by a
maximum, the maximum over the map, one dense layer. (The microscopes of van Leeuwenhoek were one bead of glass, for very
small things.)

    stage     stride   at 32   bead_tiny   bead_s      bead_m
    stem         1     31x31      24         24          24      2x2 whitening, GELU: channels, 8 a colour
    layer1       2     16x16       8         64          64      channels of 3x3, pool, BN, GELU, 3x3, BN, GELU
    layer2       4      8x8       16        128         256
    layer3       8      4x4       24        256         256
    fc           -                                   maximum, dropout, dense

    parameters, 10 classes    15,154      1,161,282   1,972,802
    multiply-adds at 32 px    2,831,568   79,624,480  145,684,768
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import unfold

__all__ = ["Bead", "bead_m", "bead_s", "bead_tiny"]

_SIDE = 2  # of the whitened patches
_LEAST = 5e-4  # variance added to each direction of a patch: what is weaker is mostly noise, and stays small


class BeadBlock(nn.Module):
    """3x3, maximum of 2x2, batch norm, GELU; 3x3, batch norm, GELU."""

    def __init__(self, in_channels: int, channels: int):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, 1, 1, bias=False)
        # rounding up keeps a map of one pixel, and maps of 16, 8 and 4 rather than 15, 7 and 3, which CPUs do as fast
        self.pool = nn.MaxPool2d(2, ceil_mode=True)
        self.bn1 = _norm(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = _norm(channels)
        self.gelu = nn.GELU()

    def forward(self, x: Float[Tensor, "n ci h w"]) -> Float[Tensor, "n co h2 w2"]:
        """Half the map, rounded up."""
        x = self.gelu(self.bn1(self.pool(self.conv1(x))))
        out: Tensor = self.gelu(self.bn2(self.conv2(x)))
        return out


class Bead(nn.Module):
    """The net of the table above; `stem`, `layer1`, `layer2`, `layer3` may be tapped for features at strides 1 to 8.

    The kernels of the stem are not learned by gradient: `whiten` takes them from pictures. Without it they are random.

    Args:
        channels: of the three stages; multiples of 32 keep the CPU's vector units full.
        num_classes: outputs, as logits.
        in_channels: 3 for colour, 1 for grey.
        dropout: share of the pooled features silenced while training.

    Source: Jordan 2024 (airbench94, arXiv 2404.00498), whose width is that of `bead_m`; maps rounded up.
    """

    def __init__(
        self,
        *,
        channels: Sequence[int],
        num_classes: int = 10,
        in_channels: int = 3,
        dropout: int | float = 0.0,
    ):
        super().__init__()
        width = 2 * in_channels * _SIDE**2
        first = nn.Conv2d(in_channels, width, _SIDE)
        first.weight.requires_grad_(False)
        self.stem = nn.Sequential(OrderedDict(conv=first, gelu=nn.GELU()))
        one, two, three = channels
        self.layer1 = BeadBlock(width, one)
        self.layer2 = BeadBlock(one, two)
        self.layer3 = BeadBlock(two, three)
        self.maxpool = nn.AdaptiveMaxPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(three, num_classes)
        self._first_weights()

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """Pictures, normalised, of any size from 8 pixels up -> logits."""
        x = self.layer3(self.layer2(self.layer1(self.stem(x))))
        out: Tensor = self.fc(self.dropout(self.maxpool(x).flatten(1)))
        return out

    @torch.no_grad()
    def whiten(self, batches: Iterable[Tensor]) -> None:
        """Set the stem so that over these pictures its maps before GELU are uncorrelated and of equal spread.

        The kernels are the principal directions of 2x2 patches over the spread along each, and the same again with the
        other sign, because GELU lets pass one side only.

        Args:
            batches: pictures (n c h w), normalised as in training; a thousand or two together.
        """
        conv = self.stem[0]
        assert isinstance(conv, nn.Conv2d)
        assert conv.bias is not None
        total, count = torch.zeros(conv.weight[0].numel(), conv.weight[0].numel(), dtype=torch.float64), 0
        for pictures in batches:
            patches = unfold(pictures, _SIDE).transpose(0, 1).flatten(1)
            total += (patches @ patches.T).double()
            count += patches.shape[1]
        values, vectors = torch.linalg.eigh(total / max(count, 1))
        half = (vectors / (values + _LEAST).sqrt()).T.reshape(-1, *conv.weight.shape[1:])
        conv.weight.copy_(torch.cat([half, -half]))
        conv.bias.zero_()

    def _first_weights(self) -> None:
        """Each 3x3 convolution begins by handing on the maps it is given, as far as it has rows, the rest as noise."""
        for block in (self.layer1, self.layer2, self.layer3):
            for conv in (block.conv1, block.conv2):
                nn.init.dirac_(conv.weight[: conv.in_channels])
        nn.init.zeros_(self.fc.bias)
        nn.init.normal_(self.fc.weight, std=1 / self.fc.in_features)


def _norm(channels: int) -> nn.BatchNorm2d:
    """Batch norm whose scale stays 1: the next convolution has that already."""
    norm = nn.BatchNorm2d(channels, momentum=0.4)
    norm.weight.requires_grad_(False)
    return norm


def bead_tiny(num_classes: int = 10, *, in_channels: int = 3, dropout: int | float = 0.0) -> Bead:
    """For tests: all the parts, almost no weights."""
    return Bead(channels=(8, 16, 24), num_classes=num_classes, in_channels=in_channels, dropout=dropout)


def bead_s(num_classes: int = 10, *, in_channels: int = 3, dropout: int | float = 0.0) -> Bead:
    """The default for small colour pictures."""
    return Bead(channels=(64, 128, 256), num_classes=num_classes, in_channels=in_channels, dropout=dropout)


def bead_m(num_classes: int = 10, *, in_channels: int = 3, dropout: int | float = 0.0) -> Bead:
    """The default for ten thousand of them and more; airbench's own width."""
    return Bead(channels=(64, 256, 256), num_classes=num_classes, in_channels=in_channels, dropout=dropout)
