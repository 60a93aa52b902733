"""A picture of any size -> the net's input, inside the graph: the rules of `lenslet.image`, in ONNX's words.

Pillow shrinks with a filter as wide as the shrinking, in whole numbers, and so does ONNX Runtime's Resize with
`antialias` and `exclude_outside`: of the values of a photograph one in a thousand is off by 1 of 255, none by more
(docs/decisions/0022). All that decides a size is counted in float64 and rounded to the even number, as Python does.
"""

from dataclasses import dataclass

import numpy as np

from lenslet.exporting.graph import Graph
from lenslet.image import Preprocess

__all__ = ["KEEP", "PICTURES", "Prepared", "home", "prepare"]

PICTURES, KEEP = "images", "keep"
_LUMA = (19595, 38470, 7471)  # of 65536: ITU-R 601, as Pillow rounds it


@dataclass(frozen=True)
class Prepared:
    """Names of values in the graph: prepared = original x scale + offset, see `lenslet.image.Frame`.

    Args:
        images: (n, c, h, w), normalised.
        original: (height, width) of the pictures, pixels, float64.
        scale: (vertical, horizontal), float64.
        offset: (down, right), pixels, float64.
    """

    images: str
    original: str
    scale: str
    offset: str


def prepare(g: Graph, shape: Preprocess, *, turned: bool = False, resized: bool = True) -> Prepared:
    """Add the input, and what brings it to size.

    Args:
        g: the graph.
        shape: size, rule, channels, mean and standard deviation.
        turned: whether the size lies down for pictures that do, and stands for those that stand.
        resized: whether pictures are brought to that size; if not, they are only normalised.
    """
    images = g.input(PICTURES, np.uint8, ["n", "height", "width", 3])
    seen = _grey(g, images) if shape.channels == 1 else images
    whole = g.add("Slice", g.add("Shape", images), g.whole(1), g.whole(3))
    original = g.add("Cast", whole, to=11)
    size = g.constant(shape.size, np.int64)
    if turned:
        size = _turned(g, whole, size)
    sized = g.add("Cast", size, to=11)
    rule = {"letterbox": _letterbox, "stretch": _stretch, "crop": _crop}[shape.resize] if resized else _as_it_is
    fitted, scale, offset = rule(g, shape, seen, original, size, sized)
    # channels first before the rest: along rows of three numbers, arithmetic is many times as slow
    values = g.add("Cast", g.add("Transpose", fitted, perm=[0, 3, 1, 2]), to=1)
    mean, std = (np.array(v, np.float32)[:, None, None] for v in (shape.mean, shape.std))
    values = g.add("Sub", g.add("Mul", values, g.constant(1 / (255 * std), np.float32)), g.constant(mean / std))
    return Prepared(values, original, scale, offset)


def home(g: Graph, points: str, way: Prepared) -> str:
    """Points x y of the net's input -> of the original, pixels, moved onto it where they lie outside; float64."""
    swap = g.whole(1, 0)
    scale, offset, most = (g.add("Gather", value, swap) for value in (way.scale, way.offset, way.original))
    moved = g.add("Div", g.add("Sub", g.add("Cast", points, to=11), offset), scale)
    return str(g.add("Min", g.add("Max", moved, g.constant(0.0, np.float64)), most))


def _letterbox(g: Graph, shape: Preprocess, seen: str, original: str, size: str, sized: str) -> tuple[str, str, str]:
    ratio = g.add("ReduceMin", g.add("Div", sized, original), keepdims=0)
    inner = _near(g, g.add("Mul", original, ratio), sized)
    count = g.add("Cast", inner, to=7)
    small = _resize(g, seen, count)
    before = g.add("Div", g.add("Sub", size, count), g.whole(2))
    behind = g.add("Sub", g.add("Sub", size, count), before)
    none = g.whole(0)
    pads = g.add("Concat", none, before, none, none, behind, none, axis=0)
    canvas = g.add("Pad", small, pads, g.constant(shape.fill, np.uint8))
    return canvas, g.add("Div", inner, original), g.add("Cast", before, to=11)


def _stretch(g: Graph, shape: Preprocess, seen: str, original: str, size: str, sized: str) -> tuple[str, str, str]:
    del shape
    return _resize(g, seen, size), g.add("Div", sized, original), g.constant((0.0, 0.0), np.float64)


def _as_it_is(g: Graph, shape: Preprocess, seen: str, original: str, size: str, sized: str) -> tuple[str, str, str]:
    del shape, original, size, sized
    return seen, g.constant((1.0, 1.0), np.float64), g.constant((0.0, 0.0), np.float64)


def _crop(g: Graph, shape: Preprocess, seen: str, original: str, size: str, sized: str) -> tuple[str, str, str]:
    keep = g.input(KEEP, np.float64, [], float(shape.keep))
    ratio = g.add("Div", g.add("ReduceMax", g.add("Div", sized, original), keepdims=0), keep)
    kept = _near(g, g.add("Div", sized, ratio), original)
    first = g.add("Floor", g.add("Div", g.add("Sub", original, kept), g.constant(2.0, np.float64)))
    ends = g.add("Cast", g.add("Add", first, kept), to=7)
    cut = g.add("Slice", seen, g.add("Cast", first, to=7), ends, g.whole(1, 2))
    scale = g.add("Div", sized, kept)
    return _resize(g, cut, size), scale, g.add("Neg", g.add("Mul", first, scale))


def _near(g: Graph, length: str, most: str) -> str:
    """The nearest whole numbers, from 1 to `most`."""
    return str(g.add("Min", g.add("Max", g.add("Round", length), g.constant(1.0, np.float64)), most))


def _resize(g: Graph, seen: str, size: str) -> str:
    """As Pillow does it, bilinear."""
    return str(
        g.add(
            "Resize",
            seen,
            "",
            "",
            size,
            axes=[1, 2],
            mode="linear",
            antialias=1,
            exclude_outside=1,
            coordinate_transformation_mode="half_pixel",
        )
    )


def _turned(g: Graph, whole: str, size: str) -> str:
    """The size, turned where the picture stands and it lies, or the other way round."""
    sides = [g.add("Sub", *(g.add("Gather", value, g.whole(i)) for i in (0, 1))) for value in (whole, size)]
    other = g.add("Less", g.add("Mul", *sides), g.whole(0))
    return str(g.add("Where", other, g.add("Gather", size, g.whole(1, 0)), size))


def _grey(g: Graph, images: str) -> str:
    """ITU-R 601 luma, rounded as Pillow rounds it."""
    weighed = g.add("Mul", g.add("Cast", images, to=6), g.constant(_LUMA, np.int32))
    total = g.add("ReduceSum", weighed, g.whole(3), keepdims=1)
    half = g.add("Add", total, g.constant(32768, np.int32))
    return str(g.add("Cast", g.add("Div", half, g.constant(65536, np.int32)), to=2))
