"""The object a user holds."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8
from torch import nn

from lenslet.card import Card, fingerprint, save
from lenslet.results import Evaluation
from lenslet.results.exported import Exported
from lenslet.tasks.landmark.base import BaseLandmarker, Told
from lenslet.tasks.landmark.decode import places_and_scores
from lenslet.tasks.landmark.graph import plan
from lenslet.tasks.landmark.views import View


class Landmarker(BaseLandmarker):
    """A trained net with its card: call it with a picture, measure it on a data set, save it.

    Args:
        net: gives a map a point.
        card: names of the points, preprocessing and all that is known about it.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
    """

    def __init__(
        self, net: nn.Module, card: Card, *, evaluation: Evaluation | None = None, folder: Path | None = None
    ) -> None:
        self.net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.card, self.evaluation, self.folder = card, evaluation, folder
        self.curve = None  # of how many pictures would help; classification has it
        self.view = View.from_dict(card.head, len(card.labels))

    @property
    def fingerprint(self) -> str:
        """Hexadecimal; another wherever answers could be."""
        return fingerprint(self.card, self.net.state_dict())

    @torch.inference_mode()
    def told(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Told:
        """Places x y in pixels of the net's input, and how sure each is; in float32, so that an answer depends on its
        own thing alone."""
        device = next(self.net.parameters()).device
        images = torch.from_numpy(self.card.preprocess.normalised(prepared))
        maps = self.net(images.to(device, memory_format=torch.channels_last))
        found, sure = places_and_scores(maps, self.card.preprocess.size)
        return found.double().cpu().numpy(), sure.double().cpu().numpy().clip(0, 1)

    def save(self, folder: str | Path) -> Path:
        """Write card.json and model.safetensors into `folder`, whole or not at all.

        Raises:
            OSError: the folder cannot be written.
        """
        self.folder = Path(folder)
        self.card = save(self.folder, self.card, self.net.state_dict())
        return self.folder

    def export(self, out: str | Path, **how: Any) -> Exported:
        """Write the model as one ONNX file, checked against this one; see `lenslet.exporting.write`.

        Raises:
            MissingError: the packages for it are not installed.
            WorkError: the file's answers are too far from this model's; it is not left behind.
        """
        from lenslet.exporting import write

        return write(plan(self), Path(out), **how)

    def with_evaluation(self, evaluation: Evaluation, measured_on: str) -> "Landmarker":
        """The same model with its numbers on the card."""
        metrics = {name: value for name, value in evaluation.metrics.items() if np.isfinite(value)}
        card = replace(self.card, metrics=metrics, intervals=dict(evaluation.intervals), measured_on=measured_on)
        return Landmarker(self.net, card, evaluation=evaluation, folder=self.folder)
