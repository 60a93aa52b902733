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
from lenslet.tasks.localize.base import BaseLocalizer, Told
from lenslet.tasks.localize.decode import told
from lenslet.tasks.localize.graph import plan


class Localizer(BaseLocalizer):
    """A trained net with its card: call it with a picture, measure it on a data set, save it.

    Args:
        net: gives p_c, a box and logits of the classes.
        card: labels, preprocessing and all that is known about it.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
    """

    def __init__(
        self, net: nn.Module, card: Card, *, evaluation: Evaluation | None = None, folder: Path | None = None
    ) -> None:
        self.net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.card, self.evaluation, self.folder = card, evaluation, folder
        self.curve = None  # of how many pictures would help; classification has it

    @property
    def fingerprint(self) -> str:
        """Hexadecimal; another wherever answers could be."""
        return fingerprint(self.card, self.net.state_dict())

    @torch.inference_mode()
    def told(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Told:
        """p_c, corners as shares of the sides, and probabilities of the classes; in float32, so that an answer depends
        on its own picture alone."""
        device = next(self.net.parameters()).device
        images = torch.from_numpy(self.card.preprocess.normalised(prepared))
        return told(self.net(images.to(device, memory_format=torch.channels_last)))

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

    def with_evaluation(self, evaluation: Evaluation, measured_on: str) -> "Localizer":
        """The same model with its numbers on the card."""
        metrics = {name: value for name, value in evaluation.metrics.items() if np.isfinite(value)}
        card = replace(self.card, metrics=metrics, intervals=dict(evaluation.intervals), measured_on=measured_on)
        return Localizer(self.net, card, evaluation=evaluation, folder=self.folder)
