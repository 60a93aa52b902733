"""What a painting of one size is compared with, looked at once, and the cost that follows from it."""

from collections.abc import Mapping, Sequence
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
    relative_distance,
    style_distance,
    style_matrix,
    total_variation,
)
from lenslet.tasks.style.manner import BALANCE, Manner
from lenslet.tasks.style.tiles import Seen, Tiles

__all__ = ["Targets"]

Matrices = Mapping[str, tuple[Tensor, float]]
"""Layer -> a style matrix, and how many positions it is a sum over."""


@dataclass(frozen=True)
class Targets:
    """The content's activations and the styles' matrices, each divided by its number of positions.

    Args:
        encoder: that they came from.
        manner: weights.
        content: layer -> activations.
        styles: a style each: layer -> matrix.
        masks: a style each: where it counts, at the painting's size; None for everywhere.
        tiles: look at the painting tile by tile; None: as a whole.
    """

    encoder: Encoder
    manner: Manner
    content: dict[str, Tensor]
    styles: list[dict[str, Tensor]]
    masks: Sequence[Tensor | None]
    tiles: Tiles | None = None

    @classmethod
    @torch.no_grad()
    def of(
        cls,
        encoder: Encoder,
        manner: Manner,
        content: Float[Tensor, "1 3 h w"],
        styles: Sequence[Tensor],
        masks: Sequence[Tensor | None],
        tiles: Tiles | None = None,
    ) -> "Targets":
        """Look at the pictures, values in 0..1."""
        if tiles is not None:
            found = [tiles.matrices(style)[0] for style in styles]
            kept = tiles.content(content)
        else:
            found = [_matrices(encoder(style, tuple(encoder.taps.style))) for style in styles]
            kept = {name: a.float() for name, a in encoder(content, tuple(encoder.taps.content)).items()}
        means = [{layer: matrix / positions for layer, (matrix, positions) in one.items()} for one in found]
        return cls(encoder, manner, kept, means, masks, tiles)

    def cost(self, painting: Float[Tensor, "1 3 h w"]) -> dict[str, Tensor]:
        """The weighted parts of J."""
        if self.tiles is not None:
            return self._tiled(painting, self.tiles)
        seen = self.encoder(painting)
        styles = {layer: seen[layer] for layer in self.encoder.taps.style}
        whole = _matrices(styles) if any(mask is None for mask in self.masks) else {}
        matrices = [whole if mask is None else self._masked(styles, mask) for mask in self.masks]
        return self._parts(self._content_cost(seen), self._style_cost(matrices), painting)

    def _parts(self, content: Tensor, style: Tensor, painting: Tensor) -> dict[str, Tensor]:
        manner = self.manner
        alpha, beta = self._weights()
        nothing = torch.zeros_like(style)
        parts = {
            "content": painting_cost(content, nothing, alpha=alpha, beta=0),
            "style": painting_cost(nothing, style, alpha=0, beta=beta),
        }
        if manner.variation:
            parts["variation"] = manner.variation * total_variation(painting)
        return parts

    def _weights(self) -> tuple[float, float]:
        manner = self.manner
        if manner.alpha is not None and manner.beta is not None:
            return float(manner.alpha), float(manner.beta)
        return 1.0 - manner.strength, float(manner.strength * BALANCE)

    @property
    def _raw(self) -> bool:
        """Whether the costs are the course's own."""
        return self.manner.alpha is not None

    def _content_cost(self, seen: Mapping[str, Tensor]) -> Tensor:
        distance = content_cost if self._raw else relative_content_cost
        taps = self.encoder.taps
        return torch.stack([w * distance(self.content[k], seen[k].float()) for k, w in taps.content.items()]).sum()

    def _style_cost(self, matrices: Sequence[Matrices]) -> Tensor:
        """From the matrices that the painting has for each style."""
        distance = style_distance if self._raw else relative_distance
        costs = []
        for weight, wanted, found in zip(self.manner.weights(len(self.styles)), self.styles, matrices, strict=True):
            for layer, share in self.encoder.taps.style.items():
                matrix, positions = found[layer]
                costs.append(weight * share * distance(wanted[layer], matrix, positions))
        return torch.stack(costs).sum()

    def _masked(self, seen: Mapping[str, Tensor], mask: Float[Tensor, "h w"]) -> Matrices:
        return _matrices(seen, {layer: self._shrunk(mask, found) for layer, found in seen.items()})

    def _shrunk(self, mask: Float[Tensor, "h w"], activations: Tensor) -> Float[Tensor, "_ _"]:
        """A mask on the positions of a layer."""
        shape = (activations.shape[2], activations.shape[3])
        return functional.interpolate(self.encoder.framed(mask[None, None]), shape, mode="area")[0, 0]

    def _tiled(self, painting: Float[Tensor, "1 3 h w"], tiles: Tiles) -> dict[str, Tensor]:
        """The same, in two passes over the tiles; each part of J carries its slope along."""
        sums = tiles.matrices(painting, self.masks)
        leaves = [{k: matrix.requires_grad_() for k, (matrix, _) in one.items()} for one in sums]
        with torch.enable_grad():
            style = self._style_cost(
                [{k: (leaf[k], n) for k, (_, n) in one.items()} for leaf, one in zip(leaves, sums, strict=True)]
            )
            flat = [matrix for leaf in leaves for matrix in leaf.values()]
            wishes = torch.autograd.grad(style, flat)
        told = iter(wishes)
        wanted = [{k: next(told) for k in leaf} for leaf in leaves]
        scale = {k: self._content_scale(k) for k in self.encoder.taps.content}
        sizes = torch.zeros(())

        def content(seen: Seen) -> Tensor:
            parts = []
            for layer, times in scale.items():
                (top, left), (height, width) = seen.places[layer], seen.activations[layer].shape[2:]
                here = self.content[layer][:, :, top : top + height, left : left + width]
                parts.append(times * (here - seen.activations[layer].float()).square().sum())
            return torch.stack(parts).sum()

        alpha, beta = self._weights()

        def part(seen: Seen, framed: Tensor) -> Tensor:
            nonlocal sizes
            of_content = content(seen)
            sizes = sizes + of_content.detach()
            shares = [alpha * of_content]
            for wish, mask in zip(wanted, self.masks, strict=True):
                for layer in self.encoder.taps.style:
                    where = tiles.mask_of(mask, layer, seen, framed)
                    shares.append(beta * (wish[layer] * style_matrix(seen.activations[layer], where)).sum())
            return torch.stack(shares).sum()

        slope = tiles.slope(painting, part)
        parts = self._parts(sizes, style.detach(), painting)
        # A number whose slope is the one found: the picture times it, less the same again
        return parts | {"style": parts["style"] + (slope * (painting - painting.detach())).sum()}

    def _content_scale(self, layer: str) -> float:
        """What the squared distance of a content layer is multiplied by."""
        weight = float(self.encoder.taps.content[layer])
        if self._raw:
            return 0.5 * weight
        wanted = self.content[layer]
        return weight / max(float((wanted - wanted.mean((2, 3), keepdim=True)).square().sum()), 1e-30)


def _matrices(seen: Mapping[str, Tensor], masks: Mapping[str, Tensor] | None = None) -> dict[str, tuple[Tensor, float]]:
    """Each layer's style matrix and its number of positions."""
    found = {}
    for layer, activations in seen.items():
        mask = (masks or {}).get(layer)
        positions = float(activations[0, 0].numel()) if mask is None else max(float(mask.sum()), 1e-30)
        found[layer] = (style_matrix(activations, mask), positions)
    return found
