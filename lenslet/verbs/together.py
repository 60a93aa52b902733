"""Pictures from anywhere, asked together: what a server does with those that wait at the same time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import UInt8

from lenslet.errors import CallError, LensletError
from lenslet.image import open_image
from lenslet.verbs.asking import How

if TYPE_CHECKING:
    from lenslet.verbs.asking import Answer
    from lenslet.verbs.job import Model

__all__ = ["ask_open", "opened_for"]


def opened_for(model: "Model", picture: bytes, *, max_pixels: int) -> UInt8[np.ndarray, "h w 3"]:
    """A picture as this model opens it: of large JPEGs no more than it needs.

    Raises:
        ImageError: it is none, or of more than `max_pixels`.
    """
    enough = model.card.preprocess.size if model.card.task == "classify" else None
    return open_image(picture, max_pixels=max_pixels, at_least=enough)


def ask_open(
    model: "Model", pictures: Sequence[UInt8[np.ndarray, "_ _ 3"]], *, how: How
) -> "list[Answer | LensletError]":
    """One answer to each of several open pictures, which go through the net together; an error where there is none.

    Args:
        model: who answers.
        pictures: as `opened_for` gives them.
        how: for models that find things; see `How`.

    Raises:
        CallError: it was asked how to find things, and finds none.
    """
    asked: Any = model
    if how.to_dict() and model.card.task != "detect":
        raise CallError("at_least, tiles and tile_side are for models that find things, and this one finds none")
    if how.tiles:
        return [asked.detect_tiles(one, side=how.tile_side, at_least=how.at_least) for one in pictures]
    if model.card.task == "detect":
        return list(asked.detect(pictures, at_least=how.at_least))
    together = {"classify": "classify", "localize": "locate", "landmark": "point"}.get(model.card.task, "")
    if not hasattr(asked, together):  # faces: as many as a picture has
        return [asked(one) for one in pictures]
    return list(getattr(asked, together)(pictures))
