"""The object a user holds."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from lenslet.exporting import Plan
from lenslet.results.calibration import Calibration
from lenslet.tasks.classify.base import BaseClassifier
from lenslet.tasks.classify.calibrate import calibrate
from lenslet.tasks.classify.decode import MIRRORED, logits, probabilities
from lenslet.tasks.classify.graph import plan
from lenslet.tasks.trained import TrainedModel


class Classifier(TrainedModel, BaseClassifier):
    """A trained net with its card: call it with a picture, measure it on a folder, save it.

    Args:
        net: gives logits.
        card, evaluation, folder: see `TrainedModel`.
    """

    def scores(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[np.ndarray, "n classes"]:
        """Probabilities of the classes, for pictures at the net's size."""
        return probabilities(self.logits(prepared), temperature=self.card.temperature).cpu().numpy()

    @torch.inference_mode()
    def logits(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[Tensor, "n classes"]:
        """Raw outputs for pictures at the net's size; in float32, so that a picture's answer depends on itself
        alone."""
        return self._raw(self._images(prepared))

    @torch.inference_mode()
    def calibrated(self, held_out: Iterable[tuple[Tensor, Tensor]] | None) -> "tuple[Classifier, Calibration]":
        """The same model with a temperature on its card, and what that does; no answer changes, only how sure it is.

        Args:
            held_out: batches of (normalised images, classes) that it was not trained on; None where there are none:
                its temperature is then 1.
        """
        device = next(self.net.parameters()).device
        pairs = [
            (self._raw(images.to(device, memory_format=torch.channels_last)).cpu().numpy(), classes.cpu().numpy())
            for images, classes in held_out or ()
        ]
        logits = np.concatenate([np.zeros((0, len(self.labels)), np.float32), *(raw for raw, _ in pairs)])
        truth = np.concatenate([np.zeros(0, np.int64), *(classes for _, classes in pairs)])
        found = calibrate(logits, truth, by_heart=held_out is None)
        card = replace(self.card, thresholds={**self.card.thresholds, **found.thresholds})
        return self._with(card, self.evaluation), found

    def _plan(self) -> Plan:
        return plan(self)

    def _raw(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        return logits(self.net, images, mirrored=bool(self.card.head.get(MIRRORED))).float().cpu()
