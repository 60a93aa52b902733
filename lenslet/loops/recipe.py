"""How a net is trained, as one value."""

import math
from dataclasses import asdict, dataclass

from lenslet.errors import CallError


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run besides the net, the data and the task.

    Exactly one of `epochs` and `minutes` is the budget; the schedule runs on the fraction of it that is spent.

    Args:
        epochs: passes over the training pictures.
        minutes: wall-clock minutes, measuring the validation passes in.
        batch: pictures per step.
        optimizer: "adamw", "sgd" (Nesterov momentum), or "muon" (see `loops.muon`).
        rate: the highest learning rate.
        momentum: of SGD and of Muon's kernels; AdamW's first beta.
        decay: weight decay, on weights of convolutions and dense layers only.
        warmup: fraction of the budget over which the rate rises from 0.
        smoothing: label smoothing.
        average: fraction of the steps so far that the exponential moving average of the weights looks back on; 0: none.
        clip: largest norm of the gradient; 0: no limit.
        patience: stop after so many measurings in a row without a better one; 0: spend the whole budget.
        falloff: factor on the rate from each stage of the net to the one before it, the head having the full rate;
            1: all learn at the same rate.
        precision: "bf16" runs convolutions in bfloat16, "fp32" does not, "auto" asks the CPU and the net.
        seed: of initial weights, order, augmentation and dropout.
        compile: learn through kernels that torch.compile writes for the net: slower for a minute, then faster.
    """

    epochs: int | None = None
    minutes: int | float | None = None
    batch: int = 32
    optimizer: str = "adamw"
    rate: int | float = 2e-3
    momentum: int | float = 0.9
    decay: int | float = 0.05
    warmup: int | float = 0.1
    smoothing: int | float = 0.1
    average: int | float = 0.1
    clip: int | float = 1.0
    patience: int = 0
    falloff: int | float = 1.0
    precision: str = "auto"
    seed: int = 0
    compile: bool = False

    def __post_init__(self) -> None:
        if (self.epochs is None) == (self.minutes is None):
            raise CallError("a recipe needs either epochs or minutes as its budget, and not both")
        if self.epochs is not None and self.epochs < 1:
            raise CallError(f"epochs is {self.epochs}: give 1 or more")
        if self.minutes is not None and not (0 < self.minutes < math.inf):
            raise CallError(f"minutes is {self.minutes}: give a number above 0")
        if self.batch < 1:
            raise CallError(f"batch is {self.batch}: give 1 or more pictures")
        if not (0 < self.rate < math.inf):
            raise CallError(f"rate is {self.rate}: give a learning rate above 0, for instance 0.002")
        if self.optimizer not in ("adamw", "sgd", "muon"):
            raise CallError(f"optimizer is {self.optimizer!r}: give 'adamw', 'sgd' or 'muon'")
        if self.precision not in ("auto", "bf16", "fp32"):
            raise CallError(f"precision is {self.precision!r}: give 'auto', 'bf16' or 'fp32'")
        if self.patience < 0:
            raise CallError(f"patience is {self.patience}: give the number of measurings to wait, or 0 to wait for all")
        if not 0 < self.falloff <= 1:
            raise CallError(f"falloff is {self.falloff}: give a factor above 0, and 1 at most")
        for name in ("warmup", "smoothing", "average"):
            if not 0 <= getattr(self, name) < 1:
                raise CallError(f"{name} is {getattr(self, name)}: give a fraction from 0 to below 1")

    def rate_at(self, fraction: int | float) -> float:
        """The learning rate when `fraction` (0 to 1) of the budget is spent: linear warm-up, then half a cosine to 0.

        Source: Loshchilov and Hutter 2016 (SGDR), without restarts; Goyal et al. 2017 for the warm-up.
        """
        if fraction < self.warmup:
            return float(self.rate) * fraction / self.warmup
        done = min((fraction - self.warmup) / (1 - self.warmup), 1.0)
        return float(self.rate) * 0.5 * (1 + math.cos(math.pi * done))

    def to_dict(self) -> dict[str, object]:
        """Plain values, for the card."""
        return asdict(self)
