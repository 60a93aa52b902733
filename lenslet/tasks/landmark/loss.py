"""What is minimised: how far the places are off, and how little of each map lies where it should."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import smooth_l1_loss

from lenslet.tasks.landmark.decode import places

_WIDTH = 0.7  # standard deviation of what a map should be, cells
_UNIT = 64.0  # places count in 64ths of the side
_BEND = 0.25  # of those: below it errors count by their square


def losses(maps: Float[Tensor, "n k h w"], truth: Float[Tensor, "n k 3"], size: tuple[int, int]) -> dict[str, Tensor]:
    """Two parts, each a mean over the points that are known and lie in the picture.

    `place` is the distance, of x and of y, between the mean place of a map and the truth (smooth L1), in 64ths of the
    side; `map` is the cross-entropy between the map and a narrow Gaussian around the truth: it keeps a map from being
    right on average and nowhere in particular.

    Args:
        maps: of the net.
        truth: x y in pixels of the net's input, and 1 where that is known, else 0.
        size: (height, width) of the net's input, pixels.

    Source: course item 3.2; Sun et al. 2018, Integral Human Pose Regression; Nibali et al. 2018 (DSNT), which keeps
    maps narrow by a divergence.
    """
    maps = maps.float()
    known = in_view(truth, size)
    count = known.sum().clamp(min=1)
    height, width = size
    scale = maps.new_tensor([width, height]) / _UNIT
    wanted = torch.where(known[..., None], truth[..., :2], 0.0)  # what is not known may be NaN
    off = (places(maps, size) - wanted) / scale
    far = smooth_l1_loss(off, torch.zeros_like(off), reduction="none", beta=_BEND).sum(2)
    rows, columns = maps.shape[2:]
    down = _bump(wanted[..., 1] * (rows / height), rows)
    across = _bump(wanted[..., 0] * (columns / width), columns)
    told = (down[..., :, None] * across[..., None, :]).flatten(2)
    surprise = -(told * maps.flatten(2).log_softmax(2)).sum(2)
    return {"place": (far * known).sum() / count, "map": (surprise * known).sum() / count}


def in_view(truth: Float[Tensor, "n k 3"], size: tuple[int, int]) -> Bool[Tensor, "n k"]:
    """Which points are known and lie in the picture: a map has no cell for what lies outside."""
    height, width = size
    x, y, known = truth.unbind(2)
    inside: Tensor = (known > 0) & (x >= 0) & (y >= 0) & (x <= width) & (y <= height)
    return inside


def _bump(centre: Float[Tensor, "n k"], cells: int) -> Float[Tensor, "n k cells"]:
    """A Gaussian over the cells of one side, of sum 1."""
    middles = torch.arange(cells, device=centre.device) + 0.5
    bump = torch.exp(-0.5 * ((middles - centre[..., None]) / _WIDTH).square())
    return bump / bump.sum(2, keepdim=True).clamp(min=1e-6)
