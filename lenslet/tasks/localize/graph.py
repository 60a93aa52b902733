"""A localizer as the nodes of an exported file."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from lenslet.exporting import Answers, Graph, Plan, Prepared, home
from lenslet.tasks.localize.base import localizations
from lenslet.tasks.localize.decode import NUMBERS, boxes
from lenslet.tasks.localize.exported import ExportedLocalizer

if TYPE_CHECKING:
    from lenslet.tasks.localize.localizer import Localizer

__all__ = ["plan"]


class _Decoded(nn.Module):
    sides: Tensor

    def __init__(self, net: nn.Module, size: tuple[int, int]):
        super().__init__()
        self.net = net
        height, width = size
        self.register_buffer("sides", torch.tensor([width, height, width, height], dtype=torch.float32))

    def forward(self, images: Float[Tensor, "n c h w"]) -> tuple[Tensor, Tensor, Tensor]:
        raw = self.net(images)
        return raw[:, 0].sigmoid(), boxes(raw) * self.sides, raw[:, NUMBERS:].softmax(1)


def plan(model: "Localizer") -> Plan:
    """Outputs: `presence`, the probability that a thing is there; `box`, its corners in pixels of the picture;
    `scores`, the probabilities of the classes."""
    shape, count = model.card.preprocess, len(model.labels)

    def finish(g: Graph, tensors: list[str], way: Prepared) -> None:
        presence, box, scores = tensors
        corners = home(g, g.add("Reshape", box, g.whole(-1, 2, 2)), way)
        g.output(presence, "presence", np.float32, ["n"])
        flat = g.add("Cast", g.add("Reshape", corners, g.whole(-1, 4)), to=1)
        g.output(flat, "box", np.float32, ["n", 4])
        g.output(scores, "scores", np.float32, ["n", count])

    def answers(picture: UInt8[np.ndarray, "h w 3"]) -> Answers:
        seen, frame = shape.apply(picture)
        (one,) = localizations(model.told(seen[None]), [frame], model.labels, [None])
        return {"presence": np.array(one.presence), "box": one.box, "scores": one.scores}

    def agreement(a: Answers, b: Answers) -> float:
        there, same = a["presence"] >= 0.5, a["scores"].argmax() == b["scores"].argmax()
        if there != (b["presence"] >= 0.5):
            return 0.0
        return float(not there or (same and _iou(a["box"], b["box"]) >= 0.5))

    return Plan(
        model, model.card, _Decoded(model.net, shape.size), ("presence", "box", "scores"), finish, answers,
        ExportedLocalizer, tolerance={"presence": (1e-3, 0.03), "box": (1e-3, 0.02), "scores": (1e-3, 0.03)},
        fingerprint=model.fingerprint, agreement=agreement, places=frozenset({"box"}),
    )  # fmt: skip


def _iou(a: Float[np.ndarray, "4"], b: Float[np.ndarray, "4"]) -> float:
    common = float(np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0).prod())
    either = float((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod()) - common
    return common / either if either > 0 else 0.0
