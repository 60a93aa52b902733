"""Class activation maps: which places of a layer's map speak for one number of the answer.

    Grad-CAM      relu(sum_k (mean over the map of dy/dA_k) A_k)      of a score that belongs to the whole picture
    HiResCAM      relu(sum_k dy/dA_k A_k), place by place             of one that belongs to a place

A detector's cell reads the map around itself only. The mean over the map forgets that, and Grad-CAM lights up every
thing that looks alike; place by place, the map stays with the thing. Where a dense layer follows the mean over the map,
as in most classifiers, both are the same at the last map.

Source: course item 4.8; Selvaraju et al. 2017, Grad-CAM, equations 1 and 2; Draelos and Carin 2020, HiResCAM.
"""

from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from lenslet.errors import CallError
from lenslet.nets.evaluating import evaluating
from lenslet.nets.features import Activation
from lenslet.tasks.explain.target import Target

__all__ = ["activation_map"]


def activation_map(
    net: nn.Module, image: Float[Tensor, "1 c h w"], target: Target, layer: Activation
) -> tuple[Float[np.ndarray, "r q"], float]:
    """The map of one picture, and its score.

    Args:
        net: any.
        image: as the net takes it in.
        target: the number to explain.
        layer: the one whose map is weighted.

    Raises:
        CallError: the layer answers with no map, or the score does not depend on it.
    """
    kept: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: Any, output: Any) -> Any:
        if kept or not isinstance(output, Tensor):
            return output
        kept.append(output)
        return output.clone()  # what follows may work in place

    hook = net.get_submodule(layer.path).register_forward_hook(keep)
    try:
        with evaluating(net), torch.enable_grad():
            score = target.score(net(image.clone().requires_grad_(True)))
    finally:
        hook.remove()
    if not kept or kept[0].ndim != 4:
        raise CallError(f"the layer {layer.name} answers with no map to be laid over a picture; take one before it")
    (slope,) = torch.autograd.grad(score.sum(), kept[0], allow_unused=True)
    if slope is None:
        raise CallError(f"{target.name} does not depend on the layer {layer.name}; take another")
    weights = slope if target.placed else slope.mean((2, 3), keepdim=True)
    map = (weights * kept[0].detach()).sum(1).relu()[0]
    return map.double().cpu().numpy(), float(score.detach().sum())
