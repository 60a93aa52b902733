"""y = (p_c, b_x, b_y, b_h, b_w, c_1 .. c_n) of a net -> whether something is there, its box and its class."""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lenslet.results import Localization

NUMBERS = 5
"""That stand before the classes: whether something is there, and its box."""


def boxes(raw: Float[Tensor, "n o"]) -> Float[Tensor, "n 4"]:
    """Corners of the boxes, as shares of the sides of the net's input: centre, height and width lie between 0 and 1.

    Source: course item 3.1, where b_x, b_y, b_h and b_w are shares of the picture; the logistic function keeps them so.
    """
    x, y, height, width = raw[:, 1:NUMBERS].float().sigmoid().unbind(1)
    return torch.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], 1)


def said(raw: Float[Tensor, "n o"], names: tuple[str, ...], size: tuple[int, int]) -> Iterator[Localization]:
    """What a net says of a batch, in pixels of its input."""
    height, width = size
    for sure, box, score in zip(*told(raw), strict=True):
        yield Localization(float(sure), box * [width, height, width, height], score, names, size=size)


def truths(truth: Float[Tensor, "n 1 5"], names: tuple[str, ...], size: tuple[int, int]) -> Iterator[Localization]:
    """The truth of a batch, in pixels of the net's input."""
    for kind, *corners in truth[:, 0].double().cpu().numpy().tolist():
        if kind < 0:
            yield Localization.nothing(names, size=size)
        else:
            scores = np.eye(len(names))[int(kind)]
            yield Localization(1.0, np.array(corners), scores, names, size=size)


def told(raw: Float[Tensor, "n o"]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """p_c, corners as shares, and class probabilities."""
    presence = raw[:, 0].double().sigmoid()
    scores = raw[:, NUMBERS:].double().softmax(1)
    return presence.cpu().numpy(), boxes(raw).double().cpu().numpy(), scores.cpu().numpy().clip(0, 1)
