"""A scene as a detector sees it: the picture, and every box that the net says before anything is left out."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from lenslet.data.scenes import Scene
from lenslet.image import open_image, resize
from lenslet.tasks.detect.detector import Detector

_LARGE = 640  # pixels, about, that a scene is enlarged to


@dataclass(frozen=True)
class Looked:
    """A scene, and every box that the net says of it.

    Args:
        scene: with its truth.
        picture: the same; scenes are composed in the size that the net sees.
        boxes: corners of every anchor of every cell, pixels.
        scores: of every class.
    """

    scene: Scene
    picture: UInt8[np.ndarray, "h w 3"]
    boxes: Float[Tensor, "p 4"]
    scores: Float[Tensor, "p c"]

    @property
    def factor(self) -> int:
        """By which the picture is enlarged."""
        return factor_of(self.picture)

    @property
    def large(self) -> UInt8[np.ndarray, "H W 3"]:
        """The picture, enlarged."""
        return enlarged(self.picture)


def looked_at(model: Detector, scene: Scene) -> Looked:
    """Everything that a net says of a scene, before anything is left out."""
    picture, _ = model.card.preprocess.apply(open_image(scene.path))
    with torch.inference_mode():
        device = next(model.net.parameters()).device
        maps = model.net(torch.from_numpy(model.card.preprocess.normalised(picture[None])).to(device))
        boxes, scores = model.head.decode(maps)
    return Looked(scene, picture, boxes[0].cpu(), scores[0].cpu())


def factor_of(picture: UInt8[np.ndarray, "h w 3"]) -> int:
    """By which a picture is enlarged to be looked at."""
    longest: int = max(picture.shape[:2])
    return max(round(_LARGE / longest), 1)


def enlarged(picture: UInt8[np.ndarray, "h w 3"], factor: int | None = None) -> UInt8[np.ndarray, "H W 3"]:
    """A picture, enlarged: by its factor, unless another is given."""
    high, wide = picture.shape[:2]
    factor = factor or factor_of(picture)
    return resize(picture, (high * factor, wide * factor))
