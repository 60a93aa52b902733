"""Which views of a picture are encoded, and how they become one encoding."""

from typing import Literal, get_args

import numpy as np
from jaxtyping import Float, UInt8
from torch import Tensor

from lenslet.data.compared import SYMMETRIES, symmetric
from lenslet.tasks.face.distance import unit

__all__ = ["VIEWS", "Views", "joined", "views_of"]

Views = Literal["one", "mirror", "symmetries"]
VIEWS: tuple[str, ...] = get_args(Views)
_MIRROR = 4


def views_of(prepared: UInt8[np.ndarray, "n h w c"], views: str) -> UInt8[np.ndarray, "m h w c"]:
    """The pictures as they are; then, with `mirror`, mirrored; or in all eight symmetries, one after the other."""
    numbers = {"one": (0,), "mirror": (0, _MIRROR), "symmetries": range(SYMMETRIES)}[views]
    return np.concatenate([symmetric(prepared, number) if number else prepared for number in numbers])


def joined(
    encodings: Float[Tensor, "m d"], views: str, projection: Float[Tensor, "D e"] | None = None
) -> Float[Tensor, "n e"]:
    """One encoding of length 1 a picture, from those of its views.

    Of a picture and its mirror image, whose identity is the same, the mean. Symmetries make other identities of a
    letter, of which each tells something of its own: they stand side by side.

    Args:
        encodings: of length 1; all pictures in the first view, then in the second, ...
        views: which those are.
        projection: of these; see `whiten`.
    """
    count = {"one": 1, "mirror": 2, "symmetries": SYMMETRIES}[views]
    each = encodings.view(count, -1, encodings.shape[1])
    made = each.transpose(0, 1).flatten(1) if views == "symmetries" else each.mean(0)
    return unit(made if projection is None else made @ projection)
