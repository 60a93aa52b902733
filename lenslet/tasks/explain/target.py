"""What is explained: a picture as a net sees it, and one number of the net's answer. No model is known here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from lenslet.image import Frame, Preprocess

__all__ = ["Sight", "Target", "tensor_of"]


@dataclass(frozen=True)
class Sight:
    """One picture on its way into a net.

    Args:
        original: as it was opened.
        prepared: at the net's size, as the net sees it but for the normalisation.
        frame: the way home.
        source: the file, where there is one.
    """

    original: UInt8[np.ndarray, "h w 3"]
    prepared: UInt8[np.ndarray, "H W C"]
    frame: Frame
    source: Path | None = None


@dataclass(frozen=True)
class Target:
    """One number of a net's answer.

    Args:
        name: in words: a class, a thing that was found, a point, a likeness.
        score: raw outputs of the net -> (n,), a number a picture; higher for more of it.
        kind: what sort of number that is, in a word or two.
        placed: it belongs to a place of the picture (a cell of a detector, a point), or to the way things are laid out
            (an encoding), and not to the picture as a whole.
        cells: how fine a map should be that is laid over the picture: cells of its shorter side.
        box: around the place, x1 y1 x2 y2 in pixels of the original, where there is one.
    """

    name: str
    score: Callable[[Any], Tensor]
    kind: str
    placed: bool = False
    cells: int = 5
    box: tuple[float, float, float, float] | None = None


def tensor_of(
    prepared: UInt8[np.ndarray, "n h w c"], preprocess: Preprocess, net: nn.Module
) -> Float[Tensor, "n c h w"]:
    """Pictures as the net takes them in, where its weights are."""
    first = next(net.parameters(), None)
    device = torch.device("cpu") if first is None else first.device
    # as `Preprocess.normalised` does it, ten times as fast: the memory is in the order of channels_last already
    scale = torch.tensor([1 / (255 * v) for v in preprocess.std], dtype=torch.float32)
    push = torch.tensor([m / v for m, v in zip(preprocess.mean, preprocess.std, strict=True)], dtype=torch.float32)
    return torch.from_numpy(prepared).float().mul_(scale).sub_(push).permute(0, 3, 1, 2).to(device)
