"""The inception block: 1x1, 3x3, 5x5 and pooling side by side, so that one need not choose.

Paper: Szegedy et al. 2014, Going deeper with convolutions (arXiv:1409.4842), figure 2(b). Course: 2.8.

    branch 1   1x1
    branch 2   1x1 that shrinks the channels, 3x3
    branch 3   1x1 that shrinks the channels, 5x5
    branch 4   3x3 max pool of stride 1, 1x1 that shrinks the channels
    output     the four concatenated along the channels, height and width as they were

Without its 1x1 the 5x5 branch of block 3a (28x28x192 -> 28x28x32) would cost 120,422,400 multiplies; with it
2,408,448 + 10,035,200 = 12,443,648.

Differs from the paper: nothing with batch_norm=False; torchvision's weights want batch norm and 3x3 in place of 5x5.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

__all__ = ["ConvReLU", "Inception"]


class ConvReLU(nn.Module):
    """A convolution, batch norm in place of the bias if asked for, ReLU.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        kernel: side in pixels.
        stride: in pixels.
        padding: pixels on every side.
        batch_norm: normalise before the ReLU.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        *,
        stride: int = 1,
        padding: int = 0,
        batch_norm: bool = False,
    ):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel, stride, padding, bias=not batch_norm)
        if batch_norm:
            self.bn = nn.BatchNorm2d(out_channels, eps=0.001)
        self.relu = nn.ReLU(inplace=True)
        self.batch_norm = batch_norm

    def forward(self, x: Float[Tensor, "n ci h w"]) -> Float[Tensor, "n co h2 w2"]:
        """One layer of the network."""
        z: Tensor = self.conv(x)
        a: Tensor = self.relu(self.bn(z) if self.batch_norm else z)
        return a


class Inception(nn.Module):
    """The block of the table above.

    Args:
        in_channels: channels of the input.
        one: channels of the 1x1 branch.
        three_reduce: channels between 1x1 and 3x3.
        three: channels of the 3x3 branch.
        five_reduce: channels between 1x1 and 5x5.
        five: channels of the 5x5 branch.
        pool: channels of the pooling branch.
        batch_norm: normalise after every convolution.
        kernel: side of the largest kernel: 5, or 3 for torchvision's weights (pytorch/vision#906).
    """

    def __init__(
        self,
        in_channels: int,
        one: int,
        three_reduce: int,
        three: int,
        five_reduce: int,
        five: int,
        pool: int,
        *,
        batch_norm: bool = False,
        kernel: int = 5,
    ):
        super().__init__()
        bn = batch_norm
        self.branch1 = ConvReLU(in_channels, one, 1, batch_norm=bn)
        self.branch2 = nn.Sequential(
            ConvReLU(in_channels, three_reduce, 1, batch_norm=bn),
            ConvReLU(three_reduce, three, 3, padding=1, batch_norm=bn),
        )
        self.branch3 = nn.Sequential(
            ConvReLU(in_channels, five_reduce, 1, batch_norm=bn),
            ConvReLU(five_reduce, five, kernel, padding=kernel // 2, batch_norm=bn),
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1),
            ConvReLU(in_channels, pool, 1, batch_norm=bn),
        )

    def forward(self, x: Float[Tensor, "n ci h w"]) -> Float[Tensor, "n co h w"]:
        """All four branches, stacked."""
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)
