"""Overlap and suppression against torchvision's own, where it is installed."""

import pytest
import torch

from lenslet import boxes as bx

ops = pytest.importorskip("torchvision.ops", exc_type=ImportError)


def crowd(count: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    dice = torch.Generator().manual_seed(seed)
    corner = torch.rand(count, 2, generator=dice) * 300
    boxes = torch.cat([corner, corner + 5 + 80 * torch.rand(count, 2, generator=dice)], 1)
    scores = (torch.rand(count, generator=dice) * 50).round() / 50  # many ties
    return boxes, scores, torch.randint(5, (count,), generator=dice)


@pytest.mark.parametrize("count", [0, 1, 60, 255, 256, 257, 3000])
@pytest.mark.parametrize("overlap", [0.1, 0.5, 0.9])
def test_nms_keeps_the_very_same_boxes_in_the_very_same_order(count, overlap):
    boxes, scores, labels = crowd(count)
    assert torch.equal(bx.nms(boxes, scores, overlap=overlap), ops.nms(boxes, scores, overlap))
    far = labels[:, None] * 1000.0  # torchvision's own trick would round; here it does not
    assert torch.equal(
        bx.nms(boxes, scores, labels, overlap=overlap), ops.nms((boxes + far).double(), scores.double(), overlap)
    )


def test_overlap_agrees():
    boxes, others = crowd(40)[0], crowd(40, 1)[0]
    torch.testing.assert_close(bx.iou(boxes, others), ops.box_iou(boxes, others))
    torch.testing.assert_close(bx.giou(boxes[:, None], others), ops.generalized_box_iou(boxes, others))
    torch.testing.assert_close(bx.diou(boxes[:, None], others), ops.distance_box_iou(boxes, others))
    torch.testing.assert_close(bx.ciou(boxes[:, None], others), ops.complete_box_iou(boxes, others))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (bx.giou, "generalized_box_iou_loss"),
        (bx.diou, "distance_box_iou_loss"),
        (bx.ciou, "complete_box_iou_loss"),
    ],
)
def test_the_slopes_agree(ours, theirs):
    boxes, others = crowd(40)[0].requires_grad_(), crowd(40, 1)[0]
    (mine,) = torch.autograd.grad((1 - ours(boxes, others)).sum(), boxes)
    (other,) = torch.autograd.grad(getattr(ops, theirs)(boxes, others).sum(), boxes)
    torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-6)
