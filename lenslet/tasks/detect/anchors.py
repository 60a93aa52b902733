"""The head with anchors: every cell has several shapes, and says of each whether it holds a thing, where, and what.

Source: course items 3.4, 3.7, 3.8; Redmon and Farhadi 2016 and 2018, YOLO9000 and YOLOv3; the bounded offsets of
Bochkovskiy et al. 2020, YOLOv4.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from lenslet.boxes import ciou, paired_iou
from lenslet.errors import CallError
from lenslet.nets import Argus
from lenslet.tasks.detect.assign import RULES, Assigned, nothing, over_all, owner, task_aligned
from lenslet.tasks.detect.cells import Cells, cells, rows
from lenslet.tasks.detect.points import STRIDES
from lenslet.tasks.detect.shapes import shape_iou

_ALSO = 0.5  # IoU of shapes from which on further anchors learn a truth beside the best one
_FORGIVEN = 0.6  # IoU with a truth above which a box that owns none is not told to be nothing


class Anchors:
    """What the maps of a net mean where each cell has anchors.

    Args:
        classes: how many.
        shapes: widths and heights, pixels of the net's input, the smallest first; as many for each stride.
        strides: of the net's maps.
        rule: "centre" (the cell that holds the centre owns the object, by the anchor of the most similar shape) or
            "aligned" (Feng et al. 2021).
        gains: weights of the three parts of the loss: box, objectness, kind.
    """

    box_outputs = 5

    def __init__(
        self,
        classes: int,
        shapes: Sequence[Sequence[int | float]],
        strides: tuple[int, ...] = STRIDES,
        *,
        rule: str = "centre",
        gains: tuple[float, float, float] = (5.0, 1.0, 1.0),
    ) -> None:
        if rule not in RULES:
            raise CallError(f"a rule of assignment is one of {', '.join(RULES)}, not {rule!r}")
        self.per_cell, rest = divmod(len(shapes), len(strides))
        if rest or not self.per_cell:
            raise CallError(f"{len(shapes)} anchors do not go evenly into {len(strides)} strides")
        self.classes, self.strides, self.rule, self.gains = classes, strides, rule, gains
        self.shapes = np.array(shapes, np.float64).reshape(-1, 2)

    def to_dict(self) -> dict[str, Any]:
        """For the card."""
        return {
            "kind": "anchors",
            "shapes": self.shapes.round(2).tolist(),
            "rule": self.rule,
            "strides": list(self.strides),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], classes: int) -> "Anchors":
        """Read what `to_dict` wrote.

        Raises:
            CallError: something is missing or out of its range.
        """
        shapes, strides = plain.get("shapes"), plain.get("strides")
        if not isinstance(shapes, list) or not all(map(_is_shape, shapes)) or strides != list(STRIDES):
            raise CallError("a head of anchors has widths and heights above 0, and three strides")
        return cls(classes, shapes, rule=str(plain.get("rule", "centre")))

    def decode(self, maps: tuple[Tensor, ...]) -> tuple[Float[Tensor, "n p 4"], Float[Tensor, "n p c"]]:
        """Corners in pixels of the net's input, and objectness times class, of every anchor of every cell."""
        where, what = self._table(maps)
        grid, shapes = self._grid(maps)
        return self._boxes(where, grid, shapes), where[..., 4:].sigmoid() * what.sigmoid()

    def loss(self, maps: tuple[Tensor, ...], truth: Float[Tensor, "n m 5"]) -> dict[str, Tensor]:
        """Parts of the loss.

        Args:
            maps: of the net.
            truth: class and corners of each thing in each picture, pixels; class -1 fills up.
        """
        where, what = self._table(maps)
        grid, shapes = self._grid(maps)
        boxes = self._boxes(where, grid, shapes)
        kinds, corners = truth[..., 0].long(), truth[..., 1:]
        if self.rule == "aligned":
            scores = (where[..., 4:].sigmoid() * what.sigmoid()).detach()
            given = task_aligned(scores, boxes.detach(), grid.centres, corners, kinds)
        else:
            given = self.owners(grid, corners, kinds)
        target, said = corners[given.picture, given.truth], boxes[given.picture, given.place]
        total = over_all(given.worth)
        box = ((1 - ciou(said, target)) * given.worth).sum() / total
        # an owner's objectness is to be how well its box fits: of two that say one thing, the better is kept
        worth = given.worth if self.rule == "aligned" else paired_iou(said.detach(), target)
        goal = torch.zeros_like(where[..., 4])
        goal[given.picture, given.place] = worth
        sure = binary_cross_entropy_with_logits(where[..., 4], goal, reduction="none")
        if self.rule == "centre":
            sure = sure * ~self._forgiven(boxes.detach(), corners, kinds, given)
        logits = what[given.picture, given.place]
        one = torch.zeros_like(logits)
        one[torch.arange(len(one)), kinds[given.picture, given.truth]] = 1.0
        kind = binary_cross_entropy_with_logits(logits, one, reduction="none").sum(1)
        parts = (box, sure.sum() / total, (kind * given.worth).sum() / total)
        return {name: g * part for name, g, part in zip(("box", "object", "kind"), self.gains, parts, strict=True)}

    def begin(self, net: Argus) -> None:
        """First biases of a net: nearly everything is nothing, and of a thing every class is as likely."""
        with torch.no_grad():
            for where, what in net.outputs():
                assert where.bias is not None
                assert what.bias is not None
                where.bias.view(self.per_cell, 5)[:, 4] = -4.6  # 1 in 100
                what.bias.zero_()

    @torch.no_grad()
    def owners(
        self,
        grid: Cells,
        truth: Float[Tensor, "n m 4"],
        kinds: Int[Tensor, "n m"],
    ) -> Assigned:
        """The cell that holds the centre, by the anchor whose shape is most like the truth's that is still free.

        So two things with their centres in one cell both have an owner. Other anchors of a similar shape own it, too.
        """
        picture, number = (kinds >= 0).nonzero(as_tuple=True)
        if not len(picture):
            return nothing(truth)
        corners = truth[picture, number]
        sizes = (corners[:, 2:] - corners[:, :2]).clamp(min=1e-3)
        alike = shape_iou(sizes.double().cpu().numpy(), self.shapes)
        middle = (corners[:, :2] + corners[:, 2:]) / 2
        first = Cells(grid.centres[:: self.per_cell], grid.strides[:: self.per_cell])
        own = torch.stack([owner(first, middle, torch.full_like(middle[:, 0], s)) for s in self.strides], 1)
        place = own.cpu().numpy().repeat(self.per_cell, 1) * self.per_cell + np.tile(
            np.arange(self.per_cell), len(self.strides)
        )
        taken: dict[tuple[int, int], int] = {}
        pictures = picture.tolist()
        for row in np.argsort(-alike.max(1, initial=0), kind="stable").tolist():
            free = [
                k
                for k in np.argsort(-alike[row], kind="stable").tolist()
                if (pictures[row], int(place[row, k])) not in taken
            ]
            if free:
                taken[pictures[row], int(place[row, free[0]])] = row
        for row, k in np.argwhere(alike >= _ALSO).tolist():
            taken.setdefault((pictures[row], int(place[row, k])), row)
        keys = torch.tensor(list(taken), dtype=torch.long, device=truth.device).reshape(-1, 2)
        chosen = torch.tensor(list(taken.values()), dtype=torch.long, device=truth.device)
        return Assigned(keys[:, 0], keys[:, 1], number[chosen], torch.ones(len(chosen), device=truth.device))

    def _forgiven(self, boxes: Tensor, truth: Tensor, kinds: Tensor, given: Assigned) -> Tensor:
        """Boxes that own nothing and yet lie on a truth: they are neither told to be one nor to be none."""
        found = torch.zeros(boxes.shape[:2], dtype=torch.bool, device=boxes.device)
        for number in range(truth.shape[1]):  # a truth at a time: all at once would not fit where there are many
            there = kinds[:, number] >= 0
            found |= (paired_iou(boxes, truth[:, number, None]) > _FORGIVEN) & there[:, None]
        found[given.picture, given.place] = False
        return found

    def _table(self, maps: tuple[Tensor, ...]) -> tuple[Float[Tensor, "n p 5"], Float[Tensor, "n p c"]]:
        table, cut = rows(maps), 5 * self.per_cell
        n = table.shape[0]
        return table[..., :cut].reshape(n, -1, 5), table[..., cut:].reshape(n, -1, self.classes)

    def _grid(self, maps: tuple[Tensor, ...]) -> tuple[Cells, Float[Tensor, "p 2"]]:
        """A row for each anchor of each cell, and its shape."""
        grid = cells(maps, self.strides)
        every = Cells(*(v.repeat_interleave(self.per_cell, 0) for v in (grid.centres, grid.strides)))
        shapes = torch.tensor(self.shapes, dtype=torch.float32, device=grid.centres.device)
        own = shapes.view(len(self.strides), self.per_cell, 2)
        counts = [one.shape[2] * one.shape[3] for one in maps]
        return every, torch.cat([part.repeat(count, 1) for part, count in zip(own, counts, strict=True)])

    @staticmethod
    def _boxes(where: Float[Tensor, "n p 5"], grid: Cells, shapes: Float[Tensor, "p 2"]) -> Float[Tensor, "n p 4"]:
        """Centres up to a cell from the middle of their own, sides up to four times the anchor's."""
        moved = (where[..., :2].sigmoid() * 2 - 1) * grid.strides[:, None] + grid.centres
        half = (2 * where[..., 2:4].sigmoid()).square() * shapes / 2
        return torch.cat([moved - half, moved + half], 2)


def _is_shape(plain: object) -> bool:
    """Whether a card's value is a width and a height."""
    return isinstance(plain, list) and len(plain) == 2 and all(type(v) in (int, float) and 0 < v < 1e5 for v in plain)
