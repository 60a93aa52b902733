"""The object a user holds."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn

from lenslet.card import Card, save
from lenslet.card.card import fingerprint
from lenslet.data.compared import SYMMETRIES
from lenslet.results import Evaluation
from lenslet.results.exported import Exported
from lenslet.tasks.face.base import BaseEmbedder
from lenslet.tasks.face.binary import BinaryHead
from lenslet.tasks.face.distance import unit
from lenslet.tasks.face.graph import plan
from lenslet.tasks.face.metrics import Apart, all_pairs, distances, rates, threshold_at
from lenslet.tasks.face.training import answers_of
from lenslet.tasks.face.views import joined, views_of
from lenslet.tasks.face.whiten import whitening

_BINARY, _PROJECTION = "binary.", "projection"


class Embedder(BaseEmbedder):
    """A trained net with its card: call it with a picture, compare two, measure it on people, save it.

    Args:
        net: gives numbers.
        card: preprocessing, views, threshold and all that is known about it.
        binary: the head that compares two encodings, where it has learned one (course item 4.7).
        projection: of what all views say, onto the numbers that are kept.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
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
        self.net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.card, self.binary, self.projection = card, binary, projection
        self.evaluation, self.folder = evaluation, folder
        self.curve = None  # of how many pictures would help; classification has it

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
        device = next(self.net.parameters()).device
        rows = []
        for start in range(0, len(prepared), 64):
            seen = views_of(np.ascontiguousarray(prepared[start : start + 64]), self.views)
            images = torch.from_numpy(self.card.preprocess.normalised(seen))
            raw = self.net(images.to(device, memory_format=torch.channels_last))
            rows.append(joined(unit(raw), self.views, self.projection).cpu())
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

    def save(self, folder: str | Path) -> Path:
        """Write card.json and model.safetensors into `folder`, whole or not at all.

        Raises:
            OSError: the folder cannot be written.
        """
        self.folder = Path(folder)
        self.card = save(self.folder, self.card, self.state())
        return self.folder

    def export(self, out: str | Path, **how: Any) -> Exported:
        """Write the model as one ONNX file, checked against this one; see `lenslet.exporting.write`.

        Raises:
            MissingError: the packages for it are not installed.
            WorkError: the file's answers are too far from this model's; it is not left behind.
        """
        from lenslet.exporting import write

        return write(plan(self), Path(out), **how)

    def with_evaluation(self, evaluation: Evaluation, measured_on: str) -> "Embedder":
        """The same model with its numbers on the card."""
        metrics = {name: value for name, value in evaluation.metrics.items() if np.isfinite(value)}
        intervals = {name: between for name, between in evaluation.intervals.items() if name in metrics}
        card = replace(self.card, metrics=metrics, intervals=intervals, measured_on=measured_on)
        return self._with(card, evaluation)

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

    def _with(self, card: Card, evaluation: Evaluation | None, **more: Any) -> "Embedder":
        kept: dict[str, Any] = {"binary": self.binary, "projection": self.projection, "folder": self.folder} | more
        return Embedder(self.net, card, evaluation=evaluation, **kept)
