"""The pictures of a data set that make the units of a layer answer most, found in one pass and in bounded memory.

Of each unit the nine strongest answers are kept, one a picture, and nothing else: a data set of any size costs the same
memory. The pass stops at the deepest layer asked for.

Source: course item 4.8; Zeiler and Fergus 2014, Visualizing and understanding convolutional networks, figure 2.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lenslet.nets.features import Features

__all__ = ["NINE", "Strongest", "strongest"]

NINE = 9


@dataclass
class Strongest:
    """The strongest answers of the units of one layer, the most first; -1 rows where there are fewer pictures.

    Attributes:
        values: of the answers; -inf where there is none.
        rows: the pictures.
        cells: (row, column) on the layer's map.
        channels: the number of each unit.
        map: (height, width) of the layer's map, in cells.
        total, squares: sums over all pictures of the largest answer in each, for `stands_out`.
        count: pictures seen.
    """

    values: Float[Tensor, "u k"]
    rows: Int[Tensor, "u k"]
    cells: Int[Tensor, "u k 2"]
    channels: Int[Tensor, " u"]
    map: tuple[int, int]
    total: Float[Tensor, " u"]
    squares: Float[Tensor, " u"]
    count: int = 0

    @property
    def stands_out(self) -> Float[np.ndarray, " u"]:
        """How far the strongest answers of each unit stand above its usual ones, in its own standard deviations."""
        mean = self.total / max(self.count, 1)
        spread = (self.squares / max(self.count, 1) - mean.square()).clamp_min(0).sqrt()
        there = self.rows >= 0
        best = torch.where(there, self.values, 0).sum(1) / there.sum(1).clamp_min(1)
        out: np.ndarray = torch.where(spread > 0, (best - mean) / spread.clamp_min(1e-12), 0).cpu().numpy()
        return out


@torch.no_grad()
def strongest(
    features: Features,
    feed: Iterable[tuple[Sequence[int], Float[Tensor, "b c h w"]]],
    units: Mapping[str, Sequence[int] | None],
    *,
    most: int = NINE,
) -> dict[str, Strongest]:
    """Run pictures through a net and keep what each unit answers most to.

    Args:
        features: the net, with the layers as its names.
        feed: batches of (numbers of the pictures, pictures as the net takes them in).
        units: channels of each layer; None: all.
        most: answers kept for each unit.
    """
    kept: dict[str, Strongest] = {}
    for numbers, images in feed:
        rows = torch.as_tensor(numbers, device=images.device)
        for name, maps in features(images).items():
            if maps.ndim == 2:  # a dense layer: a map of one cell
                maps = maps[:, :, None, None]
            if name not in kept:
                kept[name] = _empty(maps, units[name], most)
            _add(kept[name], maps, rows)
    return kept


def _empty(maps: Float[Tensor, "b c h w"], units: Sequence[int] | None, most: int) -> Strongest:
    channels = torch.arange(maps.shape[1]) if units is None else torch.tensor(list(units), dtype=torch.int64)
    count, device = len(channels), maps.device
    return Strongest(
        torch.full((count, most), -torch.inf, device=device),
        torch.full((count, most), -1, dtype=torch.int64, device=device),
        torch.zeros((count, most, 2), dtype=torch.int64, device=device),
        channels.to(device),
        (maps.shape[2], maps.shape[3]),
        torch.zeros(count, dtype=torch.float64, device=device),
        torch.zeros(count, dtype=torch.float64, device=device),
    )


def _add(kept: Strongest, maps: Float[Tensor, "b c h w"], rows: Int[Tensor, " b"]) -> None:
    """Lay a batch beside what is kept. Places are looked up only for answers that enter: soon there are few."""
    whole = len(kept.channels) == maps.shape[1]
    peaks = (maps if whole else maps[:, kept.channels]).amax((2, 3)).float().T  # (u, b)
    kept.total += peaks.double().sum(1)
    kept.squares += peaks.double().square().sum(1)
    kept.count += len(rows)
    entering = peaks > kept.values[:, -1:]
    if not bool(entering.any()):
        return
    changed = entering.any(1).nonzero()[:, 0]
    most = kept.values.shape[1]
    values, order = torch.cat([kept.values[changed], peaks[changed]], 1).topk(most, 1)
    old_rows = torch.cat([kept.rows[changed], rows.expand(len(changed), -1)], 1).gather(1, order)
    cells = torch.cat([kept.cells[changed], kept.cells.new_zeros((len(changed), len(rows), 2))], 1)
    cells = cells.gather(1, order[..., None].expand(-1, -1, 2))
    unit, place = (order >= most).nonzero(as_tuple=True)
    picture = order[unit, place] - most
    found = maps[picture, kept.channels[changed[unit]]].flatten(1).argmax(1)
    cells[unit, place, 0] = found // maps.shape[3]
    cells[unit, place, 1] = found % maps.shape[3]
    kept.values[changed], kept.rows[changed], kept.cells[changed] = values, old_rows, cells
