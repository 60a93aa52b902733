"""A classifier as the nodes of an exported file."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from lenslet.exporting import Answers, Graph, Plan, Prepared
from lenslet.tasks.classify.decode import MIRRORED, logits
from lenslet.tasks.classify.exported import ExportedClassifier

if TYPE_CHECKING:
    from lenslet.tasks.classify.classifier import Classifier

__all__ = ["plan"]


class _Logits(nn.Module):
    def __init__(self, net: nn.Module, *, mirrored: bool):
        super().__init__()
        self.net, self.mirrored = net, mirrored

    def forward(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        return logits(self.net, images, mirrored=self.mirrored)


def plan(model: "Classifier") -> Plan:
    """Outputs: `scores`, the probabilities of the classes; `class`, the number of the most probable one."""
    count, temperature = len(model.labels), model.card.temperature
    net = _Logits(model.net, mirrored=bool(model.card.head.get(MIRRORED)))

    def finish(g: Graph, tensors: list[str], way: Prepared) -> None:
        del way  # a class has no place
        cold = g.add("Div", tensors[0], g.constant(temperature, np.float32))
        g.output(g.add("Softmax", cold, axis=1), "scores", np.float32, ["n", count])
        g.output(g.add("ArgMax", tensors[0], axis=1, keepdims=0), "class", np.int64, ["n"])

    def answers(picture: UInt8[np.ndarray, "h w 3"]) -> Answers:
        return {"scores": model.scores(model.card.preprocess.apply(picture)[0][None])[0]}

    return Plan(
        model, model.card, net, ("logits",), finish, answers, ExportedClassifier,
        tolerance={"scores": (1e-3, 0.03)}, fingerprint=model.fingerprint,
        agreement=lambda a, b: float(a["scores"].argmax() == b["scores"].argmax()),
    )  # fmt: skip
