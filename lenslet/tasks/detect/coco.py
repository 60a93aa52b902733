"""The numbers that people compare, by the tool they compare with: COCO's, in faster-coco-eval. Imports no torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from lenslet.results import Detections
from lenslet.tasks.detect.matching import crowds, spared

SIZES = ("small", "medium", "large")


@dataclass(frozen=True)
class Coco:
    """What COCO's tool found; NaN where there is nothing to be found.

    Args:
        precision: at each IoU, recall and class, of all things, then of small, medium and large ones.
        recall: with at most 100 answers a class and picture.
    """

    precision: Float[np.ndarray, "10 101 k 4"]
    recall: Float[np.ndarray, "10 k 4"]

    @property
    def of_class(self) -> Float[np.ndarray, "10 k"]:
        """Average precision at each IoU."""
        made: np.ndarray = self.precision[..., 0].mean(1)
        return made

    def mean(self, iou: int | slice = slice(None), size: int = 0) -> float:
        """Average precision over classes (and overlaps); NaN where no class has a thing of that size."""
        return mean(self.precision[iou, ..., size])


def measure(predicted: Sequence[Detections], truth: Sequence[Detections]) -> Coco:
    """Hand boxes to the tool, and take its arrays."""
    from faster_coco_eval import COCO, COCOeval_faster
    from faster_coco_eval.core import mask

    class Tool(COCOeval_faster):  # type: ignore[misc]
        """COCO's tool, that also knows what Pascal VOC calls difficult.

        Such a thing is left out as a crowd is, and any number of answers may fall on it; but an answer has to overlap
        it as any other thing. The tool itself knows crowds only, and drops a flag of ours.
        """

        def computeIoU(self, imgId: Any, catId: Any) -> Any:  # noqa: N802
            there, said = (
                data.get_instances([imgId], [catId], True)[0][0] for data in (self.gt_dataset, self.dt_dataset)
            )
            if not there or not said:
                return []
            order = np.argsort([-one["score"] for one in said], kind="mergesort")[: self.params.maxDets[-1]]
            return mask.iou(
                [said[i]["bbox"] for i in order], [one["bbox"] for one in there], [one["many"] for one in there]
            )

    names = truth[0].names
    shared = {
        "images": [{"id": number + 1} for number in range(len(truth))],
        "categories": [{"id": label + 1, "name": name} for label, name in enumerate(names)],
    }
    sides = []
    for scenes, known in ((truth, True), (predicted, False)):
        side = COCO()
        side.dataset = shared | {"annotations": _annotations(scenes, known=known)}
        side.createIndex()
        sides.append(side)
    tool = Tool(*sides, iouType="bbox")
    tool.evaluate()
    tool.accumulate()
    last = len(tool.params.maxDets) - 1
    precision, recall = (np.array(tool.eval[name], np.float64) for name in ("precision", "recall"))
    return Coco(*(np.where(values < 0, np.nan, values)[..., last] for values in (precision, recall)))


def mean(values: np.ndarray) -> float:
    """Of those that are numbers; NaN where there is none."""
    there = values[~np.isnan(values)]
    return float(there.mean()) if there.size else float("nan")


def _annotations(scenes: Sequence[Detections], *, known: bool) -> list[dict[str, Any]]:
    """As COCO writes them; numbers start at 1, because the tool takes 0 for none."""
    made: list[dict[str, Any]] = []
    for number, scene in enumerate(scenes):
        sizes = scene.boxes[:, 2:] - scene.boxes[:, :2]
        boxes = np.concatenate([scene.boxes[:, :2], sizes], 1).tolist()
        areas = (scene.area if known else sizes[:, 0] * sizes[:, 1]).tolist()
        free, many = spared(scene).tolist(), crowds(scene).tolist()
        for row, (box, area, label) in enumerate(zip(boxes, areas, scene.labels.tolist(), strict=True)):
            one = {"id": len(made) + 1, "image_id": number + 1, "category_id": label + 1, "bbox": box, "area": area}
            if known:
                one |= {"iscrowd": int(free[row]), "many": int(many[row])}
            else:
                one |= {"score": float(scene.scores[row]), "iscrowd": 0}
            made.append(one)
    return made
