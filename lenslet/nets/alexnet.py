"""AlexNet: the net that won ImageNet 2012 and with it the field.

Paper: Krizhevsky, Sutskever, Hinton 2012, ImageNet classification with deep convolutional neural networks;
the layout is that of Krizhevsky 2014, One weird trick (arXiv:1404.5997), which torchvision follows. Course: 2.2.

    stage           layer                  output at 224   parameters    multiplies
    features.0      conv 11x11 s4 p2       55x55x64            23,296     70,276,800
    features.2      max pool 3x3 s2        27x27x64
    features.3      conv 5x5 p2            27x27x192          307,392    223,948,800
    features.5      max pool 3x3 s2        13x13x192
    features.6      conv 3x3 p1            13x13x384          663,936    112,140,288
    features.8      conv 3x3 p1            13x13x256          884,992    149,520,384
    features.10     conv 3x3 p1            13x13x256          590,080     99,680,256
    features.12     max pool 3x3 s2        6x6x256
    avgpool         mean to 6x6            9,216
    classifier.1    dense                  4,096           37,752,832     37,748,736
    classifier.4    dense                  4,096           16,781,312     16,777,216
    classifier.6    dense                  1,000            4,097,000      4,096,000
                                                           61,100,840    714,188,480

Differs from the paper of 2012: one tower in place of two halves on two GPUs, 64-192-384-256-256 maps in place of
96-256-384-384-256, no local response normalisation. An adaptive mean before the dense layers admits other sizes
than 224.
Official weights: torchvision, alexnet-owt-7be5be79.pth.
"""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from lenslet.nets.initial import he

__all__ = ["AlexNet", "alexnet", "alexnet_tiny"]


class AlexNet(nn.Module):
    """The net of the table above; 63 pixels are the smallest picture.

    Args:
        num_classes: outputs, as logits.
        in_channels: 3 for colour, 1 for grey.
        channels: maps of the five convolutions.
        hidden: units of the two dense layers.
        dropout: share of the units silenced before each of them while training.
    """

    def __init__(
        self,
        num_classes: int = 1000,
        *,
        in_channels: int = 3,
        channels: Sequence[int] = (64, 192, 384, 256, 256),
        hidden: int = 4096,
        dropout: int | float = 0.5,
    ):
        super().__init__()
        one, two, three, four, five = channels
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, one, 11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(one, two, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(two, three, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(three, four, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(four, five, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.flatten = nn.Flatten()
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(five * 6 * 6, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, num_classes),
        )
        he(self)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """Pictures, normalised, from 63 pixels up -> logits."""
        logits: Tensor = self.classifier(self.flatten(self.avgpool(self.features(x))))
        return logits


def alexnet(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> AlexNet:
    """61,100,840 parameters with 1,000 classes."""
    return AlexNet(num_classes, in_channels=in_channels, dropout=dropout)


def alexnet_tiny(num_classes: int = 1000, *, in_channels: int = 3, dropout: int | float = 0.5) -> AlexNet:
    """For tests: all the layers, few maps."""
    return AlexNet(num_classes, in_channels=in_channels, channels=(8, 12, 16, 16, 16), hidden=32, dropout=dropout)
