"""ResNet: every block adds to its input, so that a block with nothing to say can say nothing.

Paper: He, Zhang, Ren, Sun 2015, Deep residual learning (arXiv:1512.03385), table 1. Course: 2.4, 2.5.

    stage     at 224     resnet18  resnet34  resnet50  resnet101  resnet152
    conv1     112x112    7x7, 64, stride 2, BN, ReLU
    maxpool   56x56      3x3, stride 2
    layer1    56x56          2         3         3         3          3      blocks, 64 wide
    layer2    28x28          2         4         4         4          8      128
    layer3    14x14          2         6         6        23         36      256
    layer4    7x7            2         3         3         3          3      512
    fc        mean over the map, dense 1000
    block                3x3, 3x3            1x1, 3x3, 1x1 that widens by 4

               parameters   multiplies at 224
    resnet18   11,689,512    1,814,073,344
    resnet34   21,797,672    3,663,761,408
    resnet50   25,557,032    4,089,184,256
    resnet101  44,549,160    7,801,405,440
    resnet152  60,192,808   11,513,626,624

Differs from the paper: in the bottleneck the stride is on the 3x3 convolution, not on the first 1x1 (torchvision's
"v1.5", as its weights want it).
Official weights: torchvision, for all five.
"""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from lenslet.nets.initial import he

__all__ = [
    "BasicBlock",
    "Bottleneck",
    "ResNet",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnet_tiny",
]


class BasicBlock(nn.Module):
    """a[l+2] = g(z[l+2] + a[l]): two 3x3 convolutions beside a short cut, g = ReLU.

    The short cut is the identity, or a 1x1 projection (`downsample`) where size or channels change.
    With all weights and biases of the branch zero the block is g(a[l]).

    Args:
        in_channels: channels of a[l].
        channels: of the convolutions.
        stride: of the first convolution, and of the projection.

    Source: course 2.4; He et al. 2015, equation 1 and figure 5 (left).
    """

    expansion = 1

    def __init__(self, in_channels: int, channels: int, *, stride: int = 1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = _projection(in_channels, channels, stride)

    def forward(self, x: Float[Tensor, "n ci h w"]) -> Float[Tensor, "n co h2 w2"]:
        """The branch, the sum, the ReLU."""
        z: Tensor = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        z = z + (x if self.downsample is None else self.downsample(x))
        a: Tensor = self.relu(z)
        return a


class Bottleneck(nn.Module):
    """1x1 that shrinks the channels, 3x3, 1x1 that widens them by four, beside a short cut.

    Args:
        in_channels: channels of the input.
        channels: of the 3x3 convolution; the output has four times as many.
        stride: of the 3x3 convolution, and of the projection.

    Source: He et al. 2015, figure 5 (right).
    """

    expansion = 4

    def __init__(self, in_channels: int, channels: int, *, stride: int = 1):
        super().__init__()
        wide = channels * self.expansion
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = _projection(in_channels, wide, stride)

    def forward(self, x: Float[Tensor, "n ci h w"]) -> Float[Tensor, "n co h2 w2"]:
        """The branch, the sum, the ReLU."""
        z: Tensor = self.relu(self.bn1(self.conv1(x)))
        z = self.relu(self.bn2(self.conv2(z)))
        z = self.bn3(self.conv3(z))
        z = z + (x if self.downsample is None else self.downsample(x))
        a: Tensor = self.relu(z)
        return a


class ResNet(nn.Module):
    """The net of the table above; it runs on pictures from one pixel up, and gains nothing below 32.

    Args:
        block: `BasicBlock` or `Bottleneck`.
        depths: blocks in each of the four stages.
        num_classes: outputs, as logits.
        in_channels: 3 for colour, 1 for grey.
        width: channels of the first stage; each further one has twice as many.
    """

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        depths: Sequence[int],
        num_classes: int = 1000,
        *,
        in_channels: int = 3,
        width: int = 64,
    ):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        out = block.expansion
        self.layer1 = _stage(block, width, width, depths[0], stride=1)
        self.layer2 = _stage(block, width * out, 2 * width, depths[1], stride=2)
        self.layer3 = _stage(block, 2 * width * out, 4 * width, depths[2], stride=2)
        self.layer4 = _stage(block, 4 * width * out, 8 * width, depths[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(8 * width * out, num_classes)
        he(self, mode="fan_out")

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """Pictures, normalised, of any size -> logits."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        logits: Tensor = self.fc(self.flatten(self.avgpool(x)))
        return logits


def _projection(in_channels: int, out_channels: int, stride: int) -> nn.Sequential | None:
    """The short cut where the shape changes (option B of the paper); None where it is the identity."""
    if stride == 1 and in_channels == out_channels:
        return None
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels))


def _stage(
    block: type[BasicBlock] | type[Bottleneck], in_channels: int, channels: int, depth: int, *, stride: int
) -> nn.Sequential:
    """Blocks of one width, the first of which changes the size."""
    first = block(in_channels, channels, stride=stride)
    return nn.Sequential(first, *(block(channels * block.expansion, channels) for _ in range(depth - 1)))


def resnet18(num_classes: int = 1000, *, in_channels: int = 3) -> ResNet:
    """11,689,512 parameters with 1,000 classes."""
    return ResNet(BasicBlock, (2, 2, 2, 2), num_classes, in_channels=in_channels)


def resnet34(num_classes: int = 1000, *, in_channels: int = 3) -> ResNet:
    """21,797,672 parameters with 1,000 classes."""
    return ResNet(BasicBlock, (3, 4, 6, 3), num_classes, in_channels=in_channels)


def resnet50(num_classes: int = 1000, *, in_channels: int = 3) -> ResNet:
    """25,557,032 parameters with 1,000 classes."""
    return ResNet(Bottleneck, (3, 4, 6, 3), num_classes, in_channels=in_channels)


def resnet101(num_classes: int = 1000, *, in_channels: int = 3) -> ResNet:
    """44,549,160 parameters with 1,000 classes."""
    return ResNet(Bottleneck, (3, 4, 23, 3), num_classes, in_channels=in_channels)


def resnet152(num_classes: int = 1000, *, in_channels: int = 3) -> ResNet:
    """60,192,808 parameters with 1,000 classes."""
    return ResNet(Bottleneck, (3, 8, 36, 3), num_classes, in_channels=in_channels)


def resnet_tiny(num_classes: int = 1000, *, in_channels: int = 3) -> ResNet:
    """For tests: one bottleneck a stage, few maps."""
    return ResNet(Bottleneck, (1, 1, 1, 1), num_classes, in_channels=in_channels, width=4)
