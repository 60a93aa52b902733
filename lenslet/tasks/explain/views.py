"""Which pixels an answer comes from: the way back through the net, by guided backpropagation or as a deconvolved net.

    backpropagation    a ReLU lets the slope through where its input was above 0
    deconvolved        where the slope is above 0
    guided             where both are
    redirected         where its input was above 0, and where it should get there: for painting, below nothing moves

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

Rule = Literal["guided", "deconv", "redirected"]
GREY = 128
"""Stands for no slope."""


class _Back(torch.autograd.Function):
    """A ReLU whose way back is another."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rule: str) -> Tensor:
        ctx.rule = rule
        ctx.save_for_backward(x.new_empty(0) if rule == "deconv" else x > 0)
        return x.clamp_min(0)

    @staticmethod
    def backward(ctx: Any, *slopes: Any) -> Any:
        (open_,) = ctx.saved_tensors
        if ctx.rule == "redirected":  # of a cost, which falls where the answer rises: down is the way
            return torch.where(open_ | (slopes[0] < 0), slopes[0], 0), None
        slope = slopes[0].clamp_min(0)
        return (slope if ctx.rule == "deconv" else slope * open_), None


class _ReLU(nn.ReLU):  # layers are still called by the names that they had
    def __init__(self, rule: str) -> None:
        super().__init__()
        self.rule = rule

    def forward(self, input: Float[Tensor, "*n"]) -> Float[Tensor, "*n"]:
        out: Tensor = _Back.apply(input, self.rule)  # type: ignore[no-untyped-call]
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
                setattr(module, name, _ReLU(rule))
    return made if not isinstance(net, nn.ReLU) else _ReLU(rule)


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
