"""SqueezeNet: AlexNet's accuracy with fifty times fewer parameters, by 1x1 convolutions that squeeze the channels.

Paper: Iandola et al. 2016, SqueezeNet (arXiv:1602.07360), table 1; version 1.1 is its authors' own revision
(github.com/forresti/SqueezeNet, SqueezeNet_v1.1). Course: 2.7.

    version 1.0 at 224                          version 1.1 at 224
    features.0   conv 7x7 s2, 96    109x109     features.0   conv 3x3 s2, 64    111x111
    features.2   max pool 3x3 s2    54x54       features.2   max pool 3x3 s2    55x55
    3, 4, 5      fire 128 128 256               3, 4         fire 128 128
    6            max pool           27x27       5            max pool           27x27
    7 - 10       fire 256 384 384 512           6, 7         fire 256 256
    11           max pool           13x13       8            max pool           13x13
    12           fire 512                       9 - 12       fire 384 384 512 512
    classifier   dropout, conv 1x1 to the classes, ReLU, mean over the map
    parameters   1,248,424                      1,235,496
    multiplies   818,924,576                    349,151,936

A fire module squeezes to an eighth of its output channels by 1x1, then expands by 1x1 and 3x3 side by side, half each.

Differs from the paper: version 1.1 is not in it; pools round up, as in the Caffe models.
Official weights: torchvision, for both.
"""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lenslet.nets.initial import he

__all__ = ["Fire", "SqueezeNet", "squeezenet1_0", "squeezenet1_1", "squeezenet_tiny"]


class Fire(nn.Module):
    """Squeeze by 1x1, expand by 1x1 and 3x3, concatenated.

    Args:
        in_channels: channels of the input.
        squeeze: channels in between.
        expand: channels of each of the two halves of the output.
    """

    def __init__(self, in_channels: int, squeeze: int, expand: int):
        super().__init__()
        self.squeeze = nn.Conv2d(in_channels, squeeze, 1)
        self.squeeze_activation = nn.ReLU(inplace=True)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand1x1_activation = nn.ReLU(inplace=True)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)
        self.expand3x3_activation = nn.ReLU(inplace=True)

    def forward(self, x: Float[Tensor, "n ci h w"]) -> Float[Tensor, "n co h w"]:
        """Both halves, side by side."""
        x = self.squeeze_activation(self.squeeze(x))
        return torch.cat(
            [self.expand1x1_activation(self.expand1x1(x)), self.expand3x3_activation(self.expand3x3(x))], 1
        )


class SqueezeNet(nn.Module):
    """The net of the table above; 17 pixels (1.1) or 21 (1.0) are the smallest picture.

    Args:
        num_classes: outputs, as logits.
        in_channels: 3 for colour, 1 for grey.
        version: "1.0" or "1.1".
        width: expand channels of the first fire module; all others follow.
        dropout: share of the features silenced before the classifier while training.
    """

    def __init__(
        self,
        num_classes: int = 1000,
        *,
        in_channels: int = 3,
        version: Literal["1.0", "1.1"] = "1.1",
        width: int = 64,
        dropout: int | float = 0.5,
    ):
        super().__init__()
        # A number is the expand width of a fire module in units of `width`; "pool" halves the map.
        plan: tuple[int | str, ...]
        if version == "1.0":
            stem, kernel = width * 3 // 2, 7
            plan = ("pool", 1, 1, 2, "pool", 2, 3, 3, 4, "pool", 4)
        else:
            stem, kernel = width, 3
            plan = ("pool", 1, 1, "pool", 2, 2, "pool", 3, 3, 4, 4)
        layers: list[nn.Module] = [nn.Conv2d(in_channels, stem, kernel, stride=2), nn.ReLU(inplace=True)]
        before = stem
        for step in plan:
            if isinstance(step, str):
                layers.append(nn.MaxPool2d(3, stride=2, ceil_mode=True))
            else:
                expand = width * step
                layers.append(Fire(before, expand // 4, expand))
                before = 2 * expand
        self.features = nn.Sequential(*layers)
        last = nn.Conv2d(before, num_classes, 1)
        self.classifier = nn.Sequential(nn.Dropout(dropout), last, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1))
        self.flatten = nn.Flatten()
        he(self)
        nn.init.kaiming_normal_(last.weight, nonlinearity="linear")  # logits of size 1, whatever the width

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """Pictures, normalised, from 17 pixels up -> logits (never negative: the last ReLU is the paper's)."""
        logits: Tensor = self.flatten(self.classifier(self.features(x)))
        return logits


def squeezenet1_0(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> SqueezeNet:
    """1,248,424 parameters with 1,000 classes."""
    return SqueezeNet(num_classes, in_channels=in_channels, version="1.0", dropout=dropout)


def squeezenet1_1(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> SqueezeNet:
    """1,235,496 parameters with 1,000 classes."""
    return SqueezeNet(num_classes, in_channels=in_channels, version="1.1", dropout=dropout)


def squeezenet_tiny(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> SqueezeNet:
    """For tests: version 1.1 with an eighth of the maps."""
    return SqueezeNet(num_classes, in_channels=in_channels, version="1.1", width=8, dropout=dropout)
