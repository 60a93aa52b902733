"""The object a user holds."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn

from lenslet.card import Card, fingerprint, save
from lenslet.nets.fused import fused
from lenslet.results import Evaluation
from lenslet.results.exported import Exported
from lenslet.tasks.detect.base import BaseDetector
from lenslet.tasks.detect.decode import found
from lenslet.tasks.detect.graph import plan
from lenslet.tasks.detect.head import head_of


class Detector(BaseDetector):
    """A trained net with its card: call it with a picture, measure it on a data set, save it.

    Args:
        net: gives the maps that `card.head` explains.
        card: labels, preprocessing and all that is known about it.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
    """

    def __init__(
        self, net: nn.Module, card: Card, *, evaluation: Evaluation | None = None, folder: Path | None = None
    ) -> None:
        self.net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.card, self.evaluation, self.folder = card, evaluation, folder
        self._fused: tuple[int, nn.Module] | None = None
        self.curve = None  # of how many pictures would help; classification has it
        self.head = head_of(card.head, len(card.labels))

    @property
    def fingerprint(self) -> str:
        """Hexadecimal; another wherever answers could be."""
        return fingerprint(self.card, self.net.state_dict())

    @torch.inference_mode()
    def found(
        self, prepared: UInt8[np.ndarray, "n h w c"], *, at_least: int | float
    ) -> list[tuple[Float[np.ndarray, "_ 4"], Float[np.ndarray, " _"], Int[np.ndarray, " _"]]]:
        """Corners in pixels of the net's input, scores and classes of each picture at the net's size, best first."""
        boxes, scores = self.head.decode(self._maps(prepared))
        return [
            (corners.double().cpu().numpy(), sure.double().cpu().numpy(), labels.cpu().numpy())
            for corners, sure, labels in (
                found(one, score, at_least=at_least) for one, score in zip(boxes, scores, strict=True)
            )
        ]

    def save(self, folder: str | Path) -> Path:
        """Write card.json and model.safetensors into `folder`, whole or not at all.

        Raises:
            OSError: the folder cannot be written.
        """
        self.folder = Path(folder)
        self.card = save(self.folder, self.card, self.net.state_dict())
        return self.folder

    def with_threshold(self, threshold: int | float, how: str) -> "Detector":
        """The same model with another threshold on its card."""
        thresholds = {**self.card.thresholds, "score": float(threshold), "score_chosen_by": how}
        return Detector(
            self.net, replace(self.card, thresholds=thresholds), evaluation=self.evaluation, folder=self.folder
        )

    def export(self, out: str | Path, **how: Any) -> Exported:
        """Write the model as one ONNX file, checked against this one; see `lenslet.exporting.write`.

        Raises:
            MissingError: the packages for it are not installed.
            WorkError: the file's answers are too far from this model's; it is not left behind.
        """
        from lenslet.exporting import write

        return write(plan(self), Path(out), **how)

    def with_evaluation(self, evaluation: Evaluation, measured_on: str) -> "Detector":
        """The same model with its numbers on the card."""
        metrics = {name: value for name, value in evaluation.metrics.items() if np.isfinite(value)}
        card = replace(self.card, metrics=metrics, intervals=dict(evaluation.intervals), measured_on=measured_on)
        return Detector(self.net, card, evaluation=evaluation, folder=self.folder)

    def _maps(self, prepared: UInt8[np.ndarray, "n h w c"]) -> tuple[Tensor, ...]:
        """In float32, so that a picture's answer depends on itself alone."""
        device, shape = next(self.net.parameters()).device, self.card.preprocess
        # as `Preprocess.normalised` does it, ten times as fast: the memory is in the order of channels_last already
        scale = torch.tensor([1 / (255 * v) for v in shape.std], dtype=torch.float32)
        push = torch.tensor([m / v for m, v in zip(shape.mean, shape.std, strict=True)], dtype=torch.float32)
        images = torch.from_numpy(prepared).float().mul_(scale).sub_(push).permute(0, 3, 1, 2)
        maps: tuple[Tensor, ...] = self._fast()(images.to(device))
        return maps

    def _fast(self) -> nn.Module:
        """The net with its normalisations taken into its convolutions; made anew when a weight has changed."""
        # torch counts the changes of each tensor
        state = sum(tensor._version for tensor in (*self.net.parameters(), *self.net.buffers()))  # noqa: SLF001
        if self._fused is None or self._fused[0] != state:
            self._fused = state, fused(self.net).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return self._fused[1]
