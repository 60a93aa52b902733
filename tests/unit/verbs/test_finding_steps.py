"""The steps of the demo's detection chapter tell what the code does."""

import numpy as np
import torch

from lenslet.results import Detections
from lenslet.tasks.detect.anchors import Anchors
from lenslet.tasks.detect.cells import cells
from lenslet.verbs.chapters.anchors import best_anchors, laid, one_cell

SHAPES = [[10, 16], [12, 20], [14, 24], [20, 30], [24, 36], [20, 40], [40, 50], [30, 60], [60, 40]]
HEAD = Anchors(3, SHAPES)
NAMES = ("a", "b", "c")


def _scene(boxes: list[list[int]]) -> Detections:
    return Detections.truth(np.array(boxes, float), np.arange(len(boxes)), NAMES, size=(128, 128))


def test_the_anchor_shown_for_a_thing_is_the_one_that_the_head_gives_it_first() -> None:
    boxes = laid(np.array([[40.0, 40, 44, 44], [80, 90, 84, 94], [10, 20, 14, 24]]), np.array(SHAPES, float)[[1, 4, 8]])
    best, alike = best_anchors(boxes, HEAD)
    assert best.tolist() == [1, 4, 8]
    assert np.allclose(alike, 1)


def test_two_things_in_one_cell_both_have_an_owner_there() -> None:
    apart = _scene([[0, 0, 40, 50], [80, 70, 120, 120]])
    centres = np.array([[36.0, 40, 36, 40], [60, 60, 60, 60], [100, 100, 100, 100]])
    together = _scene(laid(centres, np.array(SHAPES, float)[[6, 7, 0]]).tolist())
    found = one_cell([apart, together], HEAD)
    assert found is not None
    pair, stride = found
    assert (pair.classes, stride) == (("a", "b"), 32)
    maps = tuple(torch.zeros(1, 1, 128 // s, 128 // s) for s in HEAD.strides)
    grid = cells(maps, HEAD.strides)
    every = type(grid)(grid.centres.repeat_interleave(3, 0), grid.strides.repeat_interleave(3))
    owners = HEAD.owners(every, torch.tensor(pair.boxes)[None].float(), torch.tensor(pair.labels)[None])
    cell = {(int(place) // 3, int(truth)) for place, truth in zip(owners.place, owners.truth, strict=True)}
    here = {(place, truth) for place, truth in cell if grid.strides[place] == 32}
    assert {truth for _, truth in here} == {0, 1}
    assert len({place for place, _ in here}) == 1


def test_without_two_things_in_one_cell_there_is_nothing_to_show() -> None:
    assert one_cell([_scene([[0, 0, 40, 50]]), _scene([[0, 0, 40, 50], [80, 70, 120, 120]])], HEAD) is None
