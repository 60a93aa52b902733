"""What a gallery needs of a model, whatever it runs on."""

from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from lenslet.results import Encoding

__all__ = ["Encodes", "Measured"]


@runtime_checkable
class Encodes(Protocol):
    """Pictures -> encodings; a plain embedder sees one thing a picture, a face pipeline finds the faces first."""

    @property
    def name(self) -> str:
        """For people: the model's name."""

    @property
    def fingerprint(self) -> str:
        """Hexadecimal; differs whenever encodings could: weights, preprocessing, finder, alignment."""

    @property
    def dimensions(self) -> int:
        """Numbers in an encoding."""

    def encode(self, picture: str | Path | bytes | Any) -> list[Encoding]:
        """All faces on a picture, the largest first; none where none is found.

        Raises:
            ImageError: the picture cannot be opened.
        """


@runtime_checkable
class Measured(Protocol):
    """An embedder that brings a threshold of its own; a gallery's calibrated one goes before it.

    It may have `far`, too: the share of strangers who were taken for one given person at that threshold.
    """

    @property
    def threshold(self) -> float:
        """tau, a squared distance: the same person up to it."""
