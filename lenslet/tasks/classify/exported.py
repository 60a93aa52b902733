"""A classifier from an exported file. Imports no torch."""

import numpy as np
from jaxtyping import Float, UInt8

from lenslet.tasks.classify.base import BaseClassifier
from lenslet.tasks.exported import ExportedModel

__all__ = ["ExportedClassifier"]


class ExportedClassifier(ExportedModel, BaseClassifier):
    """Called and measured as a `Classifier` is."""

    def scores(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[np.ndarray, "n classes"]:
        """Probabilities of the classes, for pictures at the net's size."""
        answers = self.file.run(prepared)
        scores, best = answers["scores"], answers["class"]
        # as `decode.probabilities`: where two round to the same number, the more probable one is the next larger
        for row in np.flatnonzero(scores.argmax(1) != best):
            scores[row, best[row]] = np.nextafter(scores[row].max(), np.float32(1))
        made: np.ndarray = scores
        return made
