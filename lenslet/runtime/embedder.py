"""A face embedder from elsewhere: aligned faces -> encodings."""

import hashlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from lenslet.errors import CardError, ShapeError
from lenslet.runtime.card import OnnxCard, read_card
from lenslet.runtime.session import Session, prepared

__all__ = ["OnnxEmbedder"]


class OnnxEmbedder:
    """Encodes aligned faces by an ONNX file.

    Args:
        path: an .onnx file, with its card beside it.
        card: instead of the one beside it.
        threads: see `Session`.

    Raises:
        CardError: the card is missing or of no embedder, or the net gives no row of numbers a picture.
    """

    def __init__(self, path: str | Path, card: OnnxCard | None = None, *, threads: int = 0) -> None:
        self.card = card or read_card(Path(path))
        if self.card.kind != "embedder":
            raise CardError(f"{path}: its card says {self.card.kind}, and an embedder is needed")
        self._session = Session(path, threads=threads)
        if len(self._session.outputs) != 1:
            outputs = ", ".join(self._session.outputs)
            raise CardError(f"{path} gives {len(self._session.outputs)} outputs ({outputs}): one is expected")
        # a look at nothing: it says how many numbers there are, and that size and layout are right
        self.dimensions = self._rows(np.zeros((1, *self.card.size, 3), np.uint8)).shape[1]
        """Numbers in an encoding."""

    @property
    def name(self) -> str:
        """For people."""
        return self.card.name or self._session.path.stem

    @property
    def sha256(self) -> str:
        """Of the file."""
        return self._session.sha256

    @property
    def fingerprint(self) -> str:
        """Of the weights and the card."""
        said = {name: value for name, value in asdict(self.card).items() if name not in ("name", "licence")}
        return hashlib.sha256(repr((self._session.sha256, sorted(said.items()))).encode()).hexdigest()

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of a crop, pixels."""
        return self.card.size

    @property
    def template(self) -> Float[np.ndarray, "5 2"] | None:
        """Where the five points are to lie in a crop, pixels; None: the usual ones."""
        return None if self.card.template is None else np.array(self.card.template, np.float64)

    def embed(self, crops: UInt8[np.ndarray, "n h w 3"]) -> Float[np.ndarray, "n d"]:
        """Encodings of length 1 of aligned faces.

        Raises:
            ShapeError: crops of another size.
            CardError: the net gives numbers without a direction: all zero, or not finite.
        """
        if crops.shape[1:3] != self.size:
            raise ShapeError(f"crops of {crops.shape[1:3]} pixels; this embedder takes {self.size}")
        # one at a time: many files are exported for one picture
        rows = np.concatenate([self._rows(crop[None]) for crop in crops]) if len(crops) else np.empty((0, 1))
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if not (np.isfinite(lengths) & (lengths > 0)).all():
            raise CardError(f"{self._session.path} gives zeros or no numbers for a face; see mean and std on its card")
        unit: np.ndarray = rows / lengths
        return unit

    def _rows(self, batch: UInt8[np.ndarray, "n h w 3"]) -> np.ndarray:
        (answer,) = self._session.run(prepared(batch, self.card)).values()
        if answer.ndim < 2 or len(answer) != len(batch):
            raise CardError(f"{self._session.path} gives {answer.shape} for {len(batch)} picture: not a row a picture")
        return answer.reshape(len(batch), -1).astype(np.float64)
