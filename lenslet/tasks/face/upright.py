"""Faces on pictures as they are, brought upright: what is done before anything is compared, or learned from.

The models are handed over: a finder, and points within its boxes unless the finder gives five points itself.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Num, UInt8

from lenslet.errors import CallError
from lenslet.image import Picture, open_image
from lenslet.results import Detections, Points
from lenslet.tasks.face.align import SIDE, TEMPLATE, Aligned, aligned, five
from lenslet.tasks.face.quality import Quality, quality

__all__ = ["NO_FACE", "Face", "Finds", "FindsPoints", "Largest", "Marks", "Upright", "fingerprint_of"]

Number = int | float

NO_FACE = "no face is found on this picture"


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


@dataclass(frozen=True)
class _Cut:
    """How a face is cut out, see `Upright.faces`."""

    size: tuple[int, int]
    template: Float[np.ndarray, "5 2"] | None


class Upright:
    """A finder and a model of points together.

    Args:
        finder: of faces.
        points: within the box of a face; may be left out where the finder gives five points itself.
        at_least: lowest score of a face; None: the finder's own.
        whole: where nothing is found, the whole picture is taken to be one face: for cut-out faces only.
        named: what a card calls the two.

    Raises:
        CallError: nothing gives points.
    """

    def __init__(
        self,
        finder: Finds,
        points: Marks | None = None,
        *,
        at_least: Number | None = None,
        whole: bool = False,
        named: Mapping[str, str] | None = None,
    ) -> None:
        if points is None and not hasattr(finder, "find"):
            raise CallError("this finder gives boxes only: hand over a model of points, too, such as facepoints")
        if points is None and whole:
            raise CallError("a whole picture can be taken for a face only by a model of points, such as facepoints")
        self.finder, self.points, self.at_least, self.whole = finder, points, at_least, whole
        self.named = dict(named or {})

    def fingerprint(self, *more: Any) -> str:
        """Hexadecimal, of finder, points and alignment, and of further models."""
        settings = json.dumps([self.at_least, self.whole, TEMPLATE])
        marks = [fingerprint_of(model) for model in (self.finder, self.points, *more) if model is not None]
        return hashlib.sha256("|".join([*marks, settings]).encode()).hexdigest()

    def faces(
        self,
        picture: Picture,
        *,
        size: tuple[int, int] = (SIDE, SIDE),
        template: Float[np.ndarray, "5 2"] | None = None,
        most: int | None = None,
    ) -> list[Face]:
        """All faces on a picture, upright, the largest first.

        Args:
            picture: as it is.
            size: (height, width) of a crop, pixels.
            template: where the five points are to lie in it; None: the usual places.
            most: no more than so many of the largest are looked at.

        Raises:
            ImageError: the picture cannot be opened.
        """
        opened = open_image(picture)
        boxes, scores, points = self._found(opened)
        order = np.argsort(-(boxes[:, 2:] - boxes[:, :2]).prod(1), kind="stable")
        cut = _Cut(size, template)
        made = (self._face(opened, boxes[i], float(scores[i]), points[i] if points else None, cut) for i in order)
        faces = list(islice((face for face in made if face is not None), most))
        if faces or not self.whole or self.points is None:
            return faces
        high, wide = opened.shape[:2]
        places = five(self.points(opened).places)
        face = self._face(opened, np.array([0.0, 0.0, wide, high]), None, places, cut)
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
        cut: "_Cut",
    ) -> Face | None:
        """One face; None where its points are none."""
        if places is None:
            places = self._points(opened, box)
        try:
            crop = aligned(opened, places, size=cut.size, template=cut.template)
            usual = crop if cut.template is None else aligned(opened, places)
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


@dataclass(frozen=True)
class Largest:
    """The largest face of a picture, upright: what is learned from (see `data.decode.Cuts`).

    Args:
        upright: finds it.
        size: (height, width) of the crop, pixels.
    """

    upright: Upright
    size: tuple[int, int]
    name: str = field(default="faces", init=False)
    missing: str = field(default=NO_FACE, init=False)

    @property
    def fingerprint(self) -> str:
        """Of all that decides a crop but its size."""
        return self.upright.fingerprint()

    def __call__(self, picture: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "H W 3"] | None:
        """The crop; None where no face is found."""
        found = self.upright.faces(picture, size=self.size, most=1)
        return found[0].crop.pixels if found else None


def fingerprint_of(model: Any) -> str:
    """Of a model that says it, or of a model folder."""
    if isinstance(said := getattr(model, "fingerprint", None), str):
        return said
    from lenslet.card import fingerprint

    if not hasattr(model, "card") or not hasattr(model, "net"):
        raise CallError(f"{type(model).__name__} has no fingerprint, by which encodings of other models are refused")
    return fingerprint(model.card, model.net.state_dict())
