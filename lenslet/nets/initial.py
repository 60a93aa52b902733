"""First weights: random numbers of the width that lets a signal keep its size from layer to layer."""

from typing import Literal

from torch import nn

__all__ = ["he", "lecun"]


def he(net: nn.Module, *, mode: Literal["fan_in", "fan_out"] = "fan_in") -> None:
    """Draw all weights of a net of ReLUs: variance 2 / fan; biases 0; batch norm starts as scale 1, shift 0.

    The last dense layer has no ReLU behind it and gets variance 1 / fan_in, so that first logits are of size 1.

    Args:
        net: changed in place.
        mode: fan_in keeps the size of the signal forward, fan_out that of the gradient backward (convolutions only).

    Source: He et al. 2015, Delving deep into rectifiers (arXiv:1502.01852), equations 10 and 14.
    """
    last: nn.Linear | None = None
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode=mode, nonlinearity="relu")
        elif isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            last = module
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.ones_(module.weight)
        else:
            continue
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    if last is not None:
        nn.init.kaiming_normal_(last.weight, nonlinearity="linear")


def lecun(net: nn.Module) -> None:
    """Draw all weights of a net of tanh units: variance 1 / fan_in, biases 0; changes `net` in place.

    Source: LeCun et al. 1998, Efficient BackProp, equation 16.
    """
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="linear")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
