"""An exponential moving average of weights."""

import copy

import torch
from torch import nn


class Average:
    """Follows a net step by step; `net` holds the averaged weights and buffers, ready to evaluate.

    The window is a fraction of the steps so far, not a fixed number of them: a run of two minutes and one of two hours
    both forget their beginning. With `fraction` f, the weight of the newest step is 1 / (1 + f * steps).

    Source: Polyak and Juditsky 1992; the growing window as in Karras et al. 2023 (EDM2, power-function EMA).
    """

    def __init__(self, net: nn.Module, fraction: float) -> None:
        self.net = copy.deepcopy(net).requires_grad_(False).eval()
        self.fraction = fraction
        self.steps = 0

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        """Take in the weights after one more step."""
        weight = 1 / (1 + self.fraction * self.steps)
        self.steps += 1
        own, new = self.net.state_dict(), net.state_dict()
        floats = [k for k, v in own.items() if v.is_floating_point()]
        torch._foreach_lerp_([own[k] for k in floats], [new[k] for k in floats], weight)
        for key, value in own.items():
            if not value.is_floating_point():  # the step counters of batch norm
                value.copy_(new[key])
