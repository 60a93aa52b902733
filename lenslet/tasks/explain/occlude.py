"""Occlusion: how far a score falls when a part of the picture is covered.

Source: course item 4.8; Zeiler and Fergus 2014, Visualizing and understanding convolutional networks, section 4.2.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from lenslet.errors import CallError
from lenslet.nets.evaluating import evaluating
from lenslet.tasks.explain.target import Target

__all__ = ["Occluded", "occlude"]

WINDOWS = 256  # covered pictures that one answer may cost, about
_SHARE = 6  # the window is this part of the shorter side


@dataclass(frozen=True)
class Occluded:
    """How the score fell.

    Args:
        map: by how much, pixel for pixel of what the net sees: the mean over all windows that covered it; below 0 where
            covering raised it.
        score: of the whole picture.
        window: side of the window, pixels of what the net sees.
        most: the deepest fall by one window.
    """

    map: Float[np.ndarray, "h w"]
    score: float
    window: int
    most: float


@torch.inference_mode()
def occlude(
    net: nn.Module,
    image: Float[Tensor, "1 c h w"],
    target: Target,
    *,
    window: int | None = None,
    batch: int = 32,
    progress: Callable[[float], None] | None = None,
) -> Occluded:
    """Cover every part of a picture in turn with the mean colour, and note how far the score falls.

    Args:
        net: any.
        image: as the net takes it in.
        target: the number to explain.
        window: side of the square that covers, pixels; None: a sixth of the shorter side.
        batch: pictures that go through the net together.
        progress: called with the fraction done.

    Raises:
        CallError: the window is no part of the picture.
    """
    high, wide = image.shape[2:]
    side = window or max(round(min(high, wide) / _SHARE), 1)
    if not 1 <= side < min(high, wide):
        raise CallError(f"window is {side} and the net sees {wide} x {high} pixels: give 1 to {min(high, wide) - 1}")
    step = max(min(side // 2, math.ceil(math.sqrt(high * wide / WINDOWS))), 1)
    corners = [(y, x) for y in _starts(high, side, step) for x in _starts(wide, side, step)]
    with evaluating(net):
        score = float(target.score(net(image)).sum())
        falls: list[float] = []
        for start in range(0, len(corners), batch):
            some = corners[start : start + batch]
            covered = image.repeat(len(some), 1, 1, 1)
            for number, (y, x) in enumerate(some):
                covered[number, :, y : y + side, x : x + side] = 0  # normalised: the mean colour
            falls += (score - target.score(net(covered)).double()).tolist()
            if progress is not None:
                progress(min(start + batch, len(corners)) / len(corners))
    total, count = np.zeros((high, wide)), np.zeros((high, wide))
    for (y, x), fall in zip(corners, falls, strict=True):
        total[y : y + side, x : x + side] += fall
        count[y : y + side, x : x + side] += 1
    return Occluded(total / count, score, side, max(falls))


def _starts(length: int, side: int, step: int) -> list[int]:
    """Where windows begin, so that every pixel is covered."""
    last = length - side
    count = math.ceil(last / step) + 1
    return sorted({round(number * last / max(count - 1, 1)) for number in range(count)})
