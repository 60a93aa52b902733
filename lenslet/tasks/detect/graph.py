"""A detector as the nodes of an exported file: the net, its boxes, non-max suppression, and the way home."""

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from lenslet.exporting import Answers, Graph, Plan, Prepared, home
from lenslet.nets.fused import fused
from lenslet.tasks.detect.decode import MOST, OVERLAP
from lenslet.tasks.detect.exported import AT_LEAST, ExportedDetector
from lenslet.tasks.detect.head import Head
from lenslet.tasks.detect.rows import agreement, aligned, split

if TYPE_CHECKING:
    from lenslet.tasks.detect.detector import Detector

__all__ = ["plan"]


class _Decoded(nn.Module):
    def __init__(self, net: nn.Module, head: Head):
        super().__init__()
        self.net, self.head = fused(net), head

    def forward(self, images: Float[Tensor, "n c h w"]) -> tuple[Tensor, Tensor]:
        return self.head.decode(self.net(images))


def plan(model: "Detector") -> Plan:
    """Outputs, a row a thing: `boxes`, corners in pixels of the picture; `scores`; `classes`; and `picture`, which of
    the batch it is on. The picture's best come first."""

    def finish(g: Graph, tensors: list[str], way: Prepared) -> None:
        boxes, scores = tensors
        at_least = g.input(AT_LEAST, np.float32, [], model.threshold)
        _suppressed(g, boxes, scores, at_least, way)

    def answers(picture: UInt8[np.ndarray, "h w 3"]) -> Answers:
        (found,) = model.detect([picture])
        return {"boxes": found.boxes, "scores": found.scores, "classes": found.labels}

    least = model.threshold
    return Plan(
        model, model.card, _Decoded(model.net, model.head), ("boxes", "scores"), finish, answers, ExportedDetector,
        tolerance={"boxes": (1e-3, 0.03), "scores": (1e-3, 0.05)}, fingerprint=model.fingerprint, agreement=agreement,
        places=frozenset({"boxes"}), split=split, aligned=lambda a, b: aligned(a, b, least), turned=True,
    )  # fmt: skip


def _suppressed(g: Graph, boxes: str, scores: str, at_least: str, way: Prepared) -> None:
    """As `decode.found` does it, for a whole batch: class by class, then the picture's best; and home.

    Args:
        g: the graph.
        boxes: (n, p, 4), corners in pixels of the net's input.
        scores: (n, p, classes).
        at_least: lowest score; ONNX asks for more than it, so it is given the next smaller number.
        way: home.
    """
    below = g.add("Mul", at_least, g.constant(1 - 2**-24, np.float32))
    by_class = g.add("Transpose", scores, perm=[0, 2, 1])
    chosen = g.add(
        "NonMaxSuppression", boxes, by_class, g.constant([MOST], np.int64), g.constant([OVERLAP], np.float32),
        g.add("Reshape", below, g.whole(1)),
    )  # fmt: skip
    score = g.add("GatherND", by_class, chosen)
    order = _best_first(g, chosen, score)
    chosen, score = g.add("Gather", chosen, order), g.add("Gather", score, order)
    picture, kind = (g.add("Gather", chosen, g.constant(column, np.int64), axis=1) for column in (0, 1))
    corners = g.add("GatherND", boxes, g.add("Gather", chosen, g.whole(0, 2), axis=1))
    flat = g.add("Reshape", home(g, g.add("Reshape", corners, g.whole(-1, 2, 2)), way), g.whole(-1, 4))
    low, high = (g.add("Gather", flat, g.whole(*columns), axis=1) for columns in ((0, 1), (2, 3)))
    # what lies in the border of a letterbox is nowhere
    sides = g.add("ReduceMin", g.add("Sub", high, low), g.whole(1), keepdims=0)
    real = g.add("Greater", sides, g.constant(0.0, np.float64))
    kept = g.add("And", real, g.add("Less", _place(g, picture, boxes), g.constant(MOST, np.int64)))
    rows: tuple[tuple[str, str, Any, tuple[str | int, ...]], ...] = (
        (g.add("Cast", flat, to=1), "boxes", np.float32, ("things", 4)),
        (score, "scores", np.float32, ("things",)),
        (kind, "classes", np.int64, ("things",)),
        (picture, "picture", np.int64, ("things",)),
    )
    for value, name, kind_of, shape in rows:
        g.output(g.add("Compress", value, kept, axis=0), name, kind_of, shape)


def _best_first(g: Graph, chosen: str, score: str) -> str:
    """Picture by picture, the highest scores first: in float64, a score less twice its picture's number says both."""
    picture = g.add("Cast", g.add("Gather", chosen, g.constant(0, np.int64), axis=1), to=11)
    key = g.add("Sub", g.add("Cast", score, to=11), g.add("Mul", picture, g.constant(2.0, np.float64)))
    _, order = g.add("TopK", key, g.add("Shape", key), count=2, axis=0, largest=1, sorted=1)
    return str(order)


def _place(g: Graph, picture: str, boxes: str) -> str:
    """Of each row its place among those of its picture, from 0; the rows are in the order of their pictures."""
    zero, one = g.constant(0, np.int64), g.constant(1, np.int64)
    batch = g.add("Gather", g.add("Shape", boxes), zero)
    numbers = g.add("Range", zero, batch, one)
    own = g.add("Equal", g.add("Unsqueeze", picture, g.whole(1)), numbers)
    counts = g.add("ReduceSum", g.add("Cast", own, to=7), g.whole(0), keepdims=0)
    starts = g.add("CumSum", counts, zero, exclusive=1)
    total = g.add("Gather", g.add("Shape", picture), zero)
    return str(g.add("Sub", g.add("Range", zero, total, one), g.add("Gather", starts, picture)))
