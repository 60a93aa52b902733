"""What a painting of one size is compared with, looked at once, and the cost that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from lenslet.tasks.style.encoder import Encoder
from lenslet.tasks.style.loss import (
    content_cost,
    painting_cost,
    relative_content_cost,
    relative_style_cost,
    style_cost_from,
    style_matrix,
    total_variation,
)
from lenslet.tasks.style.manner import BALANCE, Manner

__all__ = ["Targets"]


@dataclass(frozen=True)
class Targets:
    """The content's activations and the styles' matrices, each divided by its number of positions.

    Args:
        encoder: that they came from.
        manner: weights.
        content: layer -> activations.
        styles: a style each: layer -> matrix.
        masks: a style each: where it counts, at the painting's size; None for everywhere.
    """

    encoder: Encoder
    manner: Manner
    content: dict[str, Tensor]
    styles: list[dict[str, Tensor]]
    masks: Sequence[Tensor | None]

    @classmethod
    @torch.no_grad()
    def of(
        cls,
        encoder: Encoder,
        manner: Manner,
        content: Float[Tensor, "1 3 h w"],
        styles: Sequence[Tensor],
        masks: Sequence[Tensor | None],
    ) -> "Targets":
        """Look at the pictures, values in 0..1."""
        seen = encoder(content)
        matrices = []
        for style in styles:
            found = encoder(style)
            matrices.append(
                {layer: style_matrix(found[layer]) / found[layer][0, 0].numel() for layer in encoder.taps.style}
            )
        return cls(encoder, manner, {layer: seen[layer].float() for layer in encoder.taps.content}, matrices, masks)

    def cost(self, painting: Float[Tensor, "1 3 h w"]) -> dict[str, Tensor]:
        """The weighted parts of J."""
        manner, taps = self.manner, self.encoder.taps
        seen = self.encoder(painting)
        raw = manner.alpha is not None and manner.beta is not None
        distance, likeness = (content_cost, style_cost_from) if raw else (relative_content_cost, relative_style_cost)
        content = torch.stack(
            [w * distance(self.content[layer], seen[layer].float()) for layer, w in taps.content.items()]
        ).sum()
        styles = []
        for weight, matrices, mask in zip(manner.weights(len(self.styles)), self.styles, self.masks, strict=True):
            for layer, share in taps.style.items():
                where = None if mask is None else self._shrunk(mask, seen[layer])
                styles.append(weight * share * likeness(matrices[layer], seen[layer], where))
        style = torch.stack(styles).sum()
        if manner.alpha is not None and manner.beta is not None:
            alpha, beta = manner.alpha, manner.beta
        else:
            alpha, beta = 1 - manner.strength, manner.strength * BALANCE
        nothing = torch.zeros_like(style)
        parts = {
            "content": painting_cost(content, nothing, alpha=alpha, beta=0),
            "style": painting_cost(nothing, style, alpha=0, beta=beta),
        }
        if manner.variation:
            parts["variation"] = manner.variation * total_variation(painting)
        return parts

    def _shrunk(self, mask: Float[Tensor, "h w"], activations: Tensor) -> Float[Tensor, "_ _"]:
        """A mask on the positions of a layer."""
        shape = (activations.shape[2], activations.shape[3])
        return functional.interpolate(self.encoder.framed(mask[None, None]), shape, mode="area")[0, 0]
