"""LeNet-5: the first ConvNet in daily use; it read the digits on bank cheques.

Paper: LeCun, Bottou, Bengio, Haffner 1998, Gradient-based learning applied to document recognition, section II.B.
Course: 1.10 (the colour variant), 2.1.

    stage  layer             output     parameters   multiplies
    C1     conv 5x5          28x28x6           156      117,600
    S2     pool 2x2 s2       14x14x6             0            0
    C3     conv 5x5          10x10x16        2,416      240,000
    S4     pool 2x2 s2       5x5x16              0            0
    C5     dense             120            48,120       48,000
    F6     dense             84             10,164       10,080
    output dense             10                850          840
                                            61,706      416,520   one channel, 32x32
    lenet_course: three channels            62,006      651,720

Differs from the paper: C3 is connected to all six maps of S2 (the paper's table I leaves 900 of its 2,400 weights out);
S2 and S4 have no coefficient and bias of their own; tanh is not scaled by 1.7159; the output is a dense layer of logits
under a softmax, not radial basis functions. C5 is written as a dense layer, which it is at 32x32.
Official weights: none.
"""

from typing import Literal

from jaxtyping import Float
from torch import Tensor, nn

from lenslet.errors import ShapeError
from lenslet.nets.initial import he, lecun

__all__ = ["LeNet5", "lenet5", "lenet5_relu", "lenet_course"]


class LeNet5(nn.Module):
    """The net of the table above.

    Args:
        num_classes: outputs, as logits.
        in_channels: 1 for grey, 3 for colour.
        activation: "tanh" as in 1998, or "relu".
        pooling: "average", what subsampling was, or "max".
    """

    def __init__(
        self,
        num_classes: int = 10,
        *,
        in_channels: int = 1,
        activation: Literal["tanh", "relu"] = "tanh",
        pooling: Literal["average", "max"] = "average",
    ):
        super().__init__()
        pool = nn.AvgPool2d if pooling == "average" else nn.MaxPool2d
        act = nn.Tanh if activation == "tanh" else nn.ReLU
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 6, 5),
            act(),
            pool(2),
            nn.Conv2d(6, 16, 5),
            act(),
            pool(2),
        )
        self.flatten = nn.Flatten()
        self.classifier = nn.Sequential(
            nn.Linear(16 * 5 * 5, 120),
            act(),
            nn.Linear(120, 84),
            act(),
            nn.Linear(84, num_classes),
        )
        if activation == "tanh":
            lecun(self)
        else:
            he(self)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """Pictures of 32x32, normalised -> logits.

        Raises:
            ShapeError: pictures of another size.
        """
        if tuple(x.shape[-2:]) != (32, 32):
            raise ShapeError(
                f"LeNet-5 reads pictures of 32x32 pixels only, not {x.shape[-2]}x{x.shape[-1]}: resize them"
            )
        logits: Tensor = self.classifier(self.flatten(self.features(x)))
        return logits


def lenet5(num_classes: int = 10, *, in_channels: int = 1) -> LeNet5:
    """As published: tanh and average pooling, 61,706 parameters."""
    return LeNet5(num_classes, in_channels=in_channels)


def lenet5_relu(num_classes: int = 10, *, in_channels: int = 1) -> LeNet5:
    """As one would write it today: ReLU and max pooling, 61,706 parameters."""
    return LeNet5(num_classes, in_channels=in_channels, activation="relu", pooling="max")


def lenet_course(num_classes: int = 10, *, in_channels: int = 3) -> LeNet5:
    """The CNN example of course 1.10: ReLU and max pooling on 32x32x3, 62,006 parameters."""
    return LeNet5(num_classes, in_channels=in_channels, activation="relu", pooling="max")
