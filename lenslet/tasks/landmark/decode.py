"""Maps of a net -> points in pixels of its input."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lenslet.results import Points

_REACH = 1.5  # cells around a place whose share of the map says how sure it is


def places(maps: Float[Tensor, "n k h w"], size: tuple[int, int]) -> Float[Tensor, "n k 2"]:
    """Where each map lies on average, as a probability: x y in pixels of the net's input.

    The mean has no grid: it lies between cells as well as on them, and a loss has a slope in it.

    Args:
        maps: of the net; higher is likelier.
        size: (height, width) of the net's input, pixels.

    Source: Sun et al. 2018, Integral Human Pose Regression, equation 2.
    """
    return _means(_shares(maps), size)


def places_and_scores(
    maps: Float[Tensor, "n k h w"], size: tuple[int, int]
) -> tuple[Float[Tensor, "n k 2"], Float[Tensor, "n k"]]:
    """Places as `places` gives them, and how sure each is: the share of its map that lies within 1.5 cells of it."""
    shares = _shares(maps)
    found = _means(shares, size)
    rows, columns = maps.shape[2:]
    height, width = size
    near_y = _near(found[..., 1] * (rows / height), rows)
    near_x = _near(found[..., 0] * (columns / width), columns)
    score = (shares * near_y[..., :, None] * near_x[..., None, :]).sum((2, 3))
    return found, score.clamp(0, 1)


def truths(truth: Float[Tensor, "n k 3"], names: tuple[str, ...], size: tuple[int, int]) -> Iterator[Points]:
    """The truth of a batch, in pixels of the net's input."""
    for one in truth.double().cpu().numpy():
        yield Points(one[:, :2], names, np.where(one[:, 2] > 0, 2, 0), size=size)


def said(maps: Float[Tensor, "n k h w"], names: tuple[str, ...], size: tuple[int, int]) -> Iterator[Points]:
    """What a net says of a batch, in pixels of its input."""
    for place in places(maps, size).double().cpu().numpy():
        yield Points(place, names, size=size)


def _shares(maps: Tensor) -> Float[Tensor, "n k h w"]:
    """Each map as a probability over its cells."""
    return maps.float().flatten(2).softmax(2).view(maps.shape)


def _means(shares: Float[Tensor, "n k h w"], size: tuple[int, int]) -> Float[Tensor, "n k 2"]:
    rows, columns = shares.shape[2:]
    height, width = size
    x = (torch.arange(columns, device=shares.device) + 0.5) * (width / columns)
    y = (torch.arange(rows, device=shares.device) + 0.5) * (height / rows)
    return torch.stack([shares.sum(2) @ x, shares.sum(3) @ y], 2)


def _near(centre: Float[Tensor, "n k"], cells: Any) -> Float[Tensor, "n k cells"]:
    middles = torch.arange(cells, device=centre.device) + 0.5
    return ((middles - centre[..., None]).abs() <= _REACH).float()
