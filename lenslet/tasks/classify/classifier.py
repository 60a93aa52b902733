"""The object a user holds."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from lenslet.card import Card, fingerprint, save
from lenslet.results import Evaluation
from lenslet.results.calibration import Calibration
from lenslet.results.exported import Exported
from lenslet.results.learning_curve import LearningCurve
from lenslet.tasks.classify.base import BaseClassifier
from lenslet.tasks.classify.calibrate import calibrate
from lenslet.tasks.classify.decode import MIRRORED, logits, probabilities
from lenslet.tasks.classify.graph import plan


class Classifier(BaseClassifier):
    """A trained net with its card: call it with a picture, measure it on a folder, save it.

    Args:
        net: gives logits.
        card: labels, preprocessing and all that is known about it.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
    """

    def __init__(
        self, net: nn.Module, card: Card, *, evaluation: Evaluation | None = None, folder: Path | None = None
    ) -> None:
        self.net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.card = card
        self.evaluation = evaluation
        self.folder = folder
        self.curve: LearningCurve | None = None  # where `train` was asked for one

    @property
    def fingerprint(self) -> str:
        """Hexadecimal; another wherever answers could be."""
        return fingerprint(self.card, self.net.state_dict())

    def scores(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[np.ndarray, "n classes"]:
        """Probabilities of the classes, for pictures at the net's size."""
        return probabilities(self.logits(prepared), temperature=self.card.temperature).cpu().numpy()

    @torch.inference_mode()
    def logits(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[Tensor, "n classes"]:
        """Raw outputs for pictures at the net's size; in float32, so that a picture's answer depends on itself
        alone."""
        device = next(self.net.parameters()).device
        images = torch.from_numpy(self.card.preprocess.normalised(prepared))
        return self._raw(images.to(device, memory_format=torch.channels_last))

    @torch.inference_mode()
    def calibrated(self, held_out: Iterable[tuple[Tensor, Tensor]] | None) -> "tuple[Classifier, Calibration]":
        """The same model with a temperature on its card, and what that does; no answer changes, only how sure it is.

        Args:
            held_out: batches of (normalised images, classes) that it was not trained on; None where there are none:
                its temperature is then 1.
        """
        device = next(self.net.parameters()).device
        pairs = [
            (self._raw(images.to(device, memory_format=torch.channels_last)).cpu().numpy(), classes.cpu().numpy())
            for images, classes in held_out or ()
        ]
        logits = np.concatenate([np.zeros((0, len(self.labels)), np.float32), *(raw for raw, _ in pairs)])
        truth = np.concatenate([np.zeros(0, np.int64), *(classes for _, classes in pairs)])
        found = calibrate(logits, truth, by_heart=held_out is None)
        card = replace(self.card, thresholds={**self.card.thresholds, **found.thresholds})
        return Classifier(self.net, card, evaluation=self.evaluation, folder=self.folder), found

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

    def with_evaluation(self, evaluation: Evaluation, measured_on: str) -> "Classifier":
        """The same model with its numbers on the card."""
        card = replace(
            self.card, metrics=dict(evaluation.metrics), intervals=dict(evaluation.intervals), measured_on=measured_on
        )
        return Classifier(self.net, card, evaluation=evaluation, folder=self.folder)

    def _raw(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        return logits(self.net, images, mirrored=bool(self.card.head.get(MIRRORED))).float().cpu()
