"""A localizer from an exported file. Imports no torch."""

import numpy as np
from jaxtyping import UInt8

from lenslet.tasks.exported import ExportedModel
from lenslet.tasks.localize.base import BaseLocalizer, Told

__all__ = ["ExportedLocalizer"]


class ExportedLocalizer(ExportedModel, BaseLocalizer):
    """Called and measured as a `Localizer` is."""

    def told(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Told:
        """p_c, corners as shares of the sides, and probabilities of the classes, for pictures at the net's size."""
        height, width = prepared.shape[1:3]
        answers = self.file.run(prepared)
        corners = answers["box"].astype(np.float64) / [width, height, width, height]
        presence, scores = (answers[name].astype(np.float64) for name in ("presence", "scores"))
        return presence, corners, (scores / scores.sum(1, keepdims=True)).clip(0, 1)
