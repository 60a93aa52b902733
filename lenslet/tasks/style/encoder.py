"""Whose eyes a painting is compared through: the first layers of a trained net, made ready for it.

A net is copied, and the copy changed in what makes pictures better or steps faster: batch norm becomes part of the
convolutions, pools take the mean where the largest left holes in the gradient (Gatys 2016, section 2), convolutions
work in bfloat16 where the CPU does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from lenslet.errors import CallError
from lenslet.loops.precision import autocast, resolve
from lenslet.nets.catalogue import sizes_of
from lenslet.nets.evaluating import channels_of
from lenslet.nets.facet import Facet
from lenslet.nets.features import Features, names_of
from lenslet.nets.fused import fused
from lenslet.nets.squeezenet import SqueezeNet
from lenslet.nets.swatch import Swatch
from lenslet.nets.vgg import VGG

__all__ = ["PIXELS", "Encoder", "Taps", "average_pools", "taps_of"]

_STRIDES = 4  # of nets that nobody has looked through: deeper maps of a classifier see things, not strokes
_LUMA = (0.299, 0.587, 0.114)  # ITU-R 601, as in `image`


PIXELS = "pixels"
"""A tap before the first layer: the colours themselves, and a 1, so that the style matrix holds their means, too."""


@dataclass(frozen=True)
class Taps:
    """Where a net is listened to.

    Attributes:
        content: layers that carry what is where -> weight.
        style: layers that carry colours, strokes and shapes -> lambda_l.
        pool: "average" replaces max pools; "max" leaves them.
        zoom: the picture is enlarged so many times before the net sees it: nets that halve it at once are blind to
            single pixels, and would paint grain.
        margin: pixels that the picture is mirrored by beyond its border, so that a net's zeros there leave no frame.
    """

    content: Mapping[str, float | int]
    style: Mapping[str, float | int]
    pool: Literal["average", "max"] = "average"
    zoom: int = 1
    margin: int = 0

    @property
    def layers(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple({**self.style, **self.content})


# Gatys et al. 2016, section 3: these five layers with equal weights, and conv4_2.
OF_VGG = Taps({"conv4_2": 1}, dict.fromkeys(("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"), 0.2))
# These two halve the picture at once. Chosen by eye on two photos and four paintings, seeds and steps alike; the max
# pools of SqueezeNet overlap, and with them its skies are cleaner than with means.
OF_SQUEEZENET = Taps(
    {"features.6": 1},
    dict.fromkeys(("features.1", "features.3", "features.4", "features.6", "features.7"), 0.2),
    pool="max",
    zoom=2,
    margin=12,
)
OF_FACET = Taps(
    {"layer3": 1},
    {PIXELS: 0.4} | dict.fromkeys(("stem", "layer1.0.conv1", "layer1", "layer2", "layer3"), 0.12),
    zoom=2,
    margin=12,
)
# Two style taps at the full size: with one, a fine grain stays; two of content: relu4_1 alone lets windows go.
OF_SWATCH = Taps(
    {"relu3_3": 0.5, "relu4_1": 0.5},
    {PIXELS: 0.2} | dict.fromkeys(("relu1_1", "relu1_2", "relu2_2", "relu3_1", "relu4_1", "relu5_1"), 0.8 / 6),
    margin=12,
)


def taps_of(net: nn.Module) -> Taps:
    """The usual taps of a net: chosen by eye for the families of the house, by its strides for any other."""
    if isinstance(net, VGG):
        return OF_VGG
    if isinstance(net, SqueezeNet):
        return OF_SQUEEZENET
    if isinstance(net, Facet):
        return OF_FACET
    if isinstance(net, Swatch):
        return OF_SWATCH
    # The deepest layer at each stride; what comes after smaller maps (a detector's way back up) is no encoder
    last: dict[float, str] = {}
    for layer in names_of(net):
        if layer.stride is None or len(layer.output) != 3 or min(layer.output[1:]) < 2:
            continue
        if layer.stride[0] >= max(last, default=0):
            last[layer.stride[0]] = layer.name
    strides = sorted(last)[:_STRIDES]
    if not strides:
        raise CallError(f"a {type(net).__name__} has no maps whose style could be compared; take another encoder")
    zoom = 2 if strides[0] > 1 else 1
    return Taps(
        {last[strides[len(strides) // 2]]: 1}, {last[stride]: 1 / len(strides) for stride in strides}, zoom=zoom
    )


class Encoder:
    """Pictures in, named activations out.

    Args:
        net: a trained net of one or three channels; copied, and not changed.
        mean, std: of the pictures it has learned from, of values in 0..1.
        name: as a person would call it.
        taps: layers and weights; the usual ones of its family unless given.
        precision: "auto" is bfloat16 where it is fast, else "fp32".
        licence: the terms of its weights.

    Raises:
        CallError: the taps name a layer that the net has not.
    """

    def __init__(
        self,
        net: nn.Module,
        *,
        mean: tuple[float, ...],
        std: tuple[float, ...],
        name: str = "",
        taps: Taps | None = None,
        precision: Literal["auto", "bf16", "fp32"] = "auto",
        licence: str = "",
    ):
        self.taps = taps_of(net) if taps is None else taps
        sizes = sizes_of(net)
        # Some pixels must be left at the deepest tap, even of a net whose catalogue entry counts on a head
        self.smallest = -(-max(sizes.smallest if sizes and not sizes.fixed else 32, 32) // self.taps.zoom)
        self.name, self.licence = name or type(net).__name__, licence
        self.channels = channels_of(net)
        self.precision = resolve(precision, net)
        own = fused(net).requires_grad_(False)
        if self.taps.pool == "average":
            average_pools(own)
        if self.precision == "bf16":
            for module in own.modules():  # once, and not at every step
                if isinstance(module, nn.Conv2d):
                    module.bfloat16()
        own.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.features = Features(own, [layer for layer in self.taps.layers if layer != PIXELS])
        self.mean, self.std = (torch.tensor(values).view(1, -1, 1, 1) for values in (mean, std))

    def __call__(self, pictures: Float[Tensor, "n 3 h w"], only: Sequence[str] | None = None) -> dict[str, Tensor]:
        """The activations of pictures with values in 0..1, a little beyond allowed; gradients flow.

        Args:
            pictures: as a rule one.
            only: of the taps, those that are wanted; the pass ends at the deepest.
        """
        return self.look(self.framed(pictures), self.taps.layers if only is None else only)

    def look(self, framed: Float[Tensor, "n 3 h w"], layers: Sequence[str]) -> dict[str, Tensor]:
        """The activations of pictures that have their margin already, or are a part of such a one."""
        colours, seen = 2 * framed - 1, framed
        if self.channels == 1:
            seen = (seen * seen.new_tensor(_LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
        if self.taps.zoom > 1:
            seen = functional.interpolate(seen, scale_factor=self.taps.zoom, mode="bilinear", align_corners=False)
        seen = ((seen - self.mean) / self.std).contiguous(memory_format=torch.channels_last)
        names = [layer for layer in layers if layer != PIXELS]
        features = self.features if len(names) == len(self.features.names) else Features(self.features.net, names)
        found: dict[str, Tensor] = {}
        if names:
            with autocast(self.precision, seen.device):
                found = features(seen)
        if PIXELS in layers:
            found[PIXELS] = torch.cat([colours, torch.ones_like(colours[:, :1])], 1)
        return found

    def to(self, device: torch.device) -> "Encoder":
        """Move to a device, in place."""
        if self.mean.device != device:
            self.features.net.to(device)
            self.mean, self.std = self.mean.to(device), self.std.to(device)
        return self

    def framed(self, picture: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h2 w2"]:
        """With the margin in which the picture is mirrored."""
        margin = min(self.taps.margin, *(side - 1 for side in picture.shape[2:]))
        return functional.pad(picture, (margin,) * 4, mode="reflect") if margin else picture

    def bytes_for(self, height: int, width: int) -> int:
        """About how much memory a step of painting takes at this size."""
        side, kept = 64, 0

        def count(_module: nn.Module, _inputs: object, output: object) -> None:
            nonlocal kept
            kept += output.numel() * output.element_size() if isinstance(output, Tensor) else 0

        leaves = [module for module in self.features.net.modules() if next(module.children(), None) is None]
        hooks = [module.register_forward_hook(count) for module in leaves]
        try:
            with torch.no_grad():
                self(torch.zeros(1, 3, side, side))
        finally:
            for hook in hooks:
                hook.remove()
        # Twice: beside what is kept for the way back, the gradients and the taps in full precision are on it
        return 2 * kept * height * width // side**2

    def __repr__(self) -> str:
        return f"Encoder({self.name}, {self.precision}, style of {', '.join(self.taps.style)})"


def average_pools(module: nn.Module) -> None:
    """Every max pool becomes a mean over the same windows, in place."""
    for name, child in list(module.named_children()):
        if isinstance(child, nn.MaxPool2d):
            pool = nn.AvgPool2d(
                child.kernel_size, child.stride, child.padding, child.ceil_mode, count_include_pad=False
            )
            setattr(module, name, pool)
        else:
            average_pools(child)
