"""Pictures of people -> the faces that are meant."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lenslet.errors import CallError, GalleryError
from lenslet.gallery.encodes import Encodes
from lenslet.image import find_images, open_image, save_image
from lenslet.results import Encoding

__all__ = ["REFUSED", "SMALLEST", "WEAK", "Seen", "content", "pictures_of", "same_face", "see", "unfit", "weakness"]

REFUSED = 0.2
"""Below this quality no picture is enrolled, unless it is forced."""
WEAK = 0.5
"""Below this quality a note says so."""
SMALLEST = 32
"""Pixels of the shorter side of a face; smaller ones are not enrolled, unless it is forced."""


@dataclass(frozen=True, eq=False)
class Seen:
    """One face.

    Args:
        encoding: of the face.
        digest: of the picture's pixels, and of which face of it.
        where: the picture, in words.
        picture: its path, or the pixels; None of a bare encoding.
    """

    encoding: Encoding
    digest: bytes
    where: str
    picture: Path | np.ndarray | None


def pictures_of(images: Any) -> list[Any]:
    """One picture or many; a folder or a pattern stands for all pictures in it.

    Raises:
        CallError: nothing is there.
    """
    many = images if isinstance(images, Sequence) and not isinstance(images, str | bytes) else [images]
    found = [one for place in many for one in (find_images(place) if isinstance(place, str | Path) else [place])]
    if not found:
        raise CallError("no picture is given: name at least one")
    return found


def see(embedder: Encodes | None, picture: Any, *, largest: bool = False, all: bool = False) -> list[Seen]:
    """The face on a picture; the largest, or all, where several are to be allowed.

    Args:
        embedder: needed unless `picture` is an `Encoding`, which is taken as it is.
        picture: path, bytes, array or Pillow image.
        largest: take the largest of several.
        all: take all of them.

    Raises:
        ImageError: it cannot be opened.
        CallError: no face is on it, or several are and nothing says which.
    """
    if isinstance(picture, Encoding):
        digest = hashlib.sha256(b"vector" + picture.vector.tobytes()).digest()
        return [Seen(picture, digest, "this encoding", picture.picture)]
    if embedder is None:
        raise CallError("this gallery was opened without an embedder: give it one to look at pictures")
    pixels = open_image(picture)
    where = str(picture) if isinstance(picture, str | Path) else "the picture"
    found = list(embedder.encode(pixels))
    if not found:
        raise CallError(f"{where}: no face was found; take a picture that shows one, from the front and in good light")
    if len(found) > 1 and not (largest or all):
        raise CallError(
            f"{where}: {len(found)} faces were found; cut out the one that is meant, or say --largest or --all"
        )
    if any(len(one) != embedder.dimensions for one in found):
        raise GalleryError(
            f"{embedder.name} gives encodings of other than the {embedder.dimensions} numbers it speaks of"
        )
    digest = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest()
    source = Path(picture) if isinstance(picture, str | Path) else pixels
    return [
        Seen(one, hashlib.sha256(digest + bytes([number])).digest() if number else digest, where, source)
        for number, one in enumerate(found if all else found[:1])
    ]


def content(picture: Any) -> bytes | None:
    """A picture as it is to be kept: the bytes of its file, or of a PNG; None of a bare encoding."""
    if isinstance(picture, Encoding):
        return None
    if isinstance(picture, bytes):
        return picture
    if isinstance(picture, str | Path):
        return Path(picture).read_bytes()
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        return save_image(open_image(picture), Path(place) / "picture.png").read_bytes()


def weakness(seen: Seen) -> str | None:
    """Why a face is hardly fit to be compared, or None."""
    box = seen.encoding.box
    if box is not None:
        side = float(min(box[2] - box[0], box[3] - box[1]))
        if side < SMALLEST:
            return f"{seen.where}: the face is {side:.0f} pixels wide; take one of {SMALLEST} and more"
    if seen.encoding.quality < WEAK:
        return (
            f"{seen.where}: the face has a quality of {seen.encoding.quality:.2f} of 1 (blurred, small, dark or turned "
            "away)"
        )
    return None


def unfit(seen: Seen) -> bool:
    """Whether a face is not to be enrolled unless it is forced."""
    box = seen.encoding.box
    small = box is not None and min(box[2] - box[0], box[3] - box[1]) < SMALLEST
    return bool(small) or seen.encoding.quality < REFUSED


def overlap(one: np.ndarray | None, other: np.ndarray | None) -> float:
    """Intersection over union of two boxes; 1 where neither picture was cut."""
    if one is None or other is None:
        return float(one is None and other is None)
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = float(np.prod(np.clip(sides, 0, None)))
    return shared / max(float(np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])) - shared, 1e-9)


def same_face(found: Iterable[Encoding], box: np.ndarray | None) -> Encoding | None:
    """Of the faces on a picture the one that lies where it lay before; the only one if there is one."""
    faces = list(found)
    if len(faces) == 1:
        return faces[0]
    best = max(faces, key=lambda face: overlap(face.box, box), default=None)
    return best if best is not None and overlap(best.box, box) >= 0.3 else None
