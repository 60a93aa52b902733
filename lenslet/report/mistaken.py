"""A picture with a detector's mistakes: what is there on the left, what was answered on the right."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from lenslet import draw
from lenslet.errors import ImageError
from lenslet.image import open_image, resize
from lenslet.image.names import spoken
from lenslet.results.mistakes import KINDS, Box, Erring
from lenslet.tasks.detect.matching import spared

SIDE = 700
"""Pixels of the longer side of each of the two; large pictures are shrunk, small ones enlarged, so that tags fit."""
_GREEN = 2  # in draw.PALETTE
_COLOURS = dict(zip(KINDS, (6, 0, 3, 1, 4, 5), strict=True))
_TAGS = 40  # mistakes with words; of more, the costliest


@dataclass(frozen=True)
class _Mark:
    """A box as it is drawn."""

    box: Box
    tag: str
    colour: int
    dashed: bool
    thin: bool


def mistaken(erring: Erring, *, side: int = SIDE) -> UInt8[np.ndarray, "H W 3"] | None:
    """Truth and answers side by side; None where the picture is not there any more.

    Args:
        erring: the picture and its mistakes.
        side: longer side of each half, pixels.
    """
    if erring.picture is None:
        return None
    try:
        whole = open_image(erring.picture)
    except ImageError:
        return None
    height, width = whole.shape[:2]
    scale = side / max(height, width)
    shown = resize(whole, (max(round(height * scale), 1), max(round(width * scale), 1)))
    factor = np.tile((shown.shape[1] / width, shown.shape[0] / height), 2)
    return draw.beside(_truth(erring, shown, factor), _answers(erring, shown, factor), gap=12)


def words(erring: Erring) -> str:
    """The name of the picture, and how many mistakes of each kind it has."""
    name = (
        spoken(str(Path(*erring.picture.parts[-2:])))
        if isinstance(erring.picture, Path)
        else f"picture {erring.number}"
    )
    counts = Counter(mistake.kind for mistake in erring.mistakes)
    called = {kind: kind for kind in KINDS} | {"both": "of the wrong class and badly placed"}
    return f"{name}: " + ", ".join(f"{counts[kind]} {called[kind]}" for kind in KINDS if counts[kind])


def _truth(erring: Erring, shown: UInt8[np.ndarray, "h w 3"], factor: np.ndarray) -> UInt8[np.ndarray, "h w 3"]:
    free = spared(erring.truth).tolist()
    names = [
        f"{name} (need not be found)" if spare else name for name, spare in zip(erring.truth.classes, free, strict=True)
    ]
    kinds = erring.truth.labels.tolist()
    return draw.boxes(shown, erring.truth.boxes * factor, names, kinds=kinds, thin=free, dashed=free)


def _answers(erring: Erring, shown: UInt8[np.ndarray, "h w 3"], factor: np.ndarray) -> UInt8[np.ndarray, "h w 3"]:
    """Right answers first, the costliest mistake last, so that it lies on top."""
    wrong = {(mistake.box, mistake.said, mistake.score) for mistake in erring.mistakes}
    marks: list[_Mark] = [
        _Mark(one.box, "", _GREEN, dashed=False, thin=True)
        for one in erring.predicted
        if (one.box, one.label, one.score) not in wrong
    ]
    for place, mistake in reversed(list(enumerate(erring.mistakes))):
        colour = _COLOURS[mistake.kind]
        if mistake.there is not None and mistake.kind in ("badly placed", "both"):
            marks.append(_Mark(mistake.there, "", colour, dashed=True, thin=True))
        tag = str(mistake) if place < _TAGS else ""
        marks.append(_Mark(mistake.box, tag, colour, dashed=mistake.kind == "missed", thin=False))
    return draw.boxes(
        shown,
        np.array([mark.box for mark in marks], np.float64).reshape(-1, 4) * factor,
        [mark.tag for mark in marks],
        kinds=[mark.colour for mark in marks],
        dashed=[mark.dashed for mark in marks],
        thin=[mark.thin for mark in marks],
    )
