"""What layers answer to one picture, and what filters are made of."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from lenslet.errors import CallError
from lenslet.nets.features import Activation, Features
from lenslet.results.units import Unit, UnitLayer

__all__ = ["activations", "filters"]

_SHOWN = 16  # units of a layer where nobody names some
_FILTERS = 64


@torch.no_grad()
def activations(
    net: nn.Module, image: Float[Tensor, "1 c h w"], layers: Sequence[Activation], units: Sequence[int] | None
) -> list[UnitLayer]:
    """The maps of layers for one picture.

    Args:
        net: any.
        image: as the net takes it in.
        layers: in the order in which they are done.
        units: channels of every layer; None: of each layer the sixteen that answer most.

    Raises:
        CallError: a layer has no such unit, or answers with no map.
    """
    answers = Features(net, [layer.name for layer in layers])(image)
    found = []
    for layer in layers:
        maps = answers[layer.name]
        if maps.ndim != 4:
            raise CallError(f"the layer {layer.name} answers with numbers and no maps; take one before it")
        peaks = maps[0].amax((1, 2))
        chosen = _chosen(layer.name, len(peaks), units)
        if units is None:
            chosen = sorted(peaks.topk(min(_SHOWN, len(peaks))).indices.tolist())
        told = tuple(Unit(unit, float(peaks[unit]), (), maps[0, unit].float().cpu().numpy()) for unit in chosen)
        side = None if layer.stride is None else layer.stride[0]
        size = (int(maps.shape[2]), int(maps.shape[3]))
        found.append(UnitLayer(layer.name, len(peaks), told, size, layer.receptive_field, side))
    return found


@torch.no_grad()
def filters(convolutions: Mapping[str, nn.Conv2d], units: Sequence[int] | None) -> list[UnitLayer]:
    """The weights of convolutions.

    Args:
        convolutions: by name.
        units: filters of each; None: the first 64.

    Raises:
        CallError: a convolution has no such filter.
    """
    found = []
    for name, convolution in convolutions.items():
        weights = convolution.weight.float().cpu().numpy()
        chosen = _chosen(name, len(weights), units)[: _FILTERS if units is None else None]
        told = tuple(Unit(unit, float(np.abs(weights[unit]).max()), (), weights[unit]) for unit in chosen)
        high, wide = convolution.kernel_size
        found.append(UnitLayer(name, len(weights), told, None, (high, wide), float(convolution.stride[0])))
    return found


def _chosen(layer: str, count: int, units: Sequence[int] | None) -> list[int]:
    if units is None:
        return list(range(count))
    wrong = [unit for unit in units if not 0 <= unit < count]
    if wrong:
        raise CallError(f"the layer {layer} has the units 0 to {count - 1}, not {wrong[0]}; take one of those")
    return list(units)
