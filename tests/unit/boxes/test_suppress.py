"""Suppression: what is refused, what is empty, what is large."""

import pytest
import torch

from lenslet.boxes import ciou, giou, merge, nms, soft_nms
from lenslet.boxes.suppress import refuse
from lenslet.errors import CallError, ShapeError


def crowd(count: int, classes: int = 3) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    dice = torch.Generator().manual_seed(0)
    corner = torch.rand(count, 2, generator=dice) * 600
    boxes = torch.cat([corner, corner + 10 + 90 * torch.rand(count, 2, generator=dice)], 1)
    return boxes, torch.rand(count, generator=dice), torch.randint(classes, (count,), generator=dice)


def test_boxes_scores_and_labels_must_go_together():
    boxes, scores, _ = crowd(5)
    with pytest.raises(ShapeError, match=r"5 boxes and scores of shape \(4,\)"):
        refuse(boxes, scores[:4], None, 0.5)
    with pytest.raises(ShapeError, match=r"labels of shape \(6,\)"):
        refuse(boxes, scores, torch.zeros(6), 0.5)
    with pytest.raises(ShapeError, match=r"boxes of shape \(5, 3\)"):
        refuse(boxes[:, :3], scores, None, 0.5)


def test_numbers_out_of_their_range_are_refused():
    boxes, scores, _ = crowd(2)
    with pytest.raises(CallError, match=r"overlap of 1\.5"):
        nms(boxes, scores, overlap=1.5)
    with pytest.raises(CallError, match="sigma is 0"):
        soft_nms(boxes, scores, sigma=0)
    with pytest.raises(CallError, match="0 sources"):
        merge(boxes, scores, sources=0)


def test_no_boxes_give_no_boxes():
    boxes, scores, labels = crowd(0)
    assert nms(boxes, scores).tolist() == nms(boxes, scores, labels).tolist() == []
    assert [len(part) for part in soft_nms(boxes, scores, labels)] == [0, 0]
    assert [len(part) for part in merge(boxes, scores, labels)] == [0, 0, 0]


def test_of_equal_boxes_with_equal_scores_the_first_stays():
    boxes = torch.tensor([[0.0, 0, 5, 5]]).repeat(300, 1)
    assert nms(boxes, torch.ones(300)).tolist() == [0]


def test_most_keeps_the_best():
    boxes, scores, labels = crowd(50)
    whole = nms(boxes, scores, labels)
    assert nms(boxes, scores, labels, most=7).tolist() == whole[:7].tolist()
    assert len(soft_nms(boxes, scores, most=7)[0]) == 7


def test_a_score_of_nan_is_dropped_by_at_least():
    boxes, scores, _ = crowd(3)
    scores[1] = torch.nan
    assert sorted(nms(boxes, scores, overlap=1, at_least=0).tolist()) == [0, 2]


def test_ten_thousand_boxes_are_never_compared_all_at_once(monkeypatch):
    from lenslet.boxes import suppress

    largest = []
    whole = suppress._over
    monkeypatch.setattr(
        suppress, "_over", lambda a, b, overlap: largest.append(a.shape[1] * b.shape[1]) or whole(a, b, overlap)
    )
    kept = nms(*crowd(10_000)[:2], overlap=0.7)
    assert 1000 < len(kept) < 10_000
    assert max(largest) <= 128 * 10_000


def test_soft_nms_lowers_by_the_published_factor():
    boxes = torch.tensor([[0.0, 0, 10, 10], [0.0, 0, 10, 5]])
    kept, scores = soft_nms(boxes, torch.tensor([0.9, 0.8]), sigma=0.5)
    assert kept.tolist() == [0, 1]
    assert scores.tolist() == pytest.approx([0.9, 0.8 * 2.718281828 ** (-(0.5**2) / 0.5)])


def test_merge_is_the_mean_by_scores_and_believes_what_one_of_two_saw_half():
    boxes = torch.tensor([[0.0, 0, 10, 10], [0.0, 0, 10, 12], [50.0, 50, 60, 60]])
    merged, scores, labels = merge(boxes, torch.tensor([0.6, 0.3, 0.8]), sources=2)
    assert merged.tolist() == [pytest.approx([0, 0, 10, (0.6 * 10 + 0.3 * 12) / 0.9]), [50, 50, 60, 60]]
    assert scores.tolist() == pytest.approx([0.45, 0.4])
    assert labels.tolist() == [0, 0]


def test_far_boxes_have_a_slope_towards_each_other():
    box = torch.tensor([0.0, 0, 4, 4], requires_grad=True)
    other = torch.tensor([10.0, 0, 14, 4])
    for measure in (giou, ciou):
        (slope,) = torch.autograd.grad(measure(box, other), box)
        assert slope[[0, 2]].sum() > 0  # to the right it grows


def test_half_precision_has_no_nan():
    boxes = torch.tensor([[0.0, 0, 300, 300], [0.0, 0, 300, 299]], dtype=torch.bfloat16)
    assert giou(boxes, boxes.flip(0)).isfinite().all()
    assert ciou(boxes, boxes.flip(0)).isfinite().all()
