"""A landmarker as the nodes of an exported file."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from lenslet.exporting import Answers, Graph, Plan, Prepared, home
from lenslet.tasks.landmark.decode import places_and_scores
from lenslet.tasks.landmark.exported import ExportedLandmarker

if TYPE_CHECKING:
    from lenslet.tasks.landmark.landmarker import Landmarker

__all__ = ["plan"]

_NEAR = 0.02  # of what the points span: so near, two say the same


class _Decoded(nn.Module):
    def __init__(self, net: nn.Module, size: tuple[int, int]):
        super().__init__()
        self.net, self.size = net, size

    def forward(self, images: Float[Tensor, "n c h w"]) -> tuple[Tensor, Tensor]:
        return places_and_scores(self.net(images), self.size)


def plan(model: "Landmarker") -> Plan:
    """Outputs: `points`, x y in pixels of the picture; `scores`, how sure each is. It looks once; a second look, at the
    square around the points, is the caller's."""
    shape, count = model.card.preprocess, len(model.labels)

    def finish(g: Graph, tensors: list[str], way: Prepared) -> None:
        places, scores = tensors
        g.output(g.add("Cast", home(g, places, way), to=1), "points", np.float32, ["n", count, 2])
        g.output(scores, "scores", np.float32, ["n", count])

    def answers(picture: UInt8[np.ndarray, "h w 3"]) -> Answers:
        seen, frame = shape.apply(picture)
        places, scores = model.told(seen[None])
        return {"points": frame.home(places[0], clip=True), "scores": scores[0]}

    def agreement(a: Answers, b: Answers) -> float:
        longer = max(float(np.ptp(a["points"], axis=0).max()), 1.0)
        return float((np.linalg.norm(a["points"] - b["points"], axis=1) <= _NEAR * longer).mean())

    # a score has a step where a place comes into the reach of a cell: it is not held against the file
    return Plan(
        model, model.card, _Decoded(model.net, shape.size), ("points", "scores"), finish, answers, ExportedLandmarker,
        tolerance={"points": (1e-3, 0.02)}, fingerprint=model.fingerprint, agreement=agreement,
        places=frozenset({"points"}),
    )  # fmt: skip
