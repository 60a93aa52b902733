"""A classifier from an exported file. Imports no torch."""

import numpy as np
from jaxtyping import Float, UInt8

from lenslet.card import Card
from lenslet.runtime import FromFile, OnnxFile
from lenslet.tasks.classify.base import BaseClassifier

__all__ = ["ExportedClassifier"]


class ExportedClassifier(FromFile, BaseClassifier):
    """Called and measured as a `Classifier` is.

    Args:
        file: of such a model.
    """

    def __init__(self, file: OnnxFile) -> None:
        super().__init__(file)
        self.card = Card.from_dict(file.card, str(file.path))

    def scores(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[np.ndarray, "n classes"]:
        """Probabilities of the classes, for pictures at the net's size."""
        answers = self.file.run(prepared)
        scores, best = answers["scores"], answers["class"]
        # as `decode.probabilities`: where two round to the same number, the more probable one is the next larger
        for row in np.flatnonzero(scores.argmax(1) != best):
            scores[row, best[row]] = np.nextafter(scores[row].max(), np.float32(1))
        made: np.ndarray = scores
        return made
