"""Find, points, align, embed: every face on a picture -> numbers that can be compared.

The models are handed over: a finder, points within its boxes unless the finder gives five points itself, an embedder.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Num, UInt8

from lenslet.errors import CallError
from lenslet.image import open_image
from lenslet.results import Detections, Encoding, Points
from lenslet.tasks.face.align import TEMPLATE, Aligned, aligned, five
from lenslet.tasks.face.quality import Quality, quality

__all__ = ["Embeds", "Face", "FacePipeline", "Finds", "FindsPoints", "Marks"]

Picture = str | Path | bytes | np.ndarray | Any  # Any stands for PIL.Image.Image, which only the image room imports
Number = int | float


@runtime_checkable
class Finds(Protocol):
    """A `Detector`, or anything that is called as it is."""

    def __call__(self, picture: Any, *, at_least: Number | None = None) -> Detections:
        """The faces on a picture."""


@runtime_checkable
class FindsPoints(Finds, Protocol):
    """A finder that gives the five points of each face, too."""

    def find(self, picture: Any, *, at_least: Number | None = None) -> tuple[Detections, Float[np.ndarray, "n 5 2"]]:
        """The faces on a picture, and of each eyes, tip of the nose, corners of the mouth."""


@runtime_checkable
class Marks(Protocol):
    """A `Landmarker` of 68 points, or of the five."""

    def __call__(self, picture: Any, *, box: Any = None) -> Points:
        """The points of the face in a box."""


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


@dataclass(frozen=True, eq=False)
class Face:
    """A face that was found.

    Args:
        box: x1 y1 x2 y2 in the original, pixels.
        points: eyes, tip of the nose, corners of the mouth in the original, the left in the picture first.
        crop: the face, upright.
        quality: how fit it is to be compared.
    """

    box: Float[np.ndarray, " 4"]
    points: Float[np.ndarray, "5 2"]
    crop: Aligned
    quality: Quality


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
        if points is None and not hasattr(finder, "find"):
            raise CallError("this finder gives boxes only: hand over a model of points, too, such as facepoints")
        if points is None and whole:
            raise CallError("a whole picture can be taken for a face only by a model of points, such as facepoints")
        self.finder, self.embedder, self.points = finder, embedder, points
        self.at_least, self.whole = at_least, whole
        settings = json.dumps([at_least, whole, TEMPLATE])
        marks = [_fingerprint(model) for model in (finder, points, embedder) if model is not None]
        self._fingerprint = hashlib.sha256("|".join([*marks, settings]).encode()).hexdigest()

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
        opened = open_image(picture)
        boxes, scores, points = self._found(opened)
        order = np.argsort(-(boxes[:, 2:] - boxes[:, :2]).prod(1), kind="stable")
        made = (self._face(opened, boxes[i], float(scores[i]), points[i] if points else None) for i in order)
        faces = [face for face in made if face is not None]
        if faces or not self.whole or self.points is None:
            return faces
        high, wide = opened.shape[:2]
        places = five(self.points(opened).places)
        face = self._face(opened, np.array([0.0, 0.0, wide, high]), None, places)
        return [] if face is None else [face]

    def _found(self, opened: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[np.ndarray] | None]:
        """Boxes, scores, and the finder's own points where no model of points is to give better ones."""
        find: Callable[..., tuple[Detections, np.ndarray]] | None = getattr(self.finder, "find", None)
        if self.points is None and find is not None:
            found, points = find(opened, at_least=self.at_least)
            return found.boxes, found.scores, list(points)
        found = self.finder(opened, at_least=self.at_least)
        return found.boxes, found.scores, None

    def _face(
        self,
        opened: UInt8[np.ndarray, "h w 3"],
        box: Num[np.ndarray, " 4"],
        score: float | None,
        places: Float[np.ndarray, "5 2"] | None,
    ) -> Face | None:
        """One face; None where its points are none."""
        if places is None:
            places = self._points(opened, box)
        try:
            crop = aligned(opened, places, size=self.embedder.size, template=self.embedder.template)
            usual = crop if self.embedder.template is None else aligned(opened, places)
        except CallError:  # all points in one place: what was found is no face
            return None
        return Face(box, places, crop, quality(usual.pixels, places, score))

    def _points(self, opened: UInt8[np.ndarray, "h w 3"], box: Num[np.ndarray, " 4"]) -> Float[np.ndarray, "5 2"]:
        """Finders draw their boxes differently: the second look goes by the points of the first."""
        assert self.points is not None
        first = self.points(opened, box=box)
        around = first.box
        if around is None or not (around[2:] > around[:2]).all():
            return five(first.places)
        return five(self.points(opened, box=around).places)


def _fingerprint(model: Any) -> str:
    """Of a model that says it, or of a model folder."""
    if isinstance(said := getattr(model, "fingerprint", None), str):
        return said
    from lenslet.card import fingerprint

    if not hasattr(model, "card") or not hasattr(model, "net"):
        raise CallError(f"{type(model).__name__} has no fingerprint, by which encodings of other models are refused")
    return fingerprint(model.card, model.net.state_dict())
