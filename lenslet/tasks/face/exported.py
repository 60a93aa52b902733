"""An embedder from an exported file. Imports no torch."""

import numpy as np
from jaxtyping import Float, UInt8

from lenslet.errors import CardError
from lenslet.runtime import OnnxFile
from lenslet.tasks.exported import ExportedModel
from lenslet.tasks.face.base import BaseEmbedder
from lenslet.tasks.face.metrics import Apart, by_head

__all__ = ["ExportedEmbedder"]


class ExportedEmbedder(ExportedModel, BaseEmbedder):
    """Called and measured as an `Embedder` is; a gallery encodes by it.

    Args:
        file: of such a model.

    Raises:
        CardError: what it says of itself is damaged.
    """

    def __init__(self, file: OnnxFile) -> None:
        super().__init__(file)
        count, binary = file.said.get("dimensions"), file.said.get("binary")
        if not isinstance(count, int) or count < 1:
            raise CardError(f"{file.path} is damaged: it does not say how many numbers an encoding has")
        self._dimensions = count
        self._apart: Apart | None = None
        if binary is not None:
            try:
                self._apart = by_head(np.array(binary["weight"], np.float32), float(binary["bias"]))
            except (KeyError, TypeError, ValueError) as error:
                raise CardError(f"{file.path} is damaged: its binary head cannot be read") from error

    @property
    def name(self) -> str:
        """For people: that of its file."""
        return self.file.path.stem

    @property
    def dimensions(self) -> int:
        """Numbers in an encoding."""
        return self._dimensions

    @property
    def apart(self) -> Apart | None:
        """How far encodings are from each other, where that is not the squared distance."""
        return self._apart

    def vectors(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[np.ndarray, "n e"]:
        """Encodings of length 1, for pictures at the net's size."""
        rows = [self.file.run(prepared[i : i + 64])["embedding"] for i in range(0, len(prepared), 64)]
        return np.concatenate(rows) if rows else np.zeros((0, self.dimensions), np.float32)
