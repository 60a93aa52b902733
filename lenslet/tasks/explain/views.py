"""Which pixels an answer comes from: the way back through the net, by guided backpropagation or as a deconvolved net.

    backpropagation    a ReLU lets the slope through where its input was above 0
    deconvolved        where the slope is above 0
    guided             where both are

Source: course item 4.8; Zeiler and Fergus 2014, section 2.1 (deconvolved); Springenberg et al. 2015, Striving for
simplicity, section 3.4 (guided).
"""

import copy
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from lenslet.nets.features import Features

__all__ = ["GREY", "Rule", "around_grey", "going_back", "views"]

Rule = Literal["guided", "deconv"]
GREY = 128
"""Stands for no slope."""


class _Guided(torch.autograd.Function):
    """A ReLU whose way back is another."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, guided: bool) -> Tensor:
        ctx.save_for_backward(x if guided else x.new_empty(0))
        return x.clamp_min(0)

    @staticmethod
    def backward(ctx: Any, *slopes: Any) -> Any:
        (x,) = ctx.saved_tensors
        slope = slopes[0].clamp_min(0)
        return slope * (x > 0) if x.numel() else slope, None


class _GuidedReLU(nn.Module):
    def __init__(self, rule: str) -> None:
        super().__init__()
        self.guided = rule == "guided"

    def forward(self, x: Float[Tensor, "*n"]) -> Float[Tensor, "*n"]:
        out: Tensor = _Guided.apply(x, self.guided)  # type: ignore[no-untyped-call]
        return out


def going_back(net: nn.Module, rule: Rule) -> nn.Module:
    """A net of the same weights whose ReLUs go back by that rule; the weights are shared, not copied.

    A ReLU that a net calls as a function is not seen, and goes back as always.
    """
    shared = {id(tensor): tensor for tensor in [*net.parameters(), *net.buffers()]}
    made = copy.deepcopy(net, shared)
    for module in list(made.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.ReLU):
                setattr(module, name, _GuidedReLU(rule))
    return made if not isinstance(net, nn.ReLU) else _GuidedReLU(rule)


def views(
    features: Features,
    images: Float[Tensor, "n c h w"],
    layer: str,
    units: Sequence[int],
    cells: Sequence[tuple[int, int]],
) -> Float[np.ndarray, "n c h w"]:
    """Of each picture, how its pixels move the answer of one unit at one cell.

    Args:
        features: of a net as `going_back` makes it.
        images: as the net takes them in.
        layer: one of the names.
        units: the channel for each picture.
        cells: (row, column) on the map for each picture.
    """
    with torch.enable_grad():
        pictures = images.clone().requires_grad_(True)
        maps = features(pictures)[layer]
        if maps.ndim == 2:
            maps = maps[:, :, None, None]
        rows, columns = zip(*cells, strict=True)
        chosen = maps[list(range(len(images))), list(units), list(rows), list(columns)]
        (slope,) = torch.autograd.grad(chosen.sum(), pictures)
    return slope.float().cpu().numpy()


def around_grey(slope: Float[np.ndarray, "c h w"]) -> UInt8[np.ndarray, "h w 3"]:
    """A slope as a picture: grey is none; the strongest fiftieth is white or black."""
    size = np.abs(slope)
    there = size[size > 1e-3 * size.max()]
    most = float(np.quantile(there, 0.98)) if there.size else 1.0
    shown = np.rint(GREY + 127 * np.clip(slope / most, -1, 1)).astype(np.uint8).transpose(1, 2, 0)
    return shown if shown.shape[2] == 3 else shown.repeat(3, 2)
