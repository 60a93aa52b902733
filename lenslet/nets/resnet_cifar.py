"""The small ResNets for 32x32 pictures, and the plain nets of the same depths without the sums.

Paper: He, Zhang, Ren, Sun 2015, Deep residual learning (arXiv:1512.03385), section 4.2 and figure 6. Course: 2.5, 2.6.

    stage    at 32    maps   3x3 convolutions, for a depth of 6n + 2
    conv1    32x32     16    1
    layer1   32x32     16    2n
    layer2   16x16     32    2n, the first with stride 2
    layer3   8x8       64    2n, the first with stride 2
    fc       mean over the map, dense 10

    depth   n   parameters   multiplies at 32
       20   3      269,722       40,551,040
       32   5      464,154       68,862,592
       44   7      658,586       97,174,144
       56   9      853,018      125,485,696
      110  18    1,727,962      252,887,680

A plain net has exactly the parameters of its residual twin: the short cuts have none (option A: every second pixel, and
zeros for the new channels), so that the two differ in the sums alone.

Differs from the paper: nothing known. Official weights: none.
"""

import torch.nn.functional as F  # noqa: N812 - the name everybody knows it by
from jaxtyping import Float
from torch import Tensor, nn

from lenslet.nets.initial import he

__all__ = [
    "CifarBlock",
    "CifarResNet",
    "plain8",
    "plain20",
    "plain32",
    "plain44",
    "plain56",
    "plain110",
    "resnet8",
    "resnet20",
    "resnet32",
    "resnet44",
    "resnet56",
    "resnet110",
]


class CifarBlock(nn.Module):
    """Two 3x3 convolutions, with or without the short cut.

    Args:
        in_channels: channels of the input.
        channels: of the output; where they are more, the short cut fills up with zeros.
        stride: of the first convolution and the short cut.
        residual: add the short cut; False gives the plain net.
    """

    def __init__(self, in_channels: int, channels: int, *, stride: int = 1, residual: bool = True):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.stride, self.added, self.residual = stride, channels - in_channels, residual

    def forward(self, x: Float[Tensor, "n ci h w"]) -> Float[Tensor, "n co h2 w2"]:
        """The branch, the sum where there is one, the ReLU."""
        z: Tensor = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        if self.residual:
            z = z + self._shortcut(x)
        a: Tensor = self.relu(z)
        return a

    def _shortcut(self, x: Float[Tensor, "n ci h w"]) -> Float[Tensor, "n co h2 w2"]:
        """Option A: the identity, subsampled and with zero channels where the shape changes."""
        if self.stride > 1:
            x = x[:, :, :: self.stride, :: self.stride]
        if self.added:
            x = F.pad(x, (0, 0, 0, 0, self.added // 2, self.added - self.added // 2))
        return x


class CifarResNet(nn.Module):
    """The net of the table above.

    Args:
        depth: 6n + 2 layers with weights.
        num_classes: outputs, as logits.
        in_channels: 3 for colour, 1 for grey.
        residual: False gives the plain net of the same depth.
        width: maps of the first stage.

    Raises:
        ValueError: a depth that is not 6n + 2.
    """

    def __init__(
        self, depth: int, num_classes: int = 10, *, in_channels: int = 3, residual: bool = True, width: int = 16
    ):
        super().__init__()
        n, rest = divmod(depth - 2, 6)
        if rest or n < 1:
            raise ValueError(f"depth {depth} is not 6n + 2 (8, 20, 32, 44, 56, 110, ...)")
        self.conv1 = nn.Conv2d(in_channels, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = _stage(width, width, n, stride=1, residual=residual)
        self.layer2 = _stage(width, 2 * width, n, stride=2, residual=residual)
        self.layer3 = _stage(2 * width, 4 * width, n, stride=2, residual=residual)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(4 * width, num_classes)
        he(self)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """Pictures, normalised, of 32x32 or any other size -> logits."""
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        logits: Tensor = self.fc(self.flatten(self.avgpool(x)))
        return logits


def _stage(in_channels: int, channels: int, n: int, *, stride: int, residual: bool) -> nn.Sequential:
    """Blocks of one width, the first of which changes the size."""
    first = CifarBlock(in_channels, channels, stride=stride, residual=residual)
    return nn.Sequential(first, *(CifarBlock(channels, channels, residual=residual) for _ in range(n - 1)))


def resnet8(num_classes: int = 10, *, in_channels: int = 3) -> CifarResNet:
    """The smallest of the family, for tests: 75,290 parameters."""
    return CifarResNet(8, num_classes, in_channels=in_channels)


def resnet20(num_classes: int = 10, *, in_channels: int = 3) -> CifarResNet:
    """269,722 parameters with 10 classes."""
    return CifarResNet(20, num_classes, in_channels=in_channels)


def resnet32(num_classes: int = 10, *, in_channels: int = 3) -> CifarResNet:
    """464,154 parameters with 10 classes."""
    return CifarResNet(32, num_classes, in_channels=in_channels)


def resnet44(num_classes: int = 10, *, in_channels: int = 3) -> CifarResNet:
    """658,586 parameters with 10 classes."""
    return CifarResNet(44, num_classes, in_channels=in_channels)


def resnet56(num_classes: int = 10, *, in_channels: int = 3) -> CifarResNet:
    """853,018 parameters with 10 classes."""
    return CifarResNet(56, num_classes, in_channels=in_channels)


def resnet110(num_classes: int = 10, *, in_channels: int = 3) -> CifarResNet:
    """1,727,962 parameters with 10 classes."""
    return CifarResNet(110, num_classes, in_channels=in_channels)


def plain8(num_classes: int = 10, *, in_channels: int = 3) -> CifarResNet:
    """ResNet-8 without its sums, 75,290 parameters."""
    return CifarResNet(8, num_classes, in_channels=in_channels, residual=False)


def plain20(num_classes: int = 10, *, in_channels: int = 3) -> CifarResNet:
    """ResNet-20 without its sums, 269,722 parameters."""
    return CifarResNet(20, num_classes, in_channels=in_channels, residual=False)


def plain32(num_classes: int = 10, *, in_channels: int = 3) -> CifarResNet:
    """ResNet-32 without its sums, 464,154 parameters."""
    return CifarResNet(32, num_classes, in_channels=in_channels, residual=False)


def plain44(num_classes: int = 10, *, in_channels: int = 3) -> CifarResNet:
    """ResNet-44 without its sums, 658,586 parameters."""
    return CifarResNet(44, num_classes, in_channels=in_channels, residual=False)


def plain56(num_classes: int = 10, *, in_channels: int = 3) -> CifarResNet:
    """ResNet-56 without its sums, 853,018 parameters."""
    return CifarResNet(56, num_classes, in_channels=in_channels, residual=False)


def plain110(num_classes: int = 10, *, in_channels: int = 3) -> CifarResNet:
    """ResNet-110 without its sums, 1,727,962 parameters."""
    return CifarResNet(110, num_classes, in_channels=in_channels, residual=False)
