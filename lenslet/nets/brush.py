"""Brush: a net that paints: picture in, picture of the same size out, in the one style that its weights hold.

The picture is made four times smaller, changed there by residual blocks, and enlarged again.

    stage      stride   brush_tiny   brush_s
    first         1          4          16     9x9: channels
    down1         2          8          32     3x3 at stride 2
    down2         4          8          64     3x3 at stride 2
    blocks        4      8 x 1      64 x 5     channels x residual blocks of two 3x3
    up1           2          8          32     nearest neighbour twice as large, 3x3
    up2           1          4          16     the same
    last          1          3           3     5x5; plus the picture itself, its colours mixed anew (1x1): the painting

    parameters               4,260     421,420
    multiplies at 128 px         -     649,740,288
    multiplies at 512 px         -  10,395,844,608

Every convolution but the last is followed by instance norm (mean and spread of each map of each picture become those
that the style has learned) and, but for a block's second, by ReLU. Borders are mirrored, so that they show no frame.

Paper: Johnson, Alahi, Fei-Fei 2016 (arXiv:1603.08155); Ulyanov 2016 (arXiv:1607.08022) for instance norm.
Differs from the papers: half the width; the picture itself is added at the end, so that learning begins with what is
there and not with a grey sheet; nearest neighbour and a convolution where they have transposed convolutions (Odena
2016: no chequerboard), mirrored borders, no tanh at the end.
Course: 4.9.
Official weights: none; `lenslet train --task style` makes them.
"""

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import nullcontext

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from lenslet.nets.initial import he

__all__ = ["Brush", "brush_s", "brush_tiny"]

STRIDE = 4
"""By which sides are padded to whole positions of the blocks."""
_LEAST = 1e-5  # of a variance


class InstanceNorm(nn.Module):
    """Each map of each picture gets a learned mean and spread.

    torch's own copies maps whose memory runs by positions (channels last) there and back; this one leaves them.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        """Normalise over the positions."""
        variance, mean = torch.var_mean(x.float(), (2, 3), correction=0, keepdim=True)
        scale = self.weight.view(1, -1, 1, 1) * (variance + _LEAST).rsqrt()
        shift = self.bias.view(1, -1, 1, 1) - mean * scale
        return torch.addcmul(shift.to(x.dtype), x, scale.to(x.dtype))


class Painted(nn.Sequential):
    """Convolution over mirrored borders, instance norm, ReLU where wanted."""

    def __init__(self, in_channels: int, channels: int, side: int, *, stride: int = 1, relu: bool = True):
        conv = nn.Conv2d(in_channels, channels, side, stride, side // 2, bias=False, padding_mode="reflect")
        parts: list[tuple[str, nn.Module]] = [("conv", conv), ("norm", InstanceNorm(channels))]
        super().__init__(OrderedDict([*parts, ("relu", nn.ReLU(inplace=True))] if relu else parts))


class BrushBlock(nn.Module):
    """Two convolutions beside a short cut."""

    def __init__(self, channels: int):
        super().__init__()
        self.first = Painted(channels, channels, 3)
        self.second = Painted(channels, channels, 3, relu=False)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        """Short cut plus the branch."""
        out: Tensor = x + self.second(self.first(x))
        return out


class Brush(nn.Module):
    """The net of the table above.

    Args:
        channels: at strides 1, 2 and 4.
        blocks: residual blocks.
        num_classes: channels of the painting.
        in_channels: of the picture.
    """

    def __init__(self, channels: Sequence[int], blocks: int, *, num_classes: int = 3, in_channels: int = 3):
        super().__init__()
        one, two, four = channels
        self.first = Painted(in_channels, one, 9)
        self.down1 = Painted(one, two, 3, stride=2)
        self.down2 = Painted(two, four, 3, stride=2)
        self.blocks = nn.Sequential(*(BrushBlock(four) for _ in range(blocks)))
        self.up1 = Painted(four, two, 3)
        self.up2 = Painted(two, one, 3)
        self.last = nn.Conv2d(one, num_classes, 5, padding=2, padding_mode="reflect")
        self.keep = nn.Conv2d(in_channels, num_classes, 1, bias=False)
        he(self)
        nn.init.normal_(self.last.weight, std=0.1 * (one * 25) ** -0.5)
        same = torch.eye(num_classes) if in_channels == num_classes else torch.ones(num_classes, in_channels)
        with torch.no_grad():
            self.keep.weight.copy_((same / same.sum(1, keepdim=True))[:, :, None, None])

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n k h w"]:
        """Pictures, normalised, of any size from 16 pixels up -> paintings of the same size, in the same numbers."""
        height, width = x.shape[2:]
        picture = x
        x = functional.pad(x, (0, -width % STRIDE, 0, -height % STRIDE), mode="replicate")
        x = self.blocks(self.down2(self.down1(self.first(x))))
        x = self.up1(functional.interpolate(x, scale_factor=2, mode="nearest"))
        x = self.up2(functional.interpolate(x, scale_factor=2, mode="nearest"))
        # In bfloat16 a clear sky would show 1/256 as steps
        halved = x.dtype == torch.bfloat16
        with torch.autocast(x.device.type, enabled=False) if halved else nullcontext():
            out: Tensor = self.last(x.float())[..., :height, :width] + self.keep(picture.float())
        return out


def brush_s(num_classes: int = 3, *, in_channels: int = 3) -> Brush:
    """The usual one: 0.8 MB in half precision."""
    return Brush((16, 32, 64), 5, num_classes=num_classes, in_channels=in_channels)


def brush_tiny(num_classes: int = 3, *, in_channels: int = 3) -> Brush:
    """For tests."""
    return Brush((4, 8, 8), 1, num_classes=num_classes, in_channels=in_channels)
