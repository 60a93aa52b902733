"""The head without anchors: every cell says how far the four sides of its box are, as a distribution over distances.

Source: Tian et al. 2019, FCOS (distances to the sides); Li et al. 2020, generalized focal loss (distributions).
"""

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from lenslet.boxes import ciou
from lenslet.errors import CallError
from lenslet.nets import Argus
from lenslet.tasks.detect.assign import RULES, centre_cells, over_all, task_aligned
from lenslet.tasks.detect.cells import Cells, cells, rows

STRIDES = (8, 16, 32)
_FIRST = 2.0  # cells from the middle to each side, before anything is learned


class Points:
    """What the maps of a net mean where no anchors are used.

    Args:
        classes: how many.
        strides: of the net's maps.
        bins: distances a side may have, 0 to bins - 1 cells, and anything between two of them.
        rule: "aligned" (Feng et al. 2021) or "centre" (the cell that holds the centre owns the object).
        gains: weights of the three parts of the loss: box, kind, edge.
    """

    per_cell = 1

    def __init__(
        self,
        classes: int,
        strides: tuple[int, ...] = STRIDES,
        *,
        bins: int = 16,
        rule: str = "aligned",
        gains: tuple[float, float, float] = (7.5, 2.0, 1.5),
    ) -> None:
        if rule not in RULES:
            raise CallError(f"a rule of assignment is one of {', '.join(RULES)}, not {rule!r}")
        self.classes, self.strides, self.bins, self.rule, self.gains = classes, strides, bins, rule, gains
        self.box_outputs = 4 * bins

    def to_dict(self) -> dict[str, Any]:
        """For the card."""
        return {"kind": "points", "bins": self.bins, "rule": self.rule, "strides": list(self.strides)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], classes: int) -> "Points":
        """Read what `to_dict` wrote.

        Raises:
            CallError: something is missing or out of its range.
        """
        bins, strides = plain.get("bins"), plain.get("strides")
        if type(bins) is not int or not 2 <= bins <= 64:
            raise CallError(f"a head of points has 2 to 64 bins, not {bins!r:.40}")
        if strides != list(STRIDES):
            raise CallError(f"a head has maps of the strides {STRIDES}, not {strides!r:.40}")
        return cls(classes, bins=bins, rule=str(plain.get("rule", "aligned")))

    def begin(self, net: Argus) -> None:
        """First biases of a net: boxes of about four cells a side, so that small things are nearly said, too."""
        near = -0.5 * (torch.arange(self.bins) - _FIRST).square()
        with torch.no_grad():
            for where, _ in net.outputs():
                assert where.bias is not None
                where.bias.copy_(near.repeat(4))

    def decode(self, maps: tuple[Tensor, ...]) -> tuple[Float[Tensor, "n p 4"], Float[Tensor, "n p c"]]:
        """Corners in pixels of the net's input, and probabilities of the classes, of every cell."""
        table = rows(maps)
        return self._boxes(table, cells(maps, self.strides)), table[..., self.box_outputs :].sigmoid()

    def loss(self, maps: tuple[Tensor, ...], truth: Float[Tensor, "n m 5"]) -> dict[str, Tensor]:
        """Parts of the loss.

        Args:
            maps: of the net.
            truth: class and corners of each thing in each picture, pixels; class -1 fills up.
        """
        table, grid = rows(maps), cells(maps, self.strides)
        boxes, logits = self._boxes(table, grid), table[..., self.box_outputs :]
        kinds, corners = truth[..., 0].long(), truth[..., 1:]
        if self.rule == "aligned":
            given = task_aligned(logits.detach().sigmoid(), boxes.detach(), grid.centres, corners, kinds)
        else:
            given = centre_cells(grid, corners, kinds)
        goal = torch.zeros_like(logits)
        goal[given.picture, given.place, kinds[given.picture, given.truth]] = given.worth
        total = over_all(given.worth)
        kind = binary_cross_entropy_with_logits(logits, goal, reduction="sum") / total
        target = corners[given.picture, given.truth]
        box = ((1 - ciou(boxes[given.picture, given.place], target)) * given.worth).sum() / total
        sides = self._edges(table[given.picture, given.place], grid, given.place, target)
        edge = (sides * given.worth).sum() / total
        return {
            name: g * part for name, g, part in zip(("box", "kind", "edge"), self.gains, (box, kind, edge), strict=True)
        }

    def _boxes(self, table: Float[Tensor, "n p o"], grid: Cells) -> Float[Tensor, "n p 4"]:
        sides = table[..., : self.box_outputs].reshape(*table.shape[:2], 4, self.bins).softmax(3)
        far = (sides * torch.arange(self.bins, device=table.device)).sum(3) * grid.strides[:, None]
        return torch.cat([grid.centres - far[..., :2], grid.centres + far[..., 2:]], 2)

    def _edges(
        self, table: Float[Tensor, "k o"], grid: Cells, place: Tensor, target: Float[Tensor, "k 4"]
    ) -> Float[Tensor, " k"]:
        """Cross-entropy of each side's distribution with the two bins around its true distance."""
        centre = grid.centres[place]
        far = torch.cat([centre - target[:, :2], target[:, 2:] - centre], 1) / grid.strides[place, None]
        far = far.clamp(0, self.bins - 1.01)
        low = far.long()
        high = far - low
        logits = table[:, : self.box_outputs].reshape(-1, self.bins)
        one = cross_entropy(logits, low.flatten(), reduction="none").view_as(far)
        two = cross_entropy(logits, low.flatten() + 1, reduction="none").view_as(far)
        return (one * (1 - high) + two * high).mean(1)
