"""GoogLeNet: nine inception blocks, 22 layers with weights, and two auxiliary heads that helped to train it.

Paper: Szegedy et al. 2014, Going deeper with convolutions (arXiv:1409.4842), table 1 and figure 3. Course: 2.8.

    stage         at 224      1x1   3x3 reduce  3x3   5x5 reduce  5x5   pool   out
    conv1         112x112     7x7 stride 2                                       64
    maxpool1      56x56       3x3 stride 2, response norm
    conv2, conv3  56x56       1x1 64, 3x3 192, response norm                    192
    maxpool2      28x28
    inception3a   28x28        64       96      128       16       32     32    256
    inception3b   28x28       128      128      192       32       96     64    480
    maxpool3      14x14
    inception4a   14x14       192       96      208       16       48     64    512   -> aux1
    inception4b   14x14       160      112      224       24       64     64    512
    inception4c   14x14       128      128      256       24       64     64    512
    inception4d   14x14       112      144      288       32       64     64    528   -> aux2
    inception4e   14x14       256      160      320       32      128    128    832
    maxpool4      7x7
    inception5a   7x7         256      160      320       32      128    128    832
    inception5b   7x7         384      192      384       48      128    128   1024
    fc            mean over the map, dropout, dense 1000

    layout         kernel  norm            parameters   with both heads   multiplies at 224
    "paper"        5x5     response norm    6,998,552        13,378,280       1,582,671,872
    "torchvision"  3x3     batch norm       6,624,904        13,004,888       1,498,376,192

Differs from the paper: the mean before an auxiliary head adapts to 4x4 (the same at 224), so that other sizes work.
In "torchvision": batch norm, no response norm, 3x3 for 5x5 (pytorch/vision#906), last pool 2x2, dropout 0.2 for 0.4.
Official weights: torchvision, googlenet-1378be20.pth, for layout="torchvision"; its heads were never trained.
They want pictures normalised as (x - 0.5) / 0.5, not with ImageNet's mean and std.
"""

from typing import Literal, NamedTuple

from jaxtyping import Float
from torch import Tensor, nn

from lenslet.nets.inception import ConvReLU, Inception
from lenslet.nets.initial import he

__all__ = ["AuxiliaryHead", "GoogLeNet", "GoogLeNetOutputs", "googlenet", "googlenet_tiny"]

# Rows of table 1: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool.
BLOCKS = {
    "inception3a": (64, 96, 128, 16, 32, 32),
    "inception3b": (128, 128, 192, 32, 96, 64),
    "inception4a": (192, 96, 208, 16, 48, 64),
    "inception4b": (160, 112, 224, 24, 64, 64),
    "inception4c": (128, 128, 256, 24, 64, 64),
    "inception4d": (112, 144, 288, 32, 64, 64),
    "inception4e": (256, 160, 320, 32, 128, 128),
    "inception5a": (256, 160, 320, 32, 128, 128),
    "inception5b": (384, 192, 384, 48, 128, 128),
}


class GoogLeNetOutputs(NamedTuple):
    """Logits of the net and of its two auxiliary heads; the paper's loss weighs the heads by 0.3 each."""

    logits: Float[Tensor, "n classes"]
    aux1: Float[Tensor, "n classes"]
    aux2: Float[Tensor, "n classes"]


