"""The sheet of top patches: pictures in, the nine patches of every unit and what in them it answers to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn

from lenslet.errors import CallError
from lenslet.image import Preprocess, image_size
from lenslet.nets.features import Activation, Features
from lenslet.results.units import Patch, Unit, UnitLayer
from lenslet.tasks.explain.part import part_of
from lenslet.tasks.explain.patches import Strongest, strongest
from lenslet.tasks.explain.target import tensor_of
from lenslet.tasks.explain.views import GREY, Rule, around_grey, going_back, views

__all__ = ["cut_out", "seen_window", "top_patches"]

_BATCH = 64  # pictures that go through the net together,
_PIXELS = 2**21  # but no more than of so many pixels: the first maps of a net are its largest
_SHOWN = 9  # units of a layer where nobody names some
_GRADIENTS = 32  # pictures that go back through the net together


def top_patches(
    net: nn.Module,
    preprocess: Preprocess,
    pixels: UInt8[np.ndarray, "n h w c"],
    paths: Mapping[int, Path],
    layers: Sequence[Activation],
    *,
    units: Sequence[int] | None = None,
    view: Rule | None = "guided",
    progress: Callable[[float], None] | None = None,
) -> list[UnitLayer]:
    """For units of layers, the nine patches that they answer most to, each cut out at its receptive field.

    Args:
        net: any.
        preprocess: how it wants its pictures.
        pixels: pictures at its size; they may lie in a file, for they are read once and in order.
        paths: file of each picture that counts, by its number in `pixels`.
        layers: in the order in which they are done.
        units: channels of every layer; None: all are watched, and of each layer the nine told of that stand out most.
        view: by which rule to show what in a patch is answered to; None: not at all.
        progress: called with the fraction of the pictures done.

    Raises:
        CallError: a layer has no such unit.
    """
    for layer in layers:
        wrong = [unit for unit in units or () if not 0 <= unit < layer.output[0]]
        if wrong:
            raise CallError(
                f"the layer {layer.name} has the units 0 to {layer.output[0] - 1}, not {wrong[0]}; take one of those"
            )
    features = Features(net, [layer.name for layer in layers])
    feed = _feed(pixels, sorted(paths), preprocess, net, progress)
    kept = strongest(features, feed, {layer.name: units for layer in layers})
    back = None if view is None else going_back(net, view)
    found = []
    for layer in layers:
        best = kept[layer.name]
        told = list(range(len(best.channels))) if units is not None else _outstanding(best)
        looks = None if back is None else _looks(back, preprocess, pixels, layer, best, told)
        chosen = tuple(_unit(preprocess, pixels, paths, layer, best, row, looks) for row in told)
        side = None if layer.stride is None else layer.stride[0]
        found.append(UnitLayer(layer.name, layer.output[0], chosen, best.map, layer.receptive_field, side))
    return found


def _feed(
    pixels: UInt8[np.ndarray, "n h w c"],
    numbers: Sequence[int],
    preprocess: Preprocess,
    net: nn.Module,
    progress: Callable[[float], None] | None,
) -> Iterator[tuple[Sequence[int], Float[Tensor, "b c h w"]]]:
    batch = min(max(_PIXELS // (pixels.shape[1] * pixels.shape[2]), 1), _BATCH)
    for start in range(0, len(numbers), batch):
        some = numbers[start : start + batch]
        yield some, tensor_of(np.asarray(pixels[some]), preprocess, net)
        if progress is not None:
            progress(min(start + batch, len(numbers)) / len(numbers))


def _outstanding(best: Strongest) -> list[int]:
    """Units that stand out most, those first that come first; one that never answers is none of them."""
    alive = (best.values[:, 0] > 0).cpu().numpy()
    order = np.argsort(-np.where(alive, best.stands_out, -np.inf), kind="stable")
    return sorted(int(row) for row in order[:_SHOWN] if alive[row])


def _looks(
    back: nn.Module,
    preprocess: Preprocess,
    pixels: UInt8[np.ndarray, "n h w c"],
    layer: Activation,
    best: Strongest,
    told: Sequence[int],
) -> dict[tuple[int, int], Float[np.ndarray, "c h w"]]:
    """What each answer that is told of comes from, by unit and rank: slopes at all pixels of its picture.

    Only the part of the picture that the answer sees goes through the net.
    """
    features = Features(back, [layer.name])
    places = [(row, rank) for row in told for rank in range(best.rows.shape[1]) if best.rows[row, rank] >= 0]
    size = (pixels.shape[1], pixels.shape[2])
    found: dict[tuple[int, int], np.ndarray] = {}
    for start in range(0, len(places), _GRADIENTS):
        some = places[start : start + _GRADIENTS]
        units = [int(best.channels[row]) for row, _ in some]
        parts = [part_of(layer, (int(best.cells[place][0]), int(best.cells[place][1])), size) for place in some]
        cuts = [
            pixels[int(best.rows[place])][part.top : part.bottom, part.left : part.right]
            for place, part in zip(some, parts, strict=True)
        ]
        seen = tensor_of(np.stack(cuts), preprocess, back)
        slopes = views(features, seen, layer.name, units, [part.cell for part in parts])
        for place, part, slope in zip(some, parts, slopes, strict=True):
            whole = np.zeros((slope.shape[0], *size), np.float32)
            whole[:, part.top : part.bottom, part.left : part.right] = slope
            found[place] = whole
    return found


def _unit(
    preprocess: Preprocess,
    pixels: UInt8[np.ndarray, "n h w c"],
    paths: Mapping[int, Path],
    layer: Activation,
    best: Strongest,
    row: int,
    looks: Mapping[tuple[int, int], Float[np.ndarray, "c h w"]] | None,
) -> Unit:
    patches = []
    for rank in range(best.rows.shape[1]):
        number = int(best.rows[row, rank])
        if number < 0:
            break
        picture = pixels[number]
        size = (picture.shape[0], picture.shape[1])
        window = seen_window(layer, best.cells[row, rank].cpu().numpy(), size)
        frame = preprocess.frame(image_size(paths[number]))
        x1, y1, x2, y2 = frame.home_boxes(np.array(window, np.float64)).tolist()
        shown = cut_out(picture if picture.shape[2] == 3 else picture.repeat(3, 2), window, preprocess.fill)
        look = None
        if looks is not None:
            look = cut_out(around_grey(looks[row, rank]), window, GREY)
        patches.append(Patch(float(best.values[row, rank]), paths[number], (x1, y1, x2, y2), shown, look))
    value = float(best.values[row, 0]) if patches else 0.0
    return Unit(int(best.channels[row]), value, tuple(patches))


def seen_window(layer: Activation, cell: Int[np.ndarray, " 2"], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """x1 y1 x2 y2 in pixels of the net's input of what a cell sees; where that is more than the whole picture along an
    axis, the whole picture."""
    sees = layer.sees(int(cell[0]), int(cell[1])) or (0, 0, size[1], size[0])
    x1, y1, x2, y2 = sees
    if x2 - x1 >= size[1]:
        x1, x2 = 0, size[1]
    if y2 - y1 >= size[0]:
        y1, y2 = 0, size[0]
    return x1, y1, x2, y2


def cut_out(
    picture: UInt8[np.ndarray, "h w 3"], window: tuple[int, int, int, int], fill: int
) -> UInt8[np.ndarray, "H W 3"]:
    """A window of a picture; what lies beyond the border is grey."""
    x1, y1, x2, y2 = window
    tile = np.full((y2 - y1, x2 - x1, 3), fill, np.uint8)
    high, wide = picture.shape[:2]
    top, left, bottom, right = max(y1, 0), max(x1, 0), min(y2, high), min(x2, wide)
    if bottom > top and right > left:
        tile[top - y1 : bottom - y1, left - x1 : right - x1] = picture[top:bottom, left:right]
    return tile
