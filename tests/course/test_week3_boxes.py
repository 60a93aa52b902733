"""Course, week 3: intersection over union (3.5) and non-max suppression (3.6), with the course's own numbers."""

import pytest
import torch
from torch import tensor

from lenslet.boxes import iou, nms, paired_iou


def test_3_5_the_boxes_2_1_4_3_and_1_2_3_4_overlap_one_seventh():
    one, two = tensor([[2.0, 1, 4, 3]]), tensor([[1.0, 2, 3, 4]])
    assert iou(one, two).item() == pytest.approx(1 / 7)
    assert iou(two, one).item() == pytest.approx(1 / 7)


def test_3_5_it_is_1_for_the_same_box_and_0_for_boxes_that_do_not_meet_or_only_touch():
    box = tensor([2.0, 1, 4, 3])
    others = tensor([[2.0, 1, 4, 3], [5.0, 5, 6, 6], [4.0, 1, 6, 3], [4.0, 3, 5, 5]])
    assert paired_iou(box, others).tolist() == [1, 0, 0, 0]


def test_3_6_of_two_cars_seen_five_times_two_boxes_stay():
    # The course's picture: the left car seen with 0.8 and 0.7, the right with 0.6, 0.9, 0.7
    boxes = tensor([[10.0, 50, 60, 80], [14, 52, 66, 83], [98, 48, 150, 84], [100, 50, 150, 82], [104, 50, 158, 80]])
    scores = tensor([0.8, 0.7, 0.6, 0.9, 0.7])
    assert nms(boxes, scores, overlap=0.5).tolist() == [3, 0]


def test_3_6_boxes_of_a_low_probability_are_discarded_first():
    boxes = tensor([[0.0, 0, 10, 10], [50.0, 50, 60, 60]])
    assert nms(boxes, tensor([0.9, 0.6]), at_least=0.6).tolist() == [0, 1]
    assert nms(boxes, tensor([0.9, 0.59]), at_least=0.6).tolist() == [0]


def test_3_6_each_class_is_suppressed_on_its_own():
    # A pedestrian before a car: nearly the same box, two objects
    boxes = tensor([[0.0, 0, 10, 10], [0.0, 0, 10, 11], [0.0, 0, 10, 10.5]])
    scores, labels = tensor([0.9, 0.8, 0.7]), tensor([0, 1, 1])
    assert nms(boxes, scores, labels).tolist() == [0, 1]
    assert nms(boxes, scores).tolist() == [0]


def test_3_6_what_only_a_dropped_box_overlaps_stays():
    # A chain: 0 drops 1, and 1, being gone, cannot drop 2
    boxes = tensor([[0.0, 0, 10, 10], [4.0, 0, 14, 10], [8.0, 0, 18, 10]])
    assert nms(boxes, tensor([0.9, 0.8, 0.7]), overlap=0.4).tolist() == [0, 2]
    assert torch.equal(iou(boxes, boxes) > 0.4, tensor([[1, 1, 0], [1, 1, 1], [0, 1, 1]]).bool())