class AuxiliaryHead(nn.Module):
    """A small classifier on a middle layer: mean to 4x4, 1x1 to 128, dense 1024, dense.

    Args:
        in_channels: channels of the middle layer.
        num_classes: outputs, as logits.
        batch_norm: as in the rest of the net.
        dropout: share of the units silenced while training.
        divide: all channels are divided by this (for the tiny net).
    """

    def __init__(
        self, in_channels: int, num_classes: int, *, batch_norm: bool, dropout: int | float = 0.7, divide: int = 1
    ):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(4)
        self.conv = ConvReLU(in_channels, 128 // divide, 1, batch_norm=batch_norm)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(2048 // divide, 1024 // divide)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(1024 // divide, num_classes)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """A middle layer -> logits."""
        x = self.relu(self.fc1(self.flatten(self.conv(self.pool(x)))))
        logits: Tensor = self.fc2(self.dropout(x))
        return logits


class GoogLeNet(nn.Module):
    """The net of the table above; 31 pixels are the smallest picture (15 in torchvision's layout).

    `forward` gives the logits alone, in training as in evaluation; `with_heads` gives those of the heads, too.

    Args:
        num_classes: outputs, as logits.
        in_channels: 3 for colour, 1 for grey.
        layout: "paper", or "torchvision" for its weights.
        heads: build the auxiliary heads.
        dropout: share of the features silenced before the last layer while training; None: what the layout has.
        divide: all channels are divided by this (for the tiny net).
    """

    def __init__(
        self,
        num_classes: int = 1000,
        *,
        in_channels: int = 3,
        layout: Literal["paper", "torchvision"] = "paper",
        heads: bool = False,
        dropout: int | float | None = None,
        divide: int = 1,
    ):
        super().__init__()
        paper = layout == "paper"
        bn, kernel = not paper, 5 if paper else 3
        first, third = 64 // divide, 192 // divide
        self.conv1 = ConvReLU(in_channels, first, 7, stride=2, padding=3, batch_norm=bn)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.norm1: nn.Module = nn.LocalResponseNorm(5) if paper else nn.Identity()
        self.conv2 = ConvReLU(first, first, 1, batch_norm=bn)
        self.conv3 = ConvReLU(first, third, 3, padding=1, batch_norm=bn)
        self.norm2: nn.Module = nn.LocalResponseNorm(5) if paper else nn.Identity()
        self.maxpool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)

        outputs = {"maxpool2": third}
        before = third
        for name, row in BLOCKS.items():
            one, three_reduce, three, five_reduce, five, pool = (max(1, width // divide) for width in row)
            block = Inception(before, one, three_reduce, three, five_reduce, five, pool, batch_norm=bn, kernel=kernel)
            self.add_module(name, block)
            before = outputs[name] = one + three + five + pool
        self.maxpool3 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.maxpool4 = nn.MaxPool2d(3 if paper else 2, stride=2, ceil_mode=True)

        self.aux1: AuxiliaryHead | None = None
        self.aux2: AuxiliaryHead | None = None
        if heads:
            self.aux1 = AuxiliaryHead(outputs["inception4a"], num_classes, batch_norm=bn, divide=divide)
            self.aux2 = AuxiliaryHead(outputs["inception4d"], num_classes, batch_norm=bn, divide=divide)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout((0.4 if paper else 0.2) if dropout is None else dropout)
        self.fc = nn.Linear(before, num_classes)
        he(self)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """Pictures, normalised, from 31 pixels up -> logits."""
        return self._upper(self._middle(self._lower(x)))

    def with_heads(self, x: Float[Tensor, "n c h w"]) -> GoogLeNetOutputs:
        """Pictures, normalised -> logits of the net and of both heads.

        Raises:
            RuntimeError: the net was built without heads.
        """
        if self.aux1 is None or self.aux2 is None:
            raise RuntimeError("this GoogLeNet has no auxiliary heads: build it with heads=True")
        lower = self._lower(x)
        middle = self._middle(lower)
        return GoogLeNetOutputs(self._upper(middle), self.aux1(lower), self.aux2(middle))

    def _lower(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c2 h2 w2"]:
        """Up to inception4a, where the first head reads."""
        x = self.norm1(self.maxpool1(self.conv1(x)))
        x = self.maxpool2(self.norm2(self.conv3(self.conv2(x))))
        return self._run(self.maxpool3(self._run(x, "3a", "3b")), "4a")

    def _middle(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c2 h w"]:
        """Up to inception4d, where the second head reads."""
        return self._run(x, "4b", "4c", "4d")

    def _upper(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        """The rest."""
        x = self._run(self.maxpool4(self._run(x, "4e")), "5a", "5b")
        logits: Tensor = self.fc(self.dropout(self.flatten(self.avgpool(x))))
        return logits

    def _run(self, x: Float[Tensor, "n c h w"], *names: str) -> Float[Tensor, "n c2 h w"]:
        for name in names:
            x = self.get_submodule(f"inception{name}")(x)
        return x


def googlenet(
    num_classes: int = 1000,
    *,
    in_channels: int = 3,
    layout: Literal["paper", "torchvision"] = "paper",
    heads: bool = False,
    dropout: int | float | None = None,
) -> GoogLeNet:
    """6,998,552 parameters as in the paper, 6,624,904 in torchvision's layout, both without heads."""
    return GoogLeNet(num_classes, in_channels=in_channels, layout=layout, heads=heads, dropout=dropout)


def googlenet_tiny(num_classes: int = 1000, *, in_channels: int = 3, heads: bool = False) -> GoogLeNet:
    """For tests: the paper's layout with a sixteenth of the maps."""
    return GoogLeNet(num_classes, in_channels=in_channels, heads=heads, divide=16)
