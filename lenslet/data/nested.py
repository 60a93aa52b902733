"""Parts of the training pictures for a learning curve: each holds the smaller ones, and every class its share."""

import hashlib
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Int, Integer


def nested_part(
    keys: Sequence[int] | Integer[np.ndarray, " n"], labels: Int[np.ndarray, " n"], share: float, *, draw: int = 0
) -> Bool[np.ndarray, " n"]:
    """Which pictures belong to the part of `share`.

    Within each class the pictures are put in an order that only their content and `draw` decide, and the first ones are
    taken: at least one of each class. So parts of one draw are nested, adding or removing other files moves nobody,
    and copies of a picture stand together.

    Args:
        keys: a number for the content of each picture.
        labels: its class.
        share: of each class, 0 to 1.
        draw: another number gives another order.
    """
    taken = np.zeros(len(labels), bool)
    places = np.array([_place(int(key), draw) for key in keys], np.uint64)
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        order = mine[np.argsort(places[mine], kind="stable")]
        count = max(1, round(share * len(mine)))
        # copies of the last one come with it: they tell the net nothing new, but would be drawn apart otherwise
        taken[order[places[order] <= places[order[count - 1]]]] = True
    return taken


def _place(key: int, draw: int) -> int:
    """A number from 0 to 2^64 that looks random."""
    return int.from_bytes(hashlib.blake2b(f"{draw}:{key}".encode(), digest_size=8).digest(), "big")
