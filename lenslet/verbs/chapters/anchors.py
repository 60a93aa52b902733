"""Anchors, one idea a figure: where they come from, which of them answers, and two things in one cell (course 3.7)."""

from collections.abc import Iterable
from itertools import combinations

import numpy as np
from jaxtyping import Float, Int

from lenslet import draw
from lenslet.data.scenes import Scenes
from lenslet.draw import PALETTE
from lenslet.report import Block, Figure
from lenslet.report.training import figure_png
from lenslet.results import Detections
from lenslet.tasks.detect.anchors import Anchors
from lenslet.tasks.detect.shapes import shape_iou
from lenslet.verbs.chapters.looked import Looked, enlarged, factor_of


def anchors(head: Anchors, scenes: Scenes, looked: Looked, crowded: Iterable[Detections]) -> tuple[Block, ...]:
    """The shapes, which of them fit the digits of a scene, and two digits in one cell."""
    boxes = np.concatenate([scene.truth.boxes for scene in scenes.train])
    blocks: list[Block] = [
        "A cell need not guess a box from nothing. Before training, the boxes of all scenes were sorted into "
        f"{len(head.shapes)} groups of like shape, by k-means with 1 − IoU as the distance. The middle of each group "
        "is an anchor. The three grids, of cells of 8, 16 and 32 pixels, have three of them each, and the net says a "
        "box as an anchor that is moved and stretched.",
        Figure(
            _cloud(boxes[:, 2:] - boxes[:, :2], head),
            "Each dot is a digit to learn from, each cross an anchor; a colour is a grid.",
            560,
        ),
    ]
    truth, factor = looked.scene.truth, looked.factor
    best, alike = best_anchors(truth.boxes, head)
    kinds = (best // head.per_cell).tolist()
    shown = draw.filled(looked.large, laid(truth.boxes, head.shapes[best]) * factor, kinds=kinds)
    shown = draw.boxes(shown, truth.boxes * factor, _sizes(head.shapes[best]), kinds=kinds)
    between = f"{alike.min():.2f} to {alike.max():.2f}" if len(alike) else "none"
    blocks += [
        "Of all anchors, the one most like a digit in shape answers for it: that anchor, in the cell that holds the "
        "centre, of the grid that the anchor belongs to.",
        Figure(
            shown,
            "Lines: the true boxes. Areas: the anchors that answer, with width × height in pixels, in the colours of "
            f"the grids above. Their IoU with the boxes: {between}.",
            560,
        ),
        *_shared(head, crowded),
        "A net can do without: by default Lenslet's cells say how far away the four sides of a box are, and need no "
        "shapes to begin with. Here the net was trained as the course has it, with anchors.",
    ]
    return tuple(blocks)


def best_anchors(
    boxes: Float[np.ndarray, "n 4"], head: Anchors
) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """The anchor most like each box in shape, and its IoU about one centre."""
    alike = shape_iou(boxes[:, 2:] - boxes[:, :2], head.shapes)
    return alike.argmax(1), alike.max(1)


def laid(boxes: Float[np.ndarray, "n 4"], shapes: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 4"]:
    """Boxes of these widths and heights about the centres of those boxes."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.concatenate([centres - shapes / 2, centres + shapes / 2], 1)


def one_cell(scenes: Iterable[Detections], head: Anchors) -> tuple[Detections, int] | None:
    """Two things whose centres lie in one cell, and for which different anchors of that cell answer; and its stride.

    Returns:
        Of all pairs, the two that have least in common, in a scene of just these two; None where there is none.
    """
    kept, least = None, np.inf
    for scene in scenes:
        boxes = scene.boxes
        best, _ = best_anchors(boxes, head)
        strides = np.array(head.strides)[best // head.per_cell]
        cells = (boxes[:, :2] + boxes[:, 2:]) // (2 * strides[:, None])
        for a, b in combinations(range(len(boxes)), 2):
            same = strides[a] == strides[b] and (cells[a] == cells[b]).all() and best[a] != best[b]
            common = np.clip(np.minimum(boxes[a, 2:], boxes[b, 2:]) - np.maximum(boxes[a, :2], boxes[b, :2]), 0, None)
            if same and common.prod() < least:
                kept, least = (scene[[a, b]], int(strides[a])), float(common.prod())
    return kept


def _shared(head: Anchors, scenes: Iterable[Detections]) -> list[Block]:
    """Two things in one cell, each with the anchor that answers for it."""
    chosen = one_cell(scenes, head)
    if chosen is None:
        return []
    truth, stride = chosen
    assert isinstance(truth.picture, np.ndarray)
    factor, kinds = factor_of(truth.picture), truth.labels.tolist()
    best, _ = best_anchors(truth.boxes, head)
    centres = (truth.boxes[:, :2] + truth.boxes[:, 2:]) / 2
    cell = (centres[:1] // stride).astype(np.int64)[:, ::-1]
    shown = draw.cells(enlarged(truth.picture), stride * factor, cell, kinds=[8])
    shown = draw.boxes(shown, laid(truth.boxes, head.shapes[best]) * factor, _sizes(head.shapes[best]), kinds=kinds)
    shown = draw.points(shown, centres * factor, kinds=kinds, radius=7)
    return [
        "This is what several anchors are for. Where the centres of two things lie in one cell, that cell can say "
        "both, because another anchor answers for each. It is rare among things that do not cover each other, so this "
        "scene was put together for it.",
        Figure(
            shown,
            f"A {' and a '.join(truth.classes)}: both centres lie in one cell of {stride} pixels, the filled one. "
            "Boxes are the anchors that answer.",
            560,
        ),
    ]


def _sizes(shapes: Float[np.ndarray, "n 2"]) -> list[str]:
    return [f"{wide:.0f} × {high:.0f}" for wide, high in shapes.tolist()]


def _cloud(sizes: Float[np.ndarray, "n 2"], head: Anchors) -> bytes:
    """Widths and heights, in the colours of the grid whose anchor is nearest, as a PNG."""
    from matplotlib.figure import Figure as Plot

    figure = Plot(figsize=(5.6, 5.0), layout="constrained")
    axes = figure.subplots()
    own = shape_iou(sizes, head.shapes).argmax(1) // head.per_cell
    for number, stride in enumerate(head.strides):
        colour = "#{:02x}{:02x}{:02x}".format(*PALETTE[number])
        here, first = sizes[own == number], number * head.per_cell
        shapes = head.shapes[first : first + head.per_cell]
        axes.scatter(
            here[:, 0], here[:, 1], s=9, alpha=0.45, color=colour, linewidths=0, label=f"cells of {stride} pixels"
        )
        axes.scatter(shapes[:, 0], shapes[:, 1], s=130, marker="P", color=colour, edgecolors="white", zorder=3)
    axes.set(xlabel="width, pixels", ylabel="height, pixels", xlim=(0, None), ylim=(0, None), aspect="equal")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right", markerscale=3)
    return figure_png(figure)
