"""Muon: momentum whose step, for each convolution, is turned into the nearest orthogonal matrix."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lenslet.loops.precision import cpu_has_bf16

__all__ = ["Muon", "kernels", "orthogonalised"]

_ROUNDS = 3  # of Newton and Schulz: singular values then lie between about 0.3 and 1.2, and more cost more
_OF_VECTORS = 10


class Muon(torch.optim.Optimizer):
    """Kernels of convolutions move by orthogonalised Nesterov momentum, and keep their length; all else moves by AdamW.

    A gradient has few strong directions; made orthogonal, a step goes equally far in all of them, the rare ones too.
    The rate is the step's length in one direction where kernels have the length of an orthogonal matrix, sqrt(rows);
    kernels of another length move in proportion.

    Args:
        groups: parameters, each group with `kernels` true or with a `weight_decay`, and any keys of the caller's.
        lr: the rate of kernels.
        momentum: of kernels.
        rest: rate of dense weights, as a factor of `lr`; shifts and scales of whole maps move ten times as far.
        betas: of all other parameters.

    Source: Jordan et al. 2024 (Muon), and the kept length of airbench94_muon; AdamW, Loshchilov and Hutter 2017.
    """

    def __init__(
        self,
        groups: Iterable[dict[str, Any]],
        *,
        lr: int | float,
        momentum: int | float = 0.6,
        rest: int | float = 0.0125,
        betas: tuple[float, float] = (0.85, 0.99),
    ) -> None:
        super().__init__(
            groups,
            {"lr": lr, "momentum": momentum, "rest": rest, "betas": betas, "weight_decay": 0.0, "kernels": False},
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        assert closure is None
        for group in self.param_groups:
            move = _move_kernel if group["kernels"] else _move_other
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                move(parameter, parameter.grad, self.state[parameter], group)


def kernels(net: nn.Module) -> set[Tensor]:
    """Weights of the convolutions whose maps are normalised behind them, which one sees by their having no bias.

    Only their length does not matter, so only they may keep it.
    """
    found: set[Tensor] = {m.weight for m in net.modules() if isinstance(m, nn.Conv2d) and m.bias is None}
    return found


def _move_kernel(kernel: Tensor, gradient: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> None:
    if not state:
        state["velocity"] = torch.zeros_like(kernel)
        state["length"] = kernel.norm()
    velocity = state["velocity"].mul_(group["momentum"]).add_(gradient)
    ahead = gradient.add(velocity, alpha=group["momentum"])
    rows = kernel.shape[0]
    step = orthogonalised(ahead.reshape(rows, -1)).view(kernel.shape)
    kernel.add_(step * (state["length"] / rows**0.5), alpha=-group["lr"])
    # what follows a convolution normalises its maps: a longer kernel changes nothing but how far the next step turns it
    kernel.mul_(state["length"] / kernel.norm().clamp(min=1e-12))


def _move_other(parameter: Tensor, gradient: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> None:
    if not state:
        state["steps"] = torch.zeros((), dtype=torch.float64)
        state["mean"], state["square"] = torch.zeros_like(parameter), torch.zeros_like(parameter)
    first, second = group["betas"]
    state["steps"] += 1
    steps = float(state["steps"])
    rate = group["lr"] * group["rest"] * (_OF_VECTORS if parameter.ndim <= 1 else 1)
    mean = state["mean"].lerp_(gradient, 1 - first)
    square = state["square"].mul_(second).addcmul_(gradient, gradient, value=1 - second)
    spread = (square / (1 - second**steps)).sqrt_().add_(1e-8)
    parameter.mul_(1 - rate * group["weight_decay"])
    parameter.addcdiv_(mean, spread, value=-rate / (1 - first**steps))


def orthogonalised(matrix: Float[Tensor, "rows columns"], rounds: int = _ROUNDS) -> Float[Tensor, "rows columns"]:
    """Roughly U V^T of the singular value decomposition U S V^T: the same directions, all of about the same strength.

    Args:
        matrix: any; zeros stay zeros.
        rounds: of an iteration that needs nothing but matrix products.

    Source: Jordan et al. 2024, Newton and Schulz's iteration with a quintic chosen for speed.
    """
    fast = matrix.is_cuda or cpu_has_bf16()
    x = matrix.to(torch.bfloat16) if fast else matrix
    x = x / (x.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    for _ in range(rounds):
        square = x @ x.T
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    out: Tensor = (x.T if tall else x).to(matrix.dtype)
    return out
