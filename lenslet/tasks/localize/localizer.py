"""The object a user holds."""

import numpy as np
import torch
from jaxtyping import UInt8

from lenslet.exporting import Plan
from lenslet.tasks.localize.base import BaseLocalizer, Told
from lenslet.tasks.localize.decode import told
from lenslet.tasks.localize.graph import plan
from lenslet.tasks.trained import TrainedModel


class Localizer(TrainedModel, BaseLocalizer):
    """A trained net with its card: call it with a picture, measure it on a data set, save it.

    Args:
        net: gives p_c, a box and logits of the classes.
        card, evaluation, folder: see `TrainedModel`.
    """

    @torch.inference_mode()
    def told(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Told:
        """p_c, corners as shares of the sides, and probabilities of the classes; in float32, so that an answer depends
        on its own picture alone."""
        return told(self.net(self._images(prepared)))

    def _plan(self) -> Plan:
        return plan(self)
