"""What places on a picture become when the picture is read through a matrix (see `Augment.matrices`)."""

import torch
from jaxtyping import Float
from torch import Tensor

_LEAST = 0.25  # of a box's area that must still be in the picture
_THIN = 2.0  # pixels that its sides must still have


def boxes_follow(
    truth: Float[Tensor, "n m 5"], matrices: Float[Tensor, "n 2 3"], height: int, width: int
) -> Float[Tensor, "n m 5"]:
    """Boxes after their pictures were changed, cut at the picture's edges.

    A turned box is that of the ellipse within it, turned: things seldom fill the corners of their boxes. One of which
    little is left in the picture is gone.

    Args:
        truth: class and corners, pixels; class -1 where there is none.
        matrices: from the changed picture to the picture as it was.
        height, width: of the picture, pixels.
    """
    inverse = torch.linalg.inv(matrices[:, :, :2])
    centre = (truth[..., 1:3] + truth[..., 3:]) / 2
    half = (truth[..., 3:] - truth[..., 1:3]) / 2
    centre = (centre - matrices[:, None, :, 2]) @ inverse.transpose(1, 2)
    half = (half.square() @ inverse.square().transpose(1, 2)).sqrt()
    whole = torch.cat([centre - half, centre + half], 2)
    edge = torch.tensor([width, height, width, height])
    cut = torch.minimum(whole.clamp(min=0), edge)
    sides = cut[..., 2:] - cut[..., :2]
    left = sides.prod(2) >= _LEAST * 4 * half.prod(2)
    there = (truth[..., 0] >= 0) & left & (sides.amin(2) >= _THIN)
    kinds = torch.where(there, truth[..., 0], -1.0)
    return torch.cat([kinds[..., None], cut], 2)


def points_follow(
    truth: Float[Tensor, "n k 3"], matrices: Float[Tensor, "n 2 3"], flip: tuple[int, ...] = ()
) -> Float[Tensor, "n k 3"]:
    """Points after their pictures were changed; in a mirrored picture left and right change names.

    Args:
        truth: x y in pixels, and 1 where that is known, else 0; points may come to lie outside.
        matrices: from the changed picture to the picture as it was.
        flip: which point each one becomes in the mirror; without it nothing changes its name.
    """
    inverse = torch.linalg.inv(matrices[:, :, :2])
    places = (truth[..., :2] - matrices[:, None, :, 2]) @ inverse.transpose(1, 2)
    moved = torch.cat([places, truth[..., 2:]], 2)
    if not flip:
        return moved
    mirrored = torch.linalg.det(matrices[:, :, :2]) < 0
    return torch.where(mirrored[:, None, None], moved[:, list(flip)], moved)
