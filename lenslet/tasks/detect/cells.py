"""The cells of the maps, in one row: strides one after the other, each from the upper left on."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Cells:
    """Args:
    centres: x y of each cell's middle, pixels of the net's input.
    strides: of each cell, pixels.
    """

    centres: Float[Tensor, "p 2"]
    strides: Float[Tensor, " p"]


def cells(maps: Sequence[Tensor], strides: Sequence[int]) -> Cells:
    """Where the cells of these maps lie."""
    centres, sizes = [], []
    for one, stride in zip(maps, strides, strict=True):
        height, width = one.shape[2:]
        y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        centres.append((torch.stack([x, y], -1).reshape(-1, 2) + 0.5) * stride)
        sizes.append(torch.full((height * width,), float(stride)))
    device = maps[0].device
    return Cells(torch.cat(centres).to(device), torch.cat(sizes).to(device))


def rows(maps: Sequence[Float[Tensor, "n o _ _"]]) -> Float[Tensor, "n p o"]:
    """All maps as one table, a row a cell, in float32."""
    return torch.cat([one.flatten(2) for one in maps], 2).transpose(1, 2).float()
