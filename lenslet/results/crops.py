"""The things of a picture cut out of it, at full resolution."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from lenslet.errors import CallError
from lenslet.image import open_image, save_image

__all__ = ["cut_out", "save_cut_out"]

_LONGEST = 100  # bytes of a name's part: file systems take 255 for the whole


def cut_out(
    picture: Path | np.ndarray | None, boxes: Float[np.ndarray, "n 4"], margin: int | float
) -> list[tuple[int, UInt8[np.ndarray, "_ _ 3"]]]:
    """Number and pixels of each box that shows at least one pixel of the picture; the pixels are copies.

    Args:
        picture: a file, or the pixels.
        boxes: corners x1 y1 x2 y2, pixels; rounded outwards, so that nothing of a thing is lost.
        margin: around each box, as a share of its sides.

    Raises:
        CallError: no picture, or a margin that is none.
        ImageError: it is not there any more.
    """
    if picture is None:
        raise CallError("these boxes know no picture to be cut out of; set `picture`")
    if not 0 <= margin <= 10:
        raise CallError(f"a margin of {margin}; give a share of the box's sides from 0 to 10, such as 0.1")
    image = open_image(picture)
    height, width = image.shape[:2]
    edge = np.array([width, height, width, height])
    inside = np.clip(boxes, 0, edge)
    sides = boxes[:, 2:] - boxes[:, :2]
    wide = np.clip(boxes + np.concatenate([-sides, sides], 1) * margin, 0, edge)
    made = []
    for number in np.flatnonzero((inside[:, 2:] - inside[:, :2] >= 1).all(1)).tolist():
        (x1, y1), (x2, y2) = np.floor(wide[number, :2] + 1e-6).astype(int), np.ceil(wide[number, 2:] - 1e-6).astype(int)
        made.append((number, image[y1:y2, x1:x2].copy()))
    return made


def save_cut_out(
    crops: Sequence[tuple[int, UInt8[np.ndarray, "_ _ 3"]]], labels: Sequence[str], stem: str, folder: Path
) -> list[Path]:
    """Write each as `<stem>-<number>-<label>.png`, whole or not at all; numbers count from 0, as the boxes do.

    Raises:
        WorkError: the disk is full, or the folder may not be written.
    """
    digits = len(str(max((number for number, _ in crops), default=0)))
    start = safe(stem) or "picture"
    return [
        save_image(pixels, folder / f"{start}-{number:0{digits}}-{safe(labels[number]) or 'thing'}.png")
        for number, pixels in crops
    ]


def safe(name: str) -> str:
    """As a part of a file name on every system: letters, digits and marks of any script, `.`, `_`, `-` and spaces
    inside; all else becomes `_`."""
    plain = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" or c in "._- " else "_" for c in plain)
    return kept.encode()[:_LONGEST].decode(errors="ignore").strip(" .")
