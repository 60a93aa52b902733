"""Laws of boxes, their overlap, and their suppression."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from lenslet import boxes as bx
from lenslet.boxes import suppress

sides = st.integers(0, 12)


@st.composite
def some_boxes(draw, least: int = 0, most: int = 14) -> Tensor:
    """Small whole numbers: equal boxes, touching ones and boxes without area come often."""
    rows = draw(st.lists(st.tuples(sides, sides, sides, sides), min_size=least, max_size=most))
    x1, y1, w, h = torch.tensor(rows, dtype=torch.float32).reshape(-1, 4).unbind(-1)
    return torch.stack([x1, y1, x1 + w, y1 + h], -1)


@st.composite
def seen(draw, classes: int = 3) -> tuple[Tensor, Tensor, Tensor]:
    boxes = draw(some_boxes())
    scores = draw(st.lists(st.integers(0, 5), min_size=len(boxes), max_size=len(boxes)))
    labels = draw(st.lists(st.integers(0, classes - 1), min_size=len(boxes), max_size=len(boxes)))
    return boxes, torch.tensor(scores, dtype=torch.float32) / 5, torch.tensor(labels, dtype=torch.long)


def greedy(boxes: Tensor, scores: Tensor, labels: Tensor, overlap: float) -> list[int]:
    """The rule as it is told, box by box."""
    order = sorted(range(len(boxes)), key=lambda i: -scores[i])
    kept: list[int] = []
    for i in order:
        if all(labels[i] != labels[j] or not bx.paired_iou(boxes[i], boxes[j]) > overlap for j in kept):
            kept.append(i)
    return kept


@settings(deadline=None)
@given(some_boxes())
def test_every_form_comes_back(boxes):
    assert torch.equal(bx.cxcywh_to_xyxy(bx.xyxy_to_cxcywh(boxes)), boxes)
    assert torch.equal(bx.xywh_to_xyxy(bx.xyxy_to_xywh(boxes)), boxes)
    assert torch.equal(bx.area(boxes), bx.xyxy_to_xywh(boxes)[:, 2:].prod(-1))


@settings(deadline=None)
@given(some_boxes(), st.integers(1, 12), st.integers(1, 12))
def test_a_clipped_box_lies_inside_and_is_clipped_once_for_all(boxes, height, width):
    clipped = bx.clip(boxes, height, width)
    assert (clipped >= 0).all()
    assert (clipped[:, [0, 2]] <= width).all()
    assert (clipped[:, [1, 3]] <= height).all()
    assert torch.equal(bx.clip(clipped, height, width), clipped)
    assert (bx.area(clipped) <= bx.area(boxes)).all()


@settings(deadline=None)
@given(some_boxes(), some_boxes())
def test_iou_is_symmetric_and_from_0_to_1(boxes, others):
    found = bx.iou(boxes, others)
    assert torch.equal(found, bx.iou(others, boxes).T)
    assert ((found >= 0) & (found <= 1)).all()


@settings(deadline=None)
@given(some_boxes(), st.integers(-9, 9), st.integers(1, 5))
def test_iou_is_blind_to_shift_and_scale(boxes, shift, scale):
    torch.testing.assert_close(bx.iou(scale * boxes + shift, scale * boxes + shift), bx.iou(boxes, boxes))


@settings(deadline=None)
@given(some_boxes())
def test_a_box_overlaps_itself_wholly_unless_it_has_no_area(boxes):
    assert torch.equal(bx.paired_iou(boxes, boxes), (bx.area(boxes) > 0).float())


@pytest.mark.parametrize("measure", [bx.giou, bx.diou, bx.ciou])
@settings(deadline=None)
@given(boxes=some_boxes(), others=some_boxes())
def test_the_other_measures_are_symmetric_never_above_iou_and_never_nan(measure, boxes, others):
    found, plain = measure(boxes[:, None], others[None]), bx.iou(boxes, others)
    torch.testing.assert_close(found, measure(others[:, None], boxes[None]).T)
    assert (found <= plain + 1e-6).all()
    assert (found >= (-2 if measure is bx.ciou else -1) - 1e-6).all()


@pytest.mark.parametrize("measure", [bx.paired_iou, bx.giou, bx.diou, bx.ciou])
@settings(deadline=None)
@given(boxes=some_boxes(1), others=some_boxes(1))
def test_every_measure_has_a_finite_slope(measure, boxes, others):
    moved = boxes[:, None].expand(-1, len(others), 4).clone().requires_grad_()
    measure(moved, others[None]).sum().backward()
    assert moved.grad.isfinite().all()


@settings(deadline=None)
@given(seen(), st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 1.0]), st.sampled_from([1, 2, 3, 256]))
def test_nms_is_the_greedy_rule_whatever_the_block(found, overlap, block):
    boxes, scores, labels = found
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suppress, "_BLOCK", block)
        assert bx.nms(boxes, scores, labels, overlap=overlap).tolist() == greedy(boxes, scores, labels, overlap)
        alike = torch.zeros_like(labels)
        assert bx.nms(boxes, scores, overlap=overlap).tolist() == greedy(boxes, scores, alike, overlap)


@settings(deadline=None)
@given(seen(), st.floats(0.1, 0.9))
def test_nms_twice_is_nms_once(found, overlap):
    boxes, scores, labels = found
    kept = bx.nms(boxes, scores, labels, overlap=overlap)
    again = bx.nms(boxes[kept], scores[kept], labels[kept], overlap=overlap)
    assert torch.equal(again, torch.arange(len(kept)))


@settings(deadline=None)
@given(seen(), st.randoms(use_true_random=False))
def test_nms_keeps_the_same_boxes_in_whatever_order_they_come(found, dice):
    boxes, _, labels = found
    scores = torch.tensor(dice.sample(range(100), len(boxes)), dtype=torch.float32)  # no ties
    order = torch.tensor(dice.sample(range(len(boxes)), len(boxes)), dtype=torch.long)
    kept = bx.nms(boxes, scores, labels)
    assert order[bx.nms(boxes[order], scores[order], labels[order])].tolist() == kept.tolist()


@settings(deadline=None)
@given(seen())
def test_soft_nms_keeps_a_best_first_subset_with_scores_that_never_grew(found):
    boxes, scores, labels = found
    kept, new = bx.soft_nms(boxes, scores, labels, at_least=0.05)
    assert len(set(kept.tolist())) == len(kept)
    assert (new <= scores[kept] + 1e-6).all()
    assert (new[1:] <= new[:-1] + 1e-6).all()
    assert (new >= 0.05).all()


@settings(deadline=None)
@given(seen())
def test_a_merged_box_lies_within_those_it_is_made_of(found):
    boxes, scores, labels = found
    merged, new, kinds = bx.merge(boxes, scores, labels)
    assert set(kinds.tolist()) == set(labels[scores > 0].tolist())
    assert len(merged) <= int((scores > 0).sum())
    for box, score, kind in zip(merged, new, kinds, strict=True):
        own = (labels == kind) & (scores > 0)
        assert (box >= boxes[own].amin(0) - 1e-3).all()
        assert (box <= boxes[own].amax(0) + 1e-3).all()
        assert score <= scores[own].max() + 1e-6
