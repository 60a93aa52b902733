"""Find, points, align, embed: every face on a picture -> numbers that can be compared.

The models are handed over: a finder, points within its boxes unless the finder gives five points itself, an embedder.
"""

from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, UInt8

from lenslet.image import Picture, open_image
from lenslet.results import Encoding
from lenslet.tasks.face.upright import Face, Finds, FindsPoints, Marks, Upright

__all__ = ["Embeds", "Face", "FacePipeline", "Finds", "FindsPoints", "Marks"]

Number = int | float


@runtime_checkable
class Embeds(Protocol):
    """Aligned faces -> encodings of length 1."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def fingerprint(self) -> str:
        """Hexadecimal, of all that decides an encoding."""

    @property
    def dimensions(self) -> int:
        """Numbers in an encoding."""

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of a crop, pixels."""

    @property
    def template(self) -> Float[np.ndarray, "5 2"] | None:
        """Where the five points are to lie in it; None: the usual places."""

    def embed(self, crops: UInt8[np.ndarray, "n h w 3"]) -> Float[np.ndarray, "n d"]:
        """A row a face."""


class FacePipeline:
    """Faces on pictures as they are -> encodings; it is what a gallery `Encodes` by.

    Args:
        finder: of faces.
        embedder: of aligned faces.
        points: within the box of a face; may be left out where the finder gives five points itself.
        at_least: lowest score of a face; None: the finder's own.
        whole: where nothing is found, the whole picture is taken to be one face: for cut-out faces only. The encoding
            then has no box, and its quality says nothing of a finder.

    Raises:
        CallError: nothing gives points.
    """

    def __init__(
        self,
        finder: Finds,
        embedder: Embeds,
        points: Marks | None = None,
        *,
        at_least: Number | None = None,
        whole: bool = False,
    ) -> None:
        self.upright = Upright(finder, points, at_least=at_least, whole=whole)
        self.finder, self.points, self.whole, self.embedder = finder, points, whole, embedder
        self._fingerprint = self.upright.fingerprint(embedder)

    @property
    def name(self) -> str:
        """The embedder's."""
        return self.embedder.name

    @property
    def fingerprint(self) -> str:
        """Of finder, points, embedder and alignment: encodings of another pipeline are not comparable."""
        return self._fingerprint

    @property
    def dimensions(self) -> int:
        """Numbers in an encoding."""
        return self.embedder.dimensions

    def __repr__(self) -> str:
        return f"FacePipeline({self.name}, {self.dimensions} numbers)"

    def __call__(self, picture: Picture) -> list[Encoding]:
        """As `encode`."""
        return self.encode(picture)

    def encode(self, picture: Picture) -> list[Encoding]:
        """All faces on a picture, the largest first; none where none is found.

        Raises:
            ImageError: the picture cannot be opened.
        """
        opened = open_image(picture)
        kept = Path(picture) if isinstance(picture, str | Path) else opened
        found = self.faces(opened)
        if not found:
            return []
        rows = self.embedder.embed(np.stack([face.crop.pixels for face in found]))
        return [
            Encoding(row, face.box if face.quality.score is not None else None, face.quality.value, kept)
            for row, face in zip(rows, found, strict=True)
        ]

    def faces(self, picture: Picture) -> list[Face]:
        """All faces on a picture, upright, the largest first; nothing is embedded yet.

        Raises:
            ImageError: the picture cannot be opened.
        """
        return self.upright.faces(picture, size=self.embedder.size, template=self.embedder.template)
