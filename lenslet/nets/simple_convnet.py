"""The simple ConvNet of course 1.8: three convolutions, then one dense layer.

    layer              output      parameters   multiplies
    conv 3x3 s1        37x37x10           280      369,630
    conv 5x5 s2        17x17x20         5,020    1,445,000
    conv 5x5 s2        7x7x40          20,040      980,000
    flatten            1,960                0            0
    dense              10              19,610       19,600
                                       44,950    2,814,230   39x39x3, 10 classes

Differs from the course: the course leaves the non-linearity open, here it is ReLU; the logistic or softmax unit at the
end belongs to the task (a net gives logits), with num_classes=1 for the logistic one.
Official weights: none.
"""

from jaxtyping import Float
from torch import Tensor, nn

from lenslet.errors import ShapeError
from lenslet.nets.initial import he

__all__ = ["SimpleConvNet", "simple_convnet"]


class SimpleConvNet(nn.Module):
    """The net of the table above.

    Args:
        num_classes: outputs, as logits.
        in_channels: 3 for colour, 1 for grey.
    """

    def __init__(self, num_classes: int = 10, *, in_channels: int = 3):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 10, 3),
            nn.ReLU(),
            nn.Conv2d(10, 20, 5, stride=2),
            nn.ReLU(),
            nn.Conv2d(20, 40, 5, stride=2),
            nn.ReLU(),
        )
        self.flatten = nn.Flatten()
        self.classifier = nn.Linear(1960, num_classes)
        he(self)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """Pictures of 39x39, normalised -> logits.

        Raises:
            ShapeError: pictures of another size.
        """
        if tuple(x.shape[-2:]) != (39, 39):
            raise ShapeError(
                f"the simple ConvNet reads pictures of 39x39 pixels only, not {x.shape[-2]}x{x.shape[-1]}: resize them"
            )
        logits: Tensor = self.classifier(self.flatten(self.features(x)))
        return logits


def simple_convnet(num_classes: int = 10, *, in_channels: int = 3) -> SimpleConvNet:
    """The net of course 1.8 on 39x39x3, 44,950 parameters with 10 classes."""
    return SimpleConvNet(num_classes, in_channels=in_channels)
