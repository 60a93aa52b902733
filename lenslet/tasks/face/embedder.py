"""The object a user holds."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn

from lenslet.card import Card, fingerprint
from lenslet.data.compared import SYMMETRIES
from lenslet.exporting import Plan
from lenslet.results import Evaluation
from lenslet.tasks.face.base import BaseEmbedder
from lenslet.tasks.face.binary import BinaryHead
from lenslet.tasks.face.distance import unit
from lenslet.tasks.face.graph import plan
from lenslet.tasks.face.metrics import Apart, all_pairs, distances, rates, threshold_at
from lenslet.tasks.face.training import answers_of
from lenslet.tasks.face.views import joined, views_of
from lenslet.tasks.face.whiten import whitening
from lenslet.tasks.trained import TrainedModel

_BINARY, _PROJECTION = "binary.", "projection"


class Embedder(TrainedModel, BaseEmbedder):
    """A trained net with its card: call it with a picture, compare two, measure it on people, save it.

    Args:
        net: gives numbers.
        binary: the head that compares two encodings, where it has learned one (course item 4.7).
        projection: of what all views say, onto the numbers that are kept.
        card, evaluation, folder: see `TrainedModel`.
    """

    def __init__(
        self,
        net: nn.Module,
        card: Card,
        *,
        binary: BinaryHead | None = None,
        projection: Float[Tensor, "D e"] | None = None,
        evaluation: Evaluation | None = None,
        folder: Path | None = None,
    ) -> None:
        super().__init__(net, card, evaluation=evaluation, folder=folder)
        self.binary, self.projection = binary, projection

    @property
    def dimensions(self) -> int:
        """Numbers in an encoding."""
        if self.projection is not None:
            return int(self.projection.shape[1])
        return int(self.card.head["dimensions"]) * (SYMMETRIES if self.views == "symmetries" else 1)

    @property
    def fingerprint(self) -> str:
        """Hexadecimal; another wherever encodings could be."""
        return fingerprint(replace(self.card, thresholds={}), self.state())

    @property
    def apart(self) -> Apart | None:
        """How far encodings are from each other, where that is not the squared distance."""
        return answers_of(self.binary)

    @torch.inference_mode()
    def vectors(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[np.ndarray, "n e"]:
        """Encodings of pictures at the net's size; in float32, so that each depends on its own picture alone."""
        rows = []
        for start in range(0, len(prepared), 64):
            seen = views_of(np.ascontiguousarray(prepared[start : start + 64]), self.views)
            rows.append(joined(unit(self.net(self._images(seen))), self.views, self.projection).cpu())
        return torch.cat(rows).numpy() if rows else np.zeros((0, self.dimensions), np.float32)

    def calibrated(self, prepared: UInt8[np.ndarray, "n h w c"], identities: Int[np.ndarray, " n"]) -> "Embedder":
        """The same model with a threshold on its card: where it tells pairs of held-out pictures best, both kinds
        counting alike; and one at which a hundredth of the others is accepted."""
        pairs = all_pairs(identities)
        away = distances(self.vectors(prepared), pairs, self.apart)
        if not pairs.same.any() or pairs.same.all():
            return self
        thresholds, fars, tars = rates(away, pairs.same)
        best = float(max(thresholds[np.argmax(tars - fars)], 0.0))
        found = {
            "distance": best,
            "distance@far=1e-2": float(max(threshold_at(1e-2, away, pairs.same), 0.0)),
            "calibrated_on": f"{len(np.unique(identities))} identities that it was not trained on, {len(away)} pairs",
        }
        return self._with(replace(self.card, thresholds={**self.card.thresholds, **found}), self.evaluation)

    def whitened(
        self, prepared: UInt8[np.ndarray, "n h w c"], identities: Int[np.ndarray, " n"], dimensions: int = 128
    ) -> "Embedder":
        """The same model whose encodings are projected onto the directions that tell identities apart, see `whiten`.

        Args:
            prepared: pictures that it has learned from, at the net's size.
            identities: whose each is.
            dimensions: numbers to keep.

        Raises:
            CallError: fewer than two identities, or nobody with two pictures.
        """
        rows = self._with(self.card, None, projection=None).vectors(prepared)
        found = torch.from_numpy(whitening(rows, identities, dimensions)).float().contiguous()
        return self._with(self.card, self.evaluation, projection=found)

    def state(self) -> dict[str, Tensor]:
        """Everything that `save` writes, by name."""
        more = {} if self.binary is None else {f"{_BINARY}{k}": v for k, v in self.binary.state_dict().items()}
        if self.projection is not None:
            more[_PROJECTION] = self.projection
        return {**self.net.state_dict(), **more}

    @classmethod
    def restored(cls, net: nn.Module, card: Card, state: Mapping[str, Tensor], folder: Path | None) -> "Embedder":
        """From what `save` wrote.

        Raises:
            RuntimeError: the weights do not fit.
        """
        binary = None
        if card.head.get("binary"):
            binary = BinaryHead(int(card.head["dimensions"]))
            binary.load_state_dict({k.removeprefix(_BINARY): v for k, v in state.items() if k.startswith(_BINARY)})
        net.load_state_dict({k: v for k, v in state.items() if not k.startswith((_BINARY, _PROJECTION))})
        projection = state.get(_PROJECTION)
        if projection is not None:
            projection = projection.float()  # shipped ones are half as large
            wide = int(card.head["dimensions"]) * (SYMMETRIES if card.head.get("views") == "symmetries" else 1)
            if projection.ndim != 2 or projection.shape[0] != wide:
                raise RuntimeError(f"the projection has the shape {tuple(projection.shape)}, and {wide} rows are meant")
        return cls(net, card, binary=binary, projection=projection, folder=folder)

    def _plan(self) -> Plan:
        return plan(self)

    def _with(self, card: Card, evaluation: Evaluation | None, **more: Any) -> "Embedder":
        kept: dict[str, Any] = {"binary": self.binary, "projection": self.projection, "folder": self.folder} | more
        return Embedder(self.net, card, evaluation=evaluation, **kept)
