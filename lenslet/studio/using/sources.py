"""A picture by what the page calls it: one that was laid on it (`tray:ID`), or one of the project (`project:NAME`)."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lenslet.errors import CallError
from lenslet.studio.using.tray import MOST_PIXELS, Tray, named

if TYPE_CHECKING:
    from lenslet.studio.project import Project

__all__ = ["Sources"]


class Sources:
    """Both kinds of pictures under one roof.

    Args:
        project: opens its own pictures, and nothing else of the disk.
        tray: holds those that were laid on the page.
    """

    def __init__(self, project: "Project", tray: Tray) -> None:
        self.project, self.tray = project, tray

    def name(self, reference: str) -> str:
        """What the picture's file is called."""
        kind, rest = _parted(reference)
        return rest if kind == "project" else self.tray.get(rest).name

    def given(self, reference: str) -> Path | bytes:
        """The picture as verbs take it: a path, or the bytes of a file."""
        kind, rest = _parted(reference)
        return self.project.path(rest) if kind == "project" else self.tray.get(rest).content

    def pixels(self, reference: str) -> np.ndarray:
        """The picture, opened.

        Raises:
            ImageError: it cannot be.
        """
        from lenslet.image import open_image

        given = self.given(reference)
        if isinstance(given, Path):
            return open_image(given, max_pixels=MOST_PIXELS)
        return named(self.name(reference), given, lambda: open_image(given, max_pixels=MOST_PIXELS))

    def size(self, reference: str) -> tuple[int, int]:
        """(height, width), pixels."""
        from lenslet.image import image_size

        kind, rest = _parted(reference)
        return image_size(self.project.path(rest)) if kind == "project" else self.tray.get(rest).size

    def digest(self, reference: str) -> str:
        """Of the file's bytes."""
        kind, rest = _parted(reference)
        if kind == "tray":
            return self.tray.get(rest).digest
        path = self.project.path(rest)
        return _digest(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2000)
def _digest(path: Path, _: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _parted(reference: str) -> tuple[str, str]:
    kind, _, rest = reference.partition(":")
    if kind not in ("tray", "project") or not rest:
        raise CallError(f"{reference:.80}: this names no picture of the page")
    return kind, rest
