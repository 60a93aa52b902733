"""A model that paints, from an exported file. Imports no torch."""

from typing import Any

import numpy as np
from jaxtyping import UInt8

from lenslet.errors import CallError, CardError
from lenslet.results import Evaluation
from lenslet.runtime import OnnxFile
from lenslet.tasks.exported import ExportedModel
from lenslet.tasks.style.base import BaseStylist

__all__ = ["ExportedStylist"]


class ExportedStylist(ExportedModel, BaseStylist):
    """Called as a `Stylist` is."""

    def __init__(self, file: OnnxFile) -> None:
        super().__init__(file)
        if not isinstance(self.card.head.get("strength"), int | float):
            raise CardError(f"{file.path}: the card is damaged: its head names no strength")

    def painted(self, photo: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        """The painting of a photo, pixel for pixel; short sides of 16 pixels or more."""
        made: np.ndarray = self.file.run(photo[None])["painting"][0]
        return made

    def evaluate(self, data: Any, **how: Any) -> Evaluation:
        """What is measured is seen through the encoder that it was trained through, and a file has none.

        Raises:
            CallError: always.
        """
        del data, how
        raise CallError(f"{self.file.path} paints, but cannot be measured: give the model folder it is from")
