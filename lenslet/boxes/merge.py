"""Of boxes that mean the same thing, make one: their mean, weighted by their scores."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lenslet.boxes.overlap import paired_iou
from lenslet.boxes.suppress import refuse
from lenslet.errors import CallError


def merge(
    boxes: Float[Tensor, "n 4"],
    scores: Float[Tensor, " n"],
    labels: Int[Tensor, " n"] | None = None,
    *,
    overlap: int | float = 0.55,
    sources: int = 1,
) -> tuple[Float[Tensor, "k 4"], Float[Tensor, " k"], Int[Tensor, " k"]]:
    """Weighted-box merge: each box joins the merged one it overlaps most, which is the mean weighted by scores.

    Meant for all boxes together that several nets said, or one net on several views or tiles of a picture.

    Args:
        boxes: corners x1 y1 x2 y2.
        scores: of each box, above 0 to count at all.
        labels: a class a box; only boxes of one class are merged.
        overlap: a box joins where its IoU with the merged one is above this.
        sources: how many nets or views there were: what fewer of them saw is believed less, in proportion.

    Returns:
        Boxes, scores (the mean of those merged) and labels (0 without `labels`), best first.

    Raises:
        ShapeError: the three do not go together.
        CallError: an `overlap` out of 0 to 1, or fewer than one source.

    Source: Solovyev et al. 2021, Weighted boxes fusion, section 2.
    """
    refuse(boxes, scores, labels, overlap)
    if sources < 1:
        raise CallError(f"{sources} sources: give how many nets or views the boxes come from, 1 or more")
    kinds = torch.zeros(len(boxes), dtype=torch.long, device=boxes.device) if labels is None else labels.long()
    order = scores.sort(descending=True, stable=True).indices
    order = order[scores[order] > 0]
    # What is merged so far: sums over the members of score x box, of score, and how many there are
    total, weight = boxes.new_zeros(len(order), 4), boxes.new_zeros(len(order))
    members, kind = torch.zeros_like(weight), torch.full_like(order, -1)
    merged = total.clone()
    count = 0
    for i in order.tolist():
        place = count
        if count:
            near = paired_iou(boxes[i], merged[:count])
            near = torch.where(kind[:count] == kinds[i], near, -1.0)
            best = int(near.argmax())
            place = best if near[best] > overlap else count
        count = max(count, place + 1)
        total[place] += scores[i] * boxes[i]
        weight[place] += scores[i]
        members[place] += 1
        kind[place] = kinds[i]
        merged[place] = total[place] / weight[place]
    weight, members = weight[:count], members[:count]
    found = weight / members.clamp(min=1) * members.clamp(max=sources) / sources
    best_first = found.sort(descending=True, stable=True).indices
    return merged[:count][best_first], found[best_first], kind[:count][best_first]
