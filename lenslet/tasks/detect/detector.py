"""The object a user holds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn

from lenslet.card import Card
from lenslet.exporting import Plan
from lenslet.nets.fused import fused
from lenslet.results import Evaluation
from lenslet.tasks.detect.base import BaseDetector
from lenslet.tasks.detect.decode import found
from lenslet.tasks.detect.graph import plan
from lenslet.tasks.detect.head import head_of
from lenslet.tasks.trained import TrainedModel


class Detector(TrainedModel, BaseDetector):
    """A trained net with its card: call it with a picture, measure it on a data set, save it.

    Args:
        net: gives the maps that `card.head` explains.
        card, evaluation, folder: see `TrainedModel`.
    """

    def __init__(
        self, net: nn.Module, card: Card, *, evaluation: Evaluation | None = None, folder: Path | None = None
    ) -> None:
        super().__init__(net, card, evaluation=evaluation, folder=folder)
        self._fused: tuple[int, nn.Module] | None = None
        self.head = head_of(card.head, len(card.labels))

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

    def with_threshold(self, threshold: int | float, how: str) -> "Detector":
        """The same model with another threshold on its card."""
        thresholds = {**self.card.thresholds, "score": float(threshold), "score_chosen_by": how}
        return self._with(replace(self.card, thresholds=thresholds), self.evaluation)

    def _plan(self) -> Plan:
        return plan(self)

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
