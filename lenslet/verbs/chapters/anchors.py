"""Anchors, one idea a figure: where they come from, which of them answers, and two things in one cell (course 3.7)."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from lenslet import draw
from lenslet.data.scenes import Scene, Scenes
from lenslet.draw import PALETTE
from lenslet.image import open_image
from lenslet.report import Block, Figure
from lenslet.report.training import figure_png
from lenslet.tasks.detect.anchors import Anchors
from lenslet.tasks.detect.shapes import shape_iou
from lenslet.verbs.chapters.looked import Looked, enlarged, factor_of


def anchors(head: Anchors, scenes: Scenes, looked: Looked) -> tuple[Block, ...]:
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
    best, how = best_anchors(truth.boxes, head)
    centres = (truth.boxes[:, :2] + truth.boxes[:, 2:]) / 2
    around = np.concatenate([centres - head.shapes[best] / 2, centres + head.shapes[best] / 2], 1)
    shown = draw.faint(looked.large, truth.boxes * factor, np.ones(len(truth)), kinds=[8] * len(truth))
    tags = [f"anchor {one + 1}, IoU {fit:.2f}" for one, fit in zip(best.tolist(), how.tolist(), strict=True)]
    shown = draw.boxes(shown, around * factor, tags, kinds=(best // head.per_cell).tolist())
    blocks += [
        "Of all anchors, the one most like a digit in shape answers for it. Its colour says in which of the grids.",
        Figure(shown, "Grey: the true boxes. In colour: the anchor that answers, laid about the same centre.", 560),
    ]
    return (*blocks, *_shared(head, scenes))


def best_anchors(
    boxes: Float[np.ndarray, "n 4"], head: Anchors
) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """The anchor most like each box in shape, and its IoU about one centre."""
    alike = shape_iou(boxes[:, 2:] - boxes[:, :2], head.shapes)
    return alike.argmax(1), alike.max(1)


def one_cell(scenes: Sequence[Scene], head: Anchors) -> tuple[Scene, tuple[int, int], int] | None:
    """A scene, two things of it, and a stride: their centres lie in one cell of it, and different anchors of it answer.

    Returns:
        Of all there are, that one with the smallest cells; None where there is none.
    """
    kept = None
    for scene in scenes:
        boxes = scene.truth.boxes
        if len(boxes) < 2:
            continue
        best, _ = best_anchors(boxes, head)
        strides = np.array(head.strides)[best // head.per_cell]
        cells = (boxes[:, :2] + boxes[:, 2:]) // (2 * strides[:, None])
        for a in range(len(boxes)):
            for b in range(a):
                same = strides[a] == strides[b] and (cells[a] == cells[b]).all() and best[a] != best[b]
                if same and (kept is None or strides[a] < kept[2]):
                    kept = scene, (b, a), int(strides[a])
    return kept


def _shared(head: Anchors, scenes: Scenes) -> list[Block]:
    """Two things in one cell, each with the anchor that answers for it."""
    chosen = one_cell([scene for part in scenes.named.values() for scene in part], head)
    if chosen is None:
        return []
    scene, pair, stride = chosen
    picture = open_image(scene.path)
    factor = factor_of(picture)
    truth = scene.truth[list(pair)]
    best, _ = best_anchors(truth.boxes, head)
    centres = (truth.boxes[:, :2] + truth.boxes[:, 2:]) / 2
    around = np.concatenate([centres - head.shapes[best] / 2, centres + head.shapes[best] / 2], 1)
    shown = draw.cells(enlarged(picture), stride * factor, (centres[:1] // stride).astype(np.int64)[:, ::-1])
    tags = [f"anchor {one + 1}" for one in best.tolist()]
    shown = draw.boxes(shown, around * factor, tags, kinds=[1, 2])
    shown = draw.points(shown, centres * factor, kinds=[1, 2], radius=7)
    names = " and ".join(truth.classes)
    return [
        "This is what anchors are for: where the centres of two digits lie in one cell, the cell can say both, because "
        "anchors of different shape answer for them.",
        Figure(shown, f"{names}: both centres lie in one cell of {stride} pixels; each has an anchor of its own.", 560),
    ]


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
        axes.scatter(here[:, 0], here[:, 1], s=9, alpha=0.45, color=colour, linewidths=0, label=f"cells of {stride}")
        axes.scatter(shapes[:, 0], shapes[:, 1], s=130, marker="P", color=colour, edgecolors="white", zorder=3)
    axes.set(xlabel="width, pixels", ylabel="height, pixels", xlim=(0, None), ylim=(0, None), aspect="equal")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right")
    return figure_png(figure)
