"""Numbers of a detector against COCO's tool as it is, on random boxes; and what is written out here against that."""

import numpy as np
import pytest
from faster_coco_eval import COCO, COCOeval_faster

from lenslet.results import Detections
from lenslet.tasks.detect.coco import measure
from lenslet.tasks.detect.matching import match, precisions, resampled
from lenslet.tasks.detect.metrics import evaluate

Scenes = list[Detections]


def scenes(
    seed: int, *, pictures: int = 12, classes: int = 3, most: int = 25, coarse: bool = False
) -> tuple[Scenes, Scenes]:
    """Answers and truth: jittered, doubled, called something else, from nowhere; crowds, and areas of their own."""
    dice = np.random.default_rng(seed)
    names = tuple("abcdefgh"[:classes])
    predicted, truth = [], []
    for picture in range(pictures):
        count = int(dice.integers(0, most))
        corner, size = dice.random((count, 2)) * 200, 5 + dice.random((count, 2)) ** 2 * 150
        labels = dice.integers(0, classes, count)
        boxes, crowd = np.concatenate([corner, corner + size], 1), dice.random(count) < 0.1
        areas = size.prod(1) * dice.random(count) if picture % 2 else None
        truth.append(Detections.truth(boxes, labels, names, crowd=crowd, areas=areas))
        rows = np.repeat(np.arange(count), dice.integers(0, 4, count))
        said = boxes[rows] + dice.normal(0, 0.1, (len(rows), 4)) * np.tile(size[rows], 2)
        called = np.where(dice.random(len(rows)) < 0.85, labels[rows], dice.integers(0, classes, len(rows)))
        wild = dice.random((int(dice.integers(0, 8)), 2)) * 200
        said = np.concatenate([said, np.concatenate([wild, wild + 30], 1)])
        said[:, 2:] = np.maximum(said[:, 2:], said[:, :2] + 1)
        called = np.concatenate([called, dice.integers(0, classes, len(wild))])
        scores = dice.random(len(said))
        predicted.append(Detections(said, np.round(scores, 1) if coarse else scores, called, names))
    return predicted, truth


def told_by_the_tool(predicted: Scenes, truth: Scenes) -> np.ndarray:
    """Its twelve numbers, by the shortest way."""
    names = truth[0].names
    common = {
        "images": [{"id": i} for i in range(len(truth))],
        "categories": [{"id": k, "name": name} for k, name in enumerate(names)],
    }
    sides = []
    for scenes_ in (truth, predicted):
        side = COCO()
        annotations = []
        for i, scene in enumerate(scenes_):
            for row, (x1, y1, x2, y2) in enumerate(scene.boxes.tolist()):
                box = [x1, y1, x2 - x1, y2 - y1]
                one = {"id": len(annotations) + 1, "image_id": i, "category_id": int(scene.labels[row]), "bbox": box}
                if scenes_ is truth:
                    one |= {"iscrowd": int(scene.crowd[row]), "area": float(scene.area[row])}
                else:
                    one |= {"score": float(scene.scores[row]), "area": box[2] * box[3]}
                annotations.append(one)
        side.dataset = common | {"annotations": annotations}
        side.createIndex()
        sides.append(side)
    tool = COCOeval_faster(*sides, iouType="bbox")
    tool.run()
    return np.asarray(tool.stats)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("coarse", [False, True], ids=["", "equal scores"])
def test_the_numbers_are_those_of_the_tool(seed: int, coarse: bool) -> None:
    predicted, truth = scenes(seed, coarse=coarse)
    found = evaluate(predicted, truth, resamples=2)
    theirs = told_by_the_tool(predicted, truth)
    for name, place in {"map": 0, "map50": 1, "map_small": 3, "map_medium": 4, "map_large": 5, "ar100": 8}.items():
        assert found[name] == pytest.approx(theirs[place], abs=1e-9), name


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("coarse", [False, True], ids=["", "equal scores"])
def test_the_rule_written_out_here_is_that_of_the_tool(seed: int, coarse: bool) -> None:
    predicted, truth = scenes(seed, coarse=coarse)
    ours = precisions(match(predicted, truth), np.ones((1, len(truth))))[0]
    np.testing.assert_allclose(ours, measure(predicted, truth).of_class, rtol=0, atol=1e-9)


def test_more_answers_than_count_are_cut_as_the_tool_does() -> None:
    predicted, truth = scenes(5, pictures=3, classes=1, most=400)
    assert max(map(len, predicted)) > 200
    ours = precisions(match(predicted, truth), np.ones((1, 3)))[0]
    np.testing.assert_allclose(ours, measure(predicted, truth).of_class, rtol=0, atol=1e-9)
    assert evaluate(predicted, truth)["map"] == pytest.approx(told_by_the_tool(predicted, truth)[0], abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_a_weight_of_two_is_the_picture_twice(seed: int) -> None:
    predicted, truth = scenes(seed)
    weights = resampled(len(truth), 3, seed=seed)
    ours = precisions(match(predicted, truth), weights)
    for often, row in zip(weights, ours, strict=True):
        drawn = np.repeat(np.arange(len(truth)), often)
        theirs = measure([predicted[i] for i in drawn], [truth[i] for i in drawn]).of_class
        np.testing.assert_allclose(row, theirs, rtol=0, atol=1e-9)
