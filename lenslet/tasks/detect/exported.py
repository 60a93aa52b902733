"""A detector from an exported file. Imports no torch."""

import numpy as np
from jaxtyping import Float, Int, UInt8

from lenslet.tasks.detect.base import BaseDetector
from lenslet.tasks.detect.rows import split
from lenslet.tasks.exported import ExportedModel

__all__ = ["AT_LEAST", "ExportedDetector"]

AT_LEAST = "at_least"
"""The input that says the lowest score; the card's threshold unless given."""


class ExportedDetector(ExportedModel, BaseDetector):
    """Called and measured as a `Detector` is."""

    def found(
        self, prepared: UInt8[np.ndarray, "n h w c"], *, at_least: int | float
    ) -> list[tuple[Float[np.ndarray, "_ 4"], Float[np.ndarray, " _"], Int[np.ndarray, " _"]]]:
        """Corners in pixels of the net's input, scores and classes of each picture at the net's size, best first."""
        answers = self.file.run(prepared, **{AT_LEAST: np.float32(at_least)})
        return [
            (one["boxes"].astype(np.float64), one["scores"].astype(np.float64), one["classes"].astype(np.int64))
            for one in split(answers, len(prepared))
        ]
