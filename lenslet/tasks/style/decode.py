"""Between pictures of bytes and pictures that are painted on, values in 0..1."""

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.nn import functional

from lenslet.tasks.style.base import LUMA, MARGIN

__all__ = ["brightness", "dressed", "matched", "pixels", "tensor", "with_border"]


def tensor(image: UInt8[np.ndarray, "h w 3"]) -> Float[Tensor, "1 3 h w"]:
    """Bytes to values in 0..1."""
    return (torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255).contiguous()


def pixels(picture: Float[Tensor, "1 3 h w"]) -> UInt8[np.ndarray, "h w 3"]:
    """Values to bytes; what lies beyond 0..1 is clipped."""
    bytes_ = (picture.detach()[0].clamp(0, 1) * 255).round().byte()
    return bytes_.permute(1, 2, 0).contiguous().cpu().numpy()


def brightness(picture: Float[Tensor, "1 3 h w"]) -> Float[Tensor, "1 3 h w"]:
    """A grey picture of the same brightness, three equal channels."""
    grey = (picture * picture.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
    return grey.expand_as(picture).clone()


def matched(style: Float[Tensor, "1 3 hs ws"], content: Float[Tensor, "1 3 h w"]) -> Float[Tensor, "1 3 hs ws"]:
    """A grey style brought to the mean and the spread of a grey content.

    Source: Gatys et al. 2016, Preserving color in neural artistic style transfer, section 3.2.
    """
    spread = content.std(correction=0) / style.std(correction=0).clamp(min=1e-3)
    return (style - style.mean()) * spread + content.mean()


def dressed(painting: Float[Tensor, "1 3 h w"], content: Float[Tensor, "1 3 h w"]) -> Float[Tensor, "1 3 h w"]:
    """The painting's brightness in the content's colours."""
    return content - brightness(content) + brightness(painting)


def with_border(net: nn.Module, images: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n 3 h w"]:
    """A net's painting of pictures of 16 pixels and more a side.

    Strokes at a border have nothing beyond to go on with: they are painted on the mirrored picture, and cut off.
    """
    wide: Tensor = net(functional.pad(images, (MARGIN,) * 4, mode="reflect"))
    return wide[..., MARGIN:-MARGIN, MARGIN:-MARGIN]
