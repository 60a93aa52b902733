"""A model that paints as the nodes of an exported file."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from lenslet.exporting import Answers, Graph, Plan, Prepared
from lenslet.tasks.style.base import SMALLEST
from lenslet.tasks.style.decode import with_border
from lenslet.tasks.style.exported import ExportedStylist

if TYPE_CHECKING:
    from lenslet.tasks.style.stylist import Stylist

__all__ = ["plan"]

_LEVELS = 2.0  # of 255 that a pixel may be off


class _Bordered(nn.Module):
    """Normalised pictures -> their paintings, values in 0..1."""

    def __init__(self, model: "Stylist"):
        super().__init__()
        self.net = model.net
        shape = model.card.preprocess
        for name in ("mean", "std"):
            self.register_buffer(name, torch.tensor(getattr(shape, name)).view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n 3 h w"]:
        return with_border(self.net, images) * self.get_buffer("std") + self.get_buffer("mean")


def plan(model: "Stylist") -> Plan:
    """Output: `painting`, bytes, pixel for pixel of the size of its picture."""

    def finish(g: Graph, tensors: list[str], way: Prepared) -> None:
        del way  # nothing was resized
        values = g.add("Clip", tensors[0], g.constant(0.0, np.float32), g.constant(1.0, np.float32))
        levels = g.add("Round", g.add("Mul", values, g.constant(255.0, np.float32)))
        painted = g.add("Transpose", g.add("Cast", levels, to=2), perm=[0, 2, 3, 1])
        g.output(painted, "painting", np.uint8, ["n", "height", "width", 3])

    def answers(picture: UInt8[np.ndarray, "h w 3"]) -> Answers:
        return {"painting": model.painted(picture)}

    def agreement(a: Answers, b: Answers) -> float:
        apart = np.abs(a["painting"].astype(np.int16) - b["painting"])
        return float((apart <= 1).mean())

    return Plan(
        model, model.card, _Bordered(model), ("painted",), finish, answers, ExportedStylist,
        tolerance={"painting": (_LEVELS, _LEVELS)}, fingerprint=model.fingerprint, agreement=agreement,
        smallest=SMALLEST, resized=False,
    )  # fmt: skip
