"""Pictures too large to be looked at whole: tile by tile, with the same answer.

A style matrix is a sum over positions, so it is the sum of its tiles' matrices; content costs are sums as well. Each
tile is seen with so much around it that its own positions are what they are in the whole picture: no seam, for there is
no edge that a layer could see. The slope needs two passes: the first adds up the matrices and gives the cost and what
it thinks of each matrix; the second asks each tile how its pixels change that. Only one tile's activations lie in
memory at a time.
"""

import copy
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from lenslet.errors import CallError
from lenslet.nets.features import Features, names_of
from lenslet.tasks.style.encoder import PIXELS, Encoder
from lenslet.tasks.style.loss import style_matrix

__all__ = ["Seen", "Tiles"]

_LEAST = 128  # pixels of a tile without what is around it
_ROOM = 1.5e9  # bytes that a tile may take


@dataclass(frozen=True)
class Seen:
    """One tile as a net sees it.

    Args:
        activations: layer -> those of the tile's own positions.
        places: layer -> (top, left) of the first of them among the positions of the whole picture.
    """

    activations: Mapping[str, Tensor]
    places: Mapping[str, tuple[int, int]]


class Tiles:
    """How an encoder looks at large pictures.

    Args:
        encoder: that looks.
        side: of a tile's own part, pixels; None: as large as 1.5 GB allow.

    Raises:
        CallError: nobody knows how much around a tile this net sees.
    """

    def __init__(self, encoder: Encoder, side: int | None = None):
        self.encoder = encoder
        fields = {layer.name: layer.field for layer in names_of(encoder.features.net)}
        fields |= {layer.path: layer.field for layer in names_of(encoder.features.net)}
        self.strides = {PIXELS: Fraction(1)}
        zoom, reach = encoder.taps.zoom, Fraction(0)
        for name in encoder.features.names:
            field = fields.get(name)
            if field is None or field.everywhere_same or field.high != field.wide:
                raise CallError(f"{encoder.name} cannot look tile by tile: what {name} sees is not known")
            self.strides[name] = Fraction(field.high.jump) / zoom
            reach = max(reach, -field.high.low / zoom, (field.high.high - field.high.jump) / zoom)
        # Tiles begin where every layer has a position that begins; the bilinear zoom looks one pixel further
        self.step = math.lcm(*(max(math.ceil(stride), 1) for stride in self.strides.values()))
        self.around = math.ceil((reach + 2) / self.step) * self.step
        self.side = max(self._affordable() if side is None else side, self.step) // self.step * self.step

    def _affordable(self) -> int:
        whole = math.isqrt(int(_ROOM / (self.encoder.bytes_for(1024, 1024) / 1024**2)))
        return max(whole - 2 * self.around, _LEAST)

    def bytes_for(self) -> int:
        """About how much memory one tile takes."""
        side = self.side + 2 * self.around
        return self.encoder.bytes_for(side, side)

    def over(self, framed: Float[Tensor, "1 3 h w"], only: Sequence[str] | None = None) -> Iterator[Seen]:
        """Each tile of a picture that has its mirrored margin already; gradients flow."""
        layers = self.encoder.taps.layers if only is None else tuple(only)
        for top, bottom, above, below in self._spans(framed.shape[2]):
            for left, right, before, behind in self._spans(framed.shape[3]):
                found = self.encoder.look(framed[:, :, above:below, before:behind], layers)
                kept, places = {}, {}
                for layer in layers:
                    stride = self.strides[layer]
                    rows = _own(top, bottom, above, framed.shape[2], stride)
                    columns = _own(left, right, before, framed.shape[3], stride)
                    kept[layer] = found[layer][:, :, rows, columns]
                    places[layer] = (int(top / stride), int(left / stride))
                yield Seen(kept, places)

    def _spans(self, length: int) -> Iterator[tuple[int, int, int, int]]:
        """(first, end, first seen, end seen) of the tiles along one side, pixels; the last takes what is left."""
        count = max(length // self.side, 1)
        for number in range(count):
            start = number * self.side
            end = length if number == count - 1 else start + self.side
            yield start, end, max(start - self.around, 0), min(end + self.around, length)

    @torch.no_grad()
    def matrices(
        self, picture: Float[Tensor, "1 3 h w"], masks: Sequence[Tensor | None] = (None,)
    ) -> list[dict[str, tuple[Tensor, float]]]:
        """The style matrices of a whole picture, and how many positions each is a sum over; a mask each."""
        framed = self.encoder.framed(picture)
        sums: list[dict[str, tuple[Tensor, float]]] = [{} for _ in masks]
        for seen in self.over(framed, tuple(self.encoder.taps.style)):
            for so_far, mask in zip(sums, masks, strict=True):
                for layer, found in seen.activations.items():
                    part = self.mask_of(mask, layer, seen, framed)
                    matrix, positions = so_far.get(layer, (torch.zeros(()), 0.0))
                    own = float(found[0, 0].numel()) if part is None else float(part.sum())
                    so_far[layer] = (matrix + style_matrix(found, part), positions + own)
        return sums

    def mask_of(
        self, mask: Float[Tensor, "h w"] | None, layer: str, seen: Seen, framed: Float[Tensor, "1 3 H W"]
    ) -> Float[Tensor, "_ _"] | None:
        """The part of a mask that lies on a tile's positions of a layer."""
        if mask is None:
            return None
        shape = self._positions(framed.shape[2], framed.shape[3])[layer]
        whole = functional.interpolate(self.encoder.framed(mask[None, None]), shape, mode="area")[0, 0]
        (top, left), (height, width) = seen.places[layer], seen.activations[layer].shape[2:]
        return whole[top : top + height, left : left + width]

    @lru_cache(maxsize=4)  # noqa: B019  a size or two, for as long as one picture is painted
    def _positions(self, height: int, width: int) -> dict[str, tuple[int, int]]:
        """Of each layer, for a whole picture of this size."""
        zoom, features = self.encoder.taps.zoom, self.encoder.features
        shapes = Features(copy.deepcopy(features.net).to("meta").float(), features.names)  # which has no numbers
        found = shapes(torch.empty(1, self.encoder.channels, height * zoom, width * zoom, device="meta"))
        return {name: (a.shape[2], a.shape[3]) for name, a in found.items()} | {PIXELS: (height, width)}

    @torch.no_grad()
    def content(self, picture: Float[Tensor, "1 3 h w"]) -> dict[str, Tensor]:
        """The activations of the content layers, put together."""
        rows: dict[str, dict[int, list[Tensor]]] = {layer: {} for layer in self.encoder.taps.content}
        for seen in self.over(self.encoder.framed(picture), tuple(self.encoder.taps.content)):
            for layer, found in seen.activations.items():
                rows[layer].setdefault(seen.places[layer][0], []).append(found.float())
        return {layer: torch.cat([torch.cat(row, 3) for row in found.values()], 2) for layer, found in rows.items()}

    def slope(
        self, picture: Float[Tensor, "1 3 h w"], part: Callable[[Seen, Float[Tensor, "1 3 H W"]], Tensor]
    ) -> Float[Tensor, "1 3 h w"]:
        """The slope of a sum over tiles, each tile's share of it worked out alone.

        Args:
            picture: where.
            part: a tile, and the picture with its margin -> its share.
        """
        with torch.enable_grad():
            leaf = picture.detach().requires_grad_()
            framed = self.encoder.framed(leaf)
            inner = framed.detach().requires_grad_()
            total = torch.zeros_like(inner)
            for seen in self.over(inner):
                total += torch.autograd.grad(part(seen, inner), inner)[0]
            (slope,) = torch.autograd.grad(framed, leaf, total) if framed is not leaf else (total,)
        return slope


def _own(start: int, end: int, seen: int, length: int, stride: Fraction) -> slice:
    """Which positions of a tile are its own."""
    first = int((start - seen) / stride)
    return slice(first, None) if end == length else slice(first, first + int((end - start) / stride))
