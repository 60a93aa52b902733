"""How much two boxes overlap: IoU, and the three that still say how far apart they are where IoU is 0.

All take corners x1 y1 x2 y2 in any unit. A box without area overlaps nothing: its IoU is 0, never NaN.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from lenslet.boxes.forms import area


def iou(boxes: Float[Tensor, "n 4"], others: Float[Tensor, "m 4"]) -> Float[Tensor, "n m"]:
    """Intersection over union of every box with every other one, 0 to 1.

    Source: course item 3.5.
    """
    return paired_iou(boxes[:, None], others[None])


def paired_iou(boxes: Float[Tensor, "*#n 4"], others: Float[Tensor, "*#n 4"]) -> Float[Tensor, "*#n"]:
    """Intersection over union of each box with the other one at its place, 0 to 1; shapes are broadcast."""
    common, either = _common(boxes, others)
    return _ratio(common, either)


def inside(boxes: Float[Tensor, "*#n 4"], others: Float[Tensor, "*#n 4"]) -> Float[Tensor, "*#n"]:
    """How much of the smaller of two boxes lies in the other, 0 to 1; shapes are broadcast."""
    common, _ = _common(boxes, others)
    return _ratio(common, torch.minimum(area(boxes), area(others)))


def giou(boxes: Float[Tensor, "*#n 4"], others: Float[Tensor, "*#n 4"]) -> Float[Tensor, "*#n"]:
    """IoU less the share of the smallest box around both that neither fills: -1 to 1, with a slope everywhere.

    Source: Rezatofighi et al. 2019, Generalized Intersection over Union, equation 4 of algorithm 1.
    """
    common, either = _common(boxes, others)
    size = _around(boxes, others)
    around = size[..., 0] * size[..., 1]
    return _ratio(common, either) - _ratio(around - either, around)


def diou(boxes: Float[Tensor, "*#n 4"], others: Float[Tensor, "*#n 4"]) -> Float[Tensor, "*#n"]:
    """IoU less the squared distance of the centres, in units of the diagonal around both: -1 to 1.

    Source: Zheng et al. 2020, Distance-IoU Loss, equation 6.
    """
    common, either = _common(boxes, others)
    apart = (boxes[..., :2] + boxes[..., 2:] - others[..., :2] - others[..., 2:]) / 2
    diagonal = _around(boxes, others).square().sum(-1)
    return _ratio(common, either) - _ratio(apart.square().sum(-1), diagonal)


def ciou(boxes: Float[Tensor, "*#n 4"], others: Float[Tensor, "*#n 4"]) -> Float[Tensor, "*#n"]:
    """`diou` less a term for sides in another proportion.

    The weight of that term is held constant in the gradient, as in the authors' code.

    Source: Zheng et al. 2020, Distance-IoU Loss, equations 8 to 11.
    """
    near = diou(boxes, others)
    angle = _angle(boxes) - _angle(others)
    shape = 4 / math.pi**2 * angle.square()
    with torch.no_grad():
        overlap = paired_iou(boxes, others)
        weight = _ratio(shape, 1 - overlap + shape)
    return near - weight * shape


def _common(boxes: Float[Tensor, "*#n 4"], others: Float[Tensor, "*#n 4"]) -> tuple[Tensor, Tensor]:
    """Area of the intersection, and of the union."""
    first = torch.maximum(boxes[..., :2], others[..., :2])
    last = torch.minimum(boxes[..., 2:], others[..., 2:])
    size = (last - first).clamp(min=0)
    common = size[..., 0] * size[..., 1]
    return common, area(boxes) + area(others) - common


def _around(boxes: Float[Tensor, "*#n 4"], others: Float[Tensor, "*#n 4"]) -> Float[Tensor, "*#n 2"]:
    """Width and height of the smallest box around both."""
    first = torch.minimum(boxes[..., :2], others[..., :2])
    last = torch.maximum(boxes[..., 2:], others[..., 2:])
    return (last - first).clamp(min=0)


def _angle(boxes: Float[Tensor, "*n 4"]) -> Float[Tensor, "*n"]:
    """Of the diagonal against the vertical, radians."""
    size = (boxes[..., 2:] - boxes[..., :2]).clamp(min=0)
    return torch.atan(_ratio(size[..., 0], size[..., 1]))


def _ratio(part: Tensor, whole: Tensor) -> Tensor:
    """One over the other, and 0 without a slope where the other is not above 0."""
    there = whole > 0
    return torch.where(there, part / torch.where(there, whole, 1), 0)
