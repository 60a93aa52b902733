"""The forms of a box: corners (x1 y1 x2 y2), corner and size (x y w h), centre and size (cx cy w h); area; clipping.

Corners are the form everywhere else. Coordinates count from the upper left corner of the upper left pixel, so that a
picture w wide reaches from 0 to w.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def xyxy_to_cxcywh(boxes: Float[Tensor, "*n 4"]) -> Float[Tensor, "*n 4"]:
    """Corners -> centre and size."""
    first, last = boxes[..., :2], boxes[..., 2:]
    return torch.cat([(first + last) / 2, last - first], dim=-1)


def cxcywh_to_xyxy(boxes: Float[Tensor, "*n 4"]) -> Float[Tensor, "*n 4"]:
    """Centre and size -> corners."""
    centre, half = boxes[..., :2], boxes[..., 2:] / 2
    return torch.cat([centre - half, centre + half], dim=-1)


def xyxy_to_xywh(boxes: Float[Tensor, "*n 4"]) -> Float[Tensor, "*n 4"]:
    """Corners -> upper left corner and size (COCO's form)."""
    first, last = boxes[..., :2], boxes[..., 2:]
    return torch.cat([first, last - first], dim=-1)


def xywh_to_xyxy(boxes: Float[Tensor, "*n 4"]) -> Float[Tensor, "*n 4"]:
    """Upper left corner and size -> corners."""
    first, size = boxes[..., :2], boxes[..., 2:]
    return torch.cat([first, first + size], dim=-1)


def area(boxes: Float[Tensor, "*n 4"]) -> Float[Tensor, "*n"]:
    """Width times height of boxes given by corners; 0 where the corners are swapped."""
    size = (boxes[..., 2:] - boxes[..., :2]).clamp(min=0)
    return size[..., 0] * size[..., 1]


def clip(boxes: Float[Tensor, "*n 4"], height: int | float, width: int | float) -> Float[Tensor, "*n 4"]:
    """Boxes (corners) cut at the edges of a picture; one that lies outside keeps no area.

    Args:
        boxes: corners x1 y1 x2 y2, pixels.
        height: of the picture, pixels.
        width: of the picture, pixels.
    """
    edge = boxes.new_tensor([width, height, width, height])
    return torch.minimum(boxes.clamp(min=0), edge)
