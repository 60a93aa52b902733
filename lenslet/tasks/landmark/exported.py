"""A landmarker from an exported file. Imports no torch."""

import numpy as np
from jaxtyping import UInt8

from lenslet.errors import CallError, CardError
from lenslet.runtime import OnnxFile
from lenslet.tasks.exported import ExportedModel
from lenslet.tasks.landmark.base import BaseLandmarker, Told
from lenslet.tasks.landmark.views import View

__all__ = ["ExportedLandmarker"]


class ExportedLandmarker(ExportedModel, BaseLandmarker):
    """Called and measured as a `Landmarker` is."""

    def __init__(self, file: OnnxFile) -> None:
        super().__init__(file)
        try:
            self.view = View.from_dict(self.card.head, len(self.card.labels))
        except CallError as error:
            raise CardError(f"{file.path}: the card is damaged: {error}") from error

    def told(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Told:
        """Places x y in pixels of the net's input, and how sure each is, for things at the net's size."""
        answers = self.file.run(prepared)
        return answers["points"].astype(np.float64), answers["scores"].astype(np.float64).clip(0, 1)
