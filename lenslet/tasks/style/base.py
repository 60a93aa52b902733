"""What a user can ask of a model that paints, whether PyTorch computes or the runtime of an exported file. Needs no
torch."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

from lenslet.errors import CallError, ImageError
from lenslet.image import Picture, open_image, resize
from lenslet.results import Painting, Unreadable
from lenslet.tasks.base import BaseModel

__all__ = ["LUMA", "MARGIN", "SMALLEST", "BaseStylist", "sized"]

SMALLEST = 16
"""Pixels of a short side."""
MARGIN = 12
"""Pixels around a picture that are painted, too."""
LUMA = (0.299, 0.587, 0.114)
"""ITU-R 601: the brightness of red, green and blue."""


class BaseStylist(BaseModel):
    """Call it with a picture: it paints it in its one style; the head of its card says which, and how strongly."""

    @abstractmethod
    def painted(self, photo: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        """The painting of a photo, pixel for pixel; short sides of 16 pixels or more."""

    @property
    def name(self) -> str:
        """Of the style."""
        return str(self.card.head.get("style", "style"))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}, {self.card.net}, strength {self.card.head['strength']:g})"

    def __call__(self, picture: Picture, *, size: int | None = 512, keep_colours: bool = False) -> Painting:
        """Paint one picture: a path, bytes, an array (h, w, 3) of uint8, or a Pillow image.

        Args:
            picture: the picture.
            size: long side of the painting, pixels; None: that of the picture.
            keep_colours: keep the picture's colours and paint its brightness only.

        Raises:
            ImageError: it cannot be opened.
            CallError: the painting would be narrower than 16 pixels.
        """
        photo = open_image(picture, at_least=None if size is None else (2 * size, 2 * size))
        began = perf_counter()
        painted = self.paint(sized(photo, size), keep_colours=keep_colours)
        return Painting(
            picture=painted,
            content=photo,
            styles=(),
            recipe=self.recipe(picture, size, keep_colours),
            seconds=perf_counter() - began,
        )

    def paint(self, photo: UInt8[np.ndarray, "h w 3"], *, keep_colours: bool = False) -> UInt8[np.ndarray, "h w 3"]:
        """The painting of a photo, pixel for pixel.

        Args:
            photo: short side of 16 pixels or more.
            keep_colours: the painting's brightness in the photo's colours.
        """
        made = self.painted(photo)
        if not keep_colours:
            return made
        values = photo.astype(np.float32)
        worn = values + (_brightness(made.astype(np.float32)) - _brightness(values))[..., None]
        kept: np.ndarray = np.rint(worn).clip(0, 255).astype(np.uint8)
        return kept

    def predict(
        self, pictures: Iterable[str | Path], *, batch: int = 1, size: int | None = 512
    ) -> Iterator[Painting | Unreadable]:
        """The paintings of files, one each, in their order; one that cannot be opened gives an `Unreadable`.

        Args:
            pictures: files.
            batch: of no use here: pictures have sizes of their own, and are painted one by one.
            size: long side of the paintings, pixels.
        """
        del batch
        for path in pictures:
            try:
                yield self(path, size=size)
            except (ImageError, CallError) as error:
                yield Unreadable(Path(path), str(error))

    def recipe(self, picture: Picture, size: int | None, keep_colours: bool) -> dict[str, Any]:
        """What a painting says of itself: names of files, not where they lie."""
        named = Path(picture).name if isinstance(picture, str | Path) else "content"
        head = self.card.head
        return {
            "lenslet": self.card.versions.get("lenslet", ""),
            "content_name": named,
            "style_names": [self.name],
            "model": self.folder.name if self.folder is not None else self.card.net,
            "model_sha256": self.card.sha256,
            "strength": head["strength"],
            "size": size,
            "colours": "content" if keep_colours else "style",
        }


def sized(photo: UInt8[np.ndarray, "h w 3"], size: int | None) -> UInt8[np.ndarray, "H W 3"]:
    """A photo with a long side of `size` pixels; None leaves it.

    Raises:
        CallError: its short side would be below 16 pixels.
    """
    height, width = photo.shape[:2]
    if size is not None:
        if size < 1:
            raise CallError(f"size is the painting's long side in pixels, 1 or more, not {size}")
        height, width = (max(round(side * size / max(photo.shape[:2])), 1) for side in photo.shape[:2])
    if min(height, width) < SMALLEST:
        needed = -(-SMALLEST * max(photo.shape[:2]) // min(photo.shape[:2]))
        raise CallError(
            f"a picture of {photo.shape[1]} x {photo.shape[0]} pixels would be painted as {width} x {height}, and the "
            f"short side must have {SMALLEST}: take a size of {needed} or more, or crop the picture"
        )
    return photo if (height, width) == photo.shape[:2] else resize(photo, (height, width))


def _brightness(picture: Float[np.ndarray, "h w 3"]) -> Float[np.ndarray, "h w"]:
    made: np.ndarray = picture @ np.array(LUMA, np.float32)
    return made
