"""An embedder as the nodes of an exported file."""

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from lenslet.data.compared import SYMMETRIES
from lenslet.exporting import Answers, Graph, Plan, Prepared
from lenslet.tasks.face.distance import unit
from lenslet.tasks.face.exported import ExportedEmbedder
from lenslet.tasks.face.views import joined

if TYPE_CHECKING:
    from lenslet.tasks.face.embedder import Embedder

__all__ = ["plan"]


class _Encoded(nn.Module):
    def __init__(self, net: nn.Module, views: str, projection: Float[Tensor, "D e"] | None):
        super().__init__()
        self.net, self.views, self.projection = net, views, projection

    def forward(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n e"]:
        numbers = {"one": (0,), "mirror": (0, SYMMETRIES // 2), "symmetries": tuple(range(SYMMETRIES))}[self.views]
        seen = [_symmetric(images, number) for number in numbers]
        return joined(unit(self.net(torch.cat(seen))), self.views, self.projection)


def _symmetric(images: Float[Tensor, "n c h w"], number: int) -> Float[Tensor, "n c h w"]:
    """As `data.compared.symmetric`, in steps that ONNX knows."""
    if number >= SYMMETRIES // 2:
        images = images.flip(3)
    for _ in range(number % 4):
        images = images.flip(3).transpose(2, 3)
    return images


def plan(model: "Embedder") -> Plan:
    """Output: `embedding`, of length 1; the views of a picture are made and joined inside."""
    count = model.dimensions

    def finish(g: Graph, tensors: list[str], way: Prepared) -> None:
        del way  # an encoding has no place
        g.output(tensors[0], "embedding", np.float32, ["n", count])

    def answers(picture: UInt8[np.ndarray, "h w 3"]) -> Answers:
        return {"embedding": model.vectors(model.card.preprocess.apply(picture)[0][None])[0]}

    said: dict[str, Any] = {"dimensions": count}
    if model.binary is not None:
        weight, bias = model.binary.weight.detach(), model.binary.bias.detach()
        said["binary"] = {"weight": weight.cpu().float().numpy(), "bias": float(bias)}
    return Plan(
        model, model.card, _Encoded(model.net, model.views, model.projection), ("embedding",), finish, answers,
        ExportedEmbedder, tolerance={"embedding": (1e-3, 0.03)}, fingerprint=model.fingerprint,
        agreement=lambda a, b: float(np.clip(a["embedding"] @ b["embedding"], 0, 1)), said=said,
    )  # fmt: skip
