"""What a run learns from, as the net sees it: pictures or things decoded at its size, and their points there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8, UInt64
from torch import Tensor

from lenslet.data import Skipped, decode
from lenslet.data.joined import Joined
from lenslet.image import Preprocess
from lenslet.image.resizing import letterboxed
from lenslet.results import Points
from lenslet.tasks.landmark.things import Thing
from lenslet.tasks.landmark.views import WHOLE, View, cut_all, framed


@dataclass(frozen=True)
class Seen:
    """Things as the net sees them, one view of each after the other; with two looks, then the second ones.

    Args:
        pixels: to be indexed with an array of rows.
        rows: of each view; -1 where its picture cannot be read.
        keys: of the content of each thing's picture, one a thing.
        truth: x y in pixels of the net's input, and 1 where that is known, of each view.
        skipped: pictures that cannot be read.
        notes: sentences.
    """

    pixels: UInt8[np.ndarray, "n h w c"] | Joined
    rows: Int[np.ndarray, " v"]
    keys: UInt64[np.ndarray, " t"]
    truth: Float[Tensor, "v k 3"]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]


def see(
    things: Sequence[Thing], view: View, shape: Preprocess, progress: Callable[[int, int], None] | None = None
) -> Seen:
    """Decode every thing as the net is to see it.

    Raises:
        DataError: more than half of the pictures cannot be read.
    """
    paths, boxes = [thing.path for thing in things], [thing.box for thing in things]
    sizes = [thing.truth.size or (1, 1) for thing in things]
    if view.view != WHOLE:
        cuts = cut_all(paths, boxes, shape, view.margin, progress=progress)
        frames = [framed(size, box, shape.size, view.margin) for size, box in zip(sizes, boxes, strict=True)]
        truth = [_table(t.truth, f.away(t.truth.places)) for t, f in zip(things, frames, strict=True)]
        return Seen(cuts.pixels, np.array(cuts.rows), cuts.keys, _stack(truth), cuts.skipped, ())
    pictures = decode(paths, shape, progress=progress)
    rows = np.array(pictures.rows)
    keys = np.zeros(len(rows), np.uint64)
    keys[rows >= 0] = pictures.keys[rows[rows >= 0]]
    truth = [
        _table(t.truth, letterboxed(s, shape.size).away(t.truth.places)) for t, s in zip(things, sizes, strict=True)
    ]
    if view.looks == 1:
        return Seen(pictures.pixels, rows, keys, _stack(truth), pictures.skipped, pictures.notes)
    second = cut_all(paths, boxes, shape, view.margin)
    frames = [framed(size, box, shape.size, view.margin) for size, box in zip(sizes, boxes, strict=True)]
    truth += [_table(t.truth, f.away(t.truth.places)) for t, f in zip(things, frames, strict=True)]
    behind = np.array(second.rows)
    behind = np.where(behind < 0, -1, behind + len(pictures.pixels))
    both = Joined(pictures.pixels, second.pixels)
    return Seen(both, np.concatenate([rows, behind]), keys, _stack(truth), pictures.skipped, pictures.notes)


def _table(points: Points, places: Float[np.ndarray, "k 2"]) -> Float[np.ndarray, "k 3"]:
    known = points.known
    return np.concatenate([np.where(known[:, None], places, 0.0), known[:, None].astype(float)], 1)


def _stack(tables: Sequence[Float[np.ndarray, "k 3"]]) -> Float[Tensor, "v k 3"]:
    return torch.from_numpy(np.stack(tables).astype(np.float32))
