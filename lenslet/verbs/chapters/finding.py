"""How things are found, one idea a figure: grid, overlap, from many boxes to few (course 3.4 to 3.6, 3.8)."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from jaxtyping import Float, UInt8

from lenslet import draw
from lenslet.boxes import clip, iou
from lenslet.data.scenes import Scene, Scenes
from lenslet.report import Block, Figure, Pictures, Section, Table
from lenslet.results import Detections
from lenslet.tasks.detect.anchors import Anchors
from lenslet.tasks.detect.decode import OVERLAP, found
from lenslet.tasks.detect.detector import Detector
from lenslet.verbs.chapters.anchors import anchors
from lenslet.verbs.chapters.looked import Looked, looked_at

_STRIDE = 16  # of the grid that is shown
_POOR = 0.35  # IoU, about, of a box that fits badly
_FAINT = 0.01  # the lowest score of a box that is drawn


def steps(model: Detector, scenes: Scenes, crowded: Iterable[Detections]) -> tuple[Section, ...]:
    """The sections, on the scene with the most digits that are all found.

    Args:
        model: that found them.
        scenes: which it learned from, and was measured on.
        crowded: further scenes, in which things lie on each other.
    """
    assert isinstance(model.head, Anchors)
    looked = looked_at(model, _telling(model, scenes.test or scenes.measured))
    sections = [
        Section("Step by step · every cell looks for itself", grid(looked)),
        Section("Step by step · how well a box fits", fit(looked)),
        Section("Step by step · shapes to begin with", anchors(model.head, scenes, looked, crowded)),
        Section("Step by step · from many boxes to few", fewer(model, looked)),
    ]
    return tuple(section for section in sections if section.blocks)


def grid(looked: Looked) -> tuple[Block, ...]:
    """Which cells own the digits of a scene."""
    truth, factor = looked.scene.truth, looked.factor
    centres = (truth.boxes[:, :2] + truth.boxes[:, 2:]) / 2
    owned = (centres // _STRIDE).astype(np.int64)[:, ::-1]
    kinds = truth.labels.tolist()
    shown = draw.cells(looked.large, _STRIDE * factor, owned, kinds=kinds)
    shown = draw.boxes(shown, truth.boxes * factor, list(truth.classes), kinds=kinds)
    shown = draw.points(shown, centres * factor, kinds=kinds, radius=7)
    high, wide = (side // _STRIDE for side in looked.picture.shape[:2])
    return (
        "The net lays grids over the picture and looks at all cells at once, in one pass. Each digit belongs to the "
        "cell that holds its centre. While the net learns, that cell is to say “here is one”, which digit it is, and "
        "where its box lies; cells that own nothing are to say “nothing”.",
        Figure(
            shown,
            f"The middle one of three grids, {high} × {wide} cells of {_STRIDE} pixels. Dots are the centres of the "
            "digits; the cells that hold them are filled.",
            560,
        ),
    )


def fit(looked: Looked) -> tuple[Block, ...]:
    """IoU of a truth with the box that is nearest to it, and with one that fits badly."""
    truth = torch.tensor(looked.scene.truth.boxes, dtype=torch.float32)
    if not len(truth):
        return ()
    sure = looked.scores.amax(1) >= _FAINT
    every = clip(looked.boxes, *looked.picture.shape[:2])
    said = every[sure] if bool(sure.any()) else every
    which = int(iou(truth, said).amax(1).argmax())
    good = said[int(iou(truth, said)[which].argmax())]
    poor = every[int((iou(truth, every)[which] - _POOR).abs().argmin())]
    shown = tuple(_compared(looked, truth[which].numpy(), box.numpy()) for box in (good, poor))
    name = looked.scene.truth.classes[which]
    return (
        "How good is a box? Divide the area that the answer and the truth have in common by the area that they cover "
        "together: intersection over union, IoU. It is 1 where they are the same, and 0 where they do not meet. By it "
        "answers are judged, shapes are compared, and doubles are dropped; and the net learns where a box should lie "
        "by a close relative of it, CIoU.",
        Pictures(shown, side=400),
        f"Blue is the true box of the {name}, orange one that a cell said, green what they have in common. "
        "An IoU of 0.5 is the usual least for a right answer.",
    )


def fewer(model: Detector, looked: Looked) -> tuple[Block, ...]:
    """All boxes, those above the threshold, and those that non-max suppression leaves."""
    least = min(_FAINT, model.threshold)
    stages = [
        found(looked.boxes, looked.scores, at_least=score, overlap=overlap, most=3000)
        for score, overlap in ((least, 1.0), (model.threshold, 1.0), (model.threshold, OVERLAP))
    ]
    captions = (
        f"{_count(len(stages[0][0]))} with a score of {100 * least:.2g} % or more; the fainter, the less sure",
        f"{_count(len(stages[1][0]))} above the threshold of {100 * model.threshold:.2g} %",
        f"{_count(len(stages[2][0]))} left by non-max suppression",
    )
    shown = [
        draw.faint(looked.large, boxes.numpy() * looked.factor, scores.numpy() ** 0.5, kinds=labels.tolist())
        for boxes, scores, labels in stages[:2]
    ]
    boxes, scores, labels = (part.numpy() for part in stages[2])
    names = [model.labels[label] for label in labels]
    shown.append(draw.boxes(looked.large, boxes * looked.factor, names, scores, kinds=labels.tolist()))
    counts = [np.bincount(stage[2].numpy(), minlength=len(model.labels)) for stage in stages]
    told = counts[1] > 0
    rows = [(name, *(str(count[i]) for count in counts)) for i, name in enumerate(model.labels) if told[i]]
    rows.append(("others", *(str(count[~told].sum()) for count in counts)))
    there = ", ".join(sorted(looked.scene.truth.classes)) or "nothing"
    return (
        f"The net always answers. Its cells and anchors make {len(looked.boxes):,} boxes of every picture, each with a "
        "score for each of the ten digits, whatever there is to see. First go those that it does not believe itself. "
        "But several cells and anchors near a digit find the same one. So, of each digit by itself, the best box "
        f"stays, and those whose IoU with it is above {OVERLAP} go; then the best of what is left, and so on: non-max "
        "suppression. A box of one digit never drops one of another.",
        Pictures(tuple(zip(shown, captions, strict=True)), side=290),
        Table(
            ("digit", f"boxes from {100 * least:.2g} % on", "above the threshold", "left"),
            tuple(rows),
            f"In the scene: {there}.",
        ),
    )


def _telling(model: Detector, scenes: Sequence[Scene]) -> Scene:
    """The scene with the most things where each is found, and nothing else is; the first of the fullest if none is."""

    def worth(scene: Scene) -> tuple[bool, int]:
        answer = model(scene.path)
        right = sorted(answer.classes) == sorted(scene.truth.classes)
        return right, len(scene.truth)

    return max(scenes, key=worth)


def _compared(
    looked: Looked, truth: Float[np.ndarray, " 4"], answer: Float[np.ndarray, " 4"]
) -> tuple[UInt8[np.ndarray, "h w 3"], str]:
    """Both boxes on the part of the picture around them, and the sum."""
    factor = looked.factor
    shown = draw.overlap(looked.large, truth * factor, answer * factor)
    low = np.minimum(truth, answer)[:2].clip(0) * factor
    high = np.maximum(truth, answer)[2:] * factor
    middle, side = (low + high) / 2, float((high - low).max()) * 0.75
    edge = np.array(shown.shape[1::-1])
    left, top = np.clip(middle - side, 0, edge).astype(int)
    right, bottom = np.clip(middle + side, 0, edge).astype(int)
    common = np.clip(np.minimum(truth[2:], answer[2:]) - np.maximum(truth[:2], answer[:2]), 0, None).prod()
    either = (truth[2:] - truth[:2]).prod() + (answer[2:] - answer[:2]).prod() - common
    said = f"{common:.0f} pixels in common / {either:.0f} together = {common / either:.2f}"
    return shown[top:bottom, left:right], said


def _count(boxes: int) -> str:
    return f"{boxes:,} box{'' if boxes == 1 else 'es'}"
