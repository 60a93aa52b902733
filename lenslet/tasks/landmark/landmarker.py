"""The object a user holds."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import UInt8
from torch import nn

from lenslet.card import Card
from lenslet.exporting import Plan
from lenslet.results import Evaluation
from lenslet.tasks.landmark.base import BaseLandmarker, Told
from lenslet.tasks.landmark.decode import places_and_scores
from lenslet.tasks.landmark.graph import plan
from lenslet.tasks.landmark.views import View
from lenslet.tasks.trained import TrainedModel


class Landmarker(TrainedModel, BaseLandmarker):
    """A trained net with its card: call it with a picture, measure it on a data set, save it.

    Args:
        net: gives a map a point.
        card, evaluation, folder: see `TrainedModel`.
    """

    def __init__(
        self, net: nn.Module, card: Card, *, evaluation: Evaluation | None = None, folder: Path | None = None
    ) -> None:
        super().__init__(net, card, evaluation=evaluation, folder=folder)
        self.view = View.from_dict(card.head, len(card.labels))

    @torch.inference_mode()
    def told(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Told:
        """Places x y in pixels of the net's input, and how sure each is; in float32, so that an answer depends on its
        own thing alone."""
        found, sure = places_and_scores(self.net(self._images(prepared)), self.card.preprocess.size)
        return found.double().cpu().numpy(), sure.double().cpu().numpy().clip(0, 1)

    def _plan(self) -> Plan:
        return plan(self)
