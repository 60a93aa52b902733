"""Which optimizer moves which parameter of a net, and how far."""

from typing import Any

import torch
from torch import nn

from lenslet.loops.muon import Muon, kernels
from lenslet.loops.recipe import Recipe
from lenslet.nets.stages import stages

__all__ = ["optimizer_for"]


def optimizer_for(net: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """The optimizer of a recipe.

    Weight decay is on matrices and kernels (not on Muon's); none on biases and on the gains of normalisation.

    Each group carries a `scale`: its rate is that of the schedule times `falloff` for every stage between it and the
    head.

    Source: Howard and Ruder 2018 (ULMFiT), discriminative fine-tuning.
    """
    groups: list[dict[str, Any]] = []
    turned = kernels(net)
    for scale, parameters in _by_scale(net, recipe.falloff).items():
        moved = [p for p in parameters if p.requires_grad]
        if recipe.optimizer == "muon":
            groups.append({"params": [p for p in moved if p in turned], "scale": scale, "kernels": True})
            moved = [p for p in moved if p not in turned]
        decayed, free = [p for p in moved if p.ndim > 1], [p for p in moved if p.ndim <= 1]
        groups.append({"params": decayed, "weight_decay": recipe.decay, "scale": scale})
        groups.append({"params": free, "weight_decay": 0.0, "scale": scale})
    if recipe.optimizer == "muon":
        return Muon(groups, lr=recipe.rate, momentum=recipe.momentum)
    if recipe.optimizer == "adamw":
        return torch.optim.AdamW(groups, lr=recipe.rate, betas=(recipe.momentum, 0.999), fused=True)
    return torch.optim.SGD(groups, lr=recipe.rate, momentum=recipe.momentum, nesterov=recipe.momentum > 0)


def _by_scale(net: nn.Module, falloff: float) -> dict[float, list[nn.Parameter]]:
    """The net's parameters, by what their rate is multiplied with; those of no stage count as the head's."""
    if falloff == 1:
        return {1.0: list(net.parameters())}
    last_first = [module for _, module in reversed(stages(net))]
    scales = {p: falloff**number for number, m in enumerate(last_first, start=1) for p in m.parameters()}
    found: dict[float, list[nn.Parameter]] = {}
    for parameter in net.parameters():
        found.setdefault(float(scales.get(parameter, 1.0)), []).append(parameter)
    return found
