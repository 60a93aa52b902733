"""Course 3.4, 3.7 and 3.8: the grid, anchor boxes, and YOLO whole."""

import numpy as np
import torch

from lenslet.boxes import iou
from lenslet.nets import build
from lenslet.tasks.detect.anchors import Anchors
from lenslet.tasks.detect.assign import centre_cells
from lenslet.tasks.detect.cells import cells
from lenslet.tasks.detect.decode import found
from lenslet.tasks.detect.shapes import anchor_shapes


def test_3_4_the_cell_that_holds_the_centre_owns_the_object():
    grid = cells([torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 1, 1)], (8, 16, 32))
    box = torch.tensor([[[9.0, 17, 15, 21]]])  # its centre is (12, 19): column 1, row 2
    given = centre_cells(grid, box, torch.tensor([[0]]))
    assert given.place.tolist() == [2 * 4 + 1]


def test_3_7_anchors_are_chosen_from_the_data_and_two_objects_in_one_cell_are_both_learned():
    standing, lying = [12.0, 36], [36.0, 12]
    shapes = anchor_shapes(np.array([standing, lying] * 20), 2)
    assert sorted(shapes.tolist()) == [standing, lying]
    head = Anchors(2, [*shapes.tolist(), [50, 50], [60, 60], [70, 70], [80, 80]])
    grid, _ = head._grid(tuple(torch.zeros(1, 14, 64 // s, 64 // s) for s in (8, 16, 32)))
    person, car = [26.0, 14, 38, 50], [14.0, 26, 50, 38]  # one behind the other: both centres are (32, 32)
    given = head.owners(grid, torch.tensor([[person, car]]), torch.tensor([[0, 1]]))
    best = {int(t): int(p) for t, p in zip(given.truth, given.place, strict=True) if p < 2 * 64}
    assert best[0] // 2 == best[1] // 2  # the same cell,
    assert best[0] != best[1]  # by two anchors


def test_3_7_the_numbers_a_cell_says():
    # the course's 3 x 3 x 2 x 8: for each anchor p_c, four numbers of the box, and c_1 to c_3
    net = build("argus_tiny", num_classes=3, box_outputs=5, anchors=2)
    maps = net(torch.zeros(1, 3, 96, 96))
    assert maps[2].shape == (1, 2 * 8, 3, 3)


def test_3_8_yolo_whole_maps_to_boxes_class_by_class():
    said = torch.tensor([[0.0, 0, 10, 10], [1, 0, 11, 10], [0, 0, 10, 10], [20, 20, 30, 30]])
    scores = torch.tensor([[0.9, 0.0], [0.8, 0.0], [0.0, 0.7], [0.1, 0.0]])
    boxes, sure, labels = found(said, scores, at_least=0.3, overlap=0.5)
    assert labels.tolist() == [0, 1]  # the second box says what the first says; the fourth is not sure enough
    assert np.allclose(sure, [0.9, 0.7])
    assert iou(boxes, boxes).diagonal().tolist() == [1, 1]
