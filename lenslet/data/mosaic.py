"""Mosaic: four pictures put together as one, so that a net meets smaller things, and more of them at once."""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn.functional import interpolate, pad

_THIN = 2.0  # pixels that the sides of a box must still have


def mosaic(
    pictures: UInt8[Tensor, "n c h w"], truth: Float[Tensor, "n m 5"], share: int | float, dice: torch.Generator
) -> tuple[UInt8[Tensor, "n c h w"], Float[Tensor, "n k 5"]]:
    """Some pictures of a batch, each made one of four at half its size; the others come from the same batch.

    Where the four meet is moved by the augmentation that follows.

    Args:
        pictures: of a batch, bytes.
        truth: class and corners of the boxes of each, pixels; class -1 where there is none.
        share: of the pictures that are replaced, 0 to 1.
        dice: of everything random.

    Source: Bochkovskiy et al. 2020, YOLOv4, section 3.3.
    """
    n, _, height, width = pictures.shape
    high, wide = height // 2, width // 2
    chosen = torch.rand(n, generator=dice) < share
    four = torch.stack([torch.arange(n), *(torch.randperm(n, generator=dice) for _ in range(3))])
    small = interpolate(pictures.float(), size=(high, wide), mode="area").round_().to(torch.uint8)
    rows = [torch.cat([small[four[0]], small[four[1]]], 3), torch.cat([small[four[2]], small[four[3]]], 3)]
    sheet = pad(torch.cat(rows, 2), (0, width - 2 * wide, 0, height - 2 * high))
    factor = torch.tensor([wide / width, high / height] * 2)
    tables = []
    for place, index in enumerate(four):
        corner = torch.tensor([place % 2 * wide, place // 2 * high] * 2)
        boxes = truth[index, :, 1:] * factor + corner
        there = (truth[index, :, 0] >= 0) & ((boxes[..., 2:] - boxes[..., :2]).amin(2) >= _THIN)
        tables.append(torch.cat([torch.where(there, truth[index, :, 0], -1.0)[..., None], boxes], 2))
    whole = torch.full_like(torch.cat(tables, 1), -1.0)
    whole[:, : truth.shape[1]] = truth
    merged = torch.where(chosen[:, None, None], torch.cat(tables, 1), whole)
    return torch.where(chosen[:, None, None, None], sheet, pictures), _shortened(merged)


def _shortened(table: Float[Tensor, "n m 5"]) -> Float[Tensor, "n k 5"]:
    """The boxes of each picture first, and no more rows than the fullest needs."""
    order = (table[..., 0] < 0).to(torch.uint8).argsort(stable=True, dim=1)
    most = max(int((table[..., 0] >= 0).sum(1).max()), 1)
    found: Tensor = table.gather(1, order[..., None].expand_as(table))[:, :most]
    return found
