"""The loss of y = (p_c, b, c): where nothing is there, only p_c counts."""

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, smooth_l1_loss

from lenslet.boxes import ciou
from lenslet.tasks.localize.decode import NUMBERS, boxes

_SIDES = 5.0  # weight of the sides, whose errors are shares of the picture, and small
_BEND = 0.05  # of the picture: below it errors count by their square


def losses(
    raw: Float[Tensor, "n o"], truth: Float[Tensor, "n 1 5"], size: tuple[int, int], *, smoothing: int | float = 0.0
) -> dict[str, Tensor]:
    """Parts of the loss: `there` over all pictures; `overlap`, `sides` and `class` over those that show something.

    Where p_c is 0 the box and the class are "don't care": no gradient reaches them.

    Args:
        raw: p_c, b_x, b_y, b_h, b_w, c_1 .. c_n of each picture, before any squashing.
        truth: class and corners in pixels of the net's input; class -1 where nothing is there.
        size: (height, width) of that input, pixels.
        smoothing: of the labels, see `Recipe`.

    Source: course item 3.1; the box's loss is Zheng et al. 2020 (CIoU) beside a smooth L1 on its sides.
    """
    raw = raw.float()
    kind, corners = truth[:, 0, 0], truth[:, 0, 1:]
    there = kind >= 0
    height, width = size
    wanted = corners / corners.new_tensor([width, height, width, height])
    parts = {"there": binary_cross_entropy_with_logits(raw[:, 0], there.float())}
    some = raw[there]
    if not len(some):
        nothing = raw[:, 1:].sum() * 0  # a number of the graph, so that every process has the same parts
        return parts | {"overlap": nothing, "sides": nothing, "class": nothing}
    found = boxes(some)
    share = len(some) / len(raw)  # a batch of few things counts as little as it says
    parts["overlap"] = (1 - ciou(found, wanted[there])).mean() * share
    parts["sides"] = _SIDES * smooth_l1_loss(found, wanted[there], beta=_BEND) * share
    parts["class"] = cross_entropy(some[:, NUMBERS:], kind[there].long(), label_smoothing=smoothing) * share
    return parts
