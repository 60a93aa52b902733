"""Boxes as tensors: forms, overlap, and what to do with those that overlap. Nothing here knows a net or a picture."""

from lenslet.boxes.forms import area, clip, cxcywh_to_xyxy, xywh_to_xyxy, xyxy_to_cxcywh, xyxy_to_xywh
from lenslet.boxes.merge import merge
from lenslet.boxes.overlap import ciou, diou, giou, inside, iou, paired_iou
from lenslet.boxes.suppress import nms, soft_nms

__all__ = [
    "area",
    "ciou",
    "clip",
    "cxcywh_to_xyxy",
    "diou",
    "giou",
    "inside",
    "iou",
    "merge",
    "nms",
    "paired_iou",
    "soft_nms",
    "xywh_to_xyxy",
    "xyxy_to_cxcywh",
    "xyxy_to_xywh",
]
