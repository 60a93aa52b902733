"""The learning-rate range test: a short run whose rate rises from far too low to far too high."""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from lenslet.errors import CallError
from lenslet.loops.fit import Feed
from lenslet.loops.optimizers import optimizer_for
from lenslet.loops.precision import autocast, resolve, to_device
from lenslet.loops.recipe import Recipe
from lenslet.loops.task import Task

LOWEST, HIGHEST, STEPS = 1e-6, 1.0, 100
_MEMORY = 0.9  # of the running mean: about ten steps, which is a tenth of the whole way
_EXPLODED = 4.0  # times the lowest loss so far


@dataclass(frozen=True)
class RateStep:
    """What one step at one rate did.

    `loss` is that before the step, on a batch that it had not yet learned from; infinite or NaN where it exploded.
    """

    number: int
    rate: float
    loss: float
    untrained: float
    """What the net as it was at the beginning loses on the same batch: what is hard about a batch, it shows, too."""
    smoothed: float
    """Running mean of what training has changed so far, on top of the mean loss of the untrained net."""


def range_test(
    net: nn.Module,
    task: Task,
    train: Feed,
    recipe: Recipe,
    *,
    lowest: float = LOWEST,
    highest: float = HIGHEST,
    steps: int = STEPS,
) -> Iterator[RateStep]:
    """Train for a while, yielding after each step, the rate growing by the same factor from step to step.

    It ends after `steps`, or when the smoothed loss is four times its lowest. At the end, also when the caller stops
    early, `net` is as it was: weights, running statistics, gradients, training mode, device; and so are the global
    dice.

    Args:
        net: trained on the GPU where there is one.
        task: its loss.
        train: batches, gone through as often as needed.
        recipe: optimizer, momentum, decay, clipping, precision and seed; its rate, warm-up and budget do not matter.
        lowest: rate of the first step.
        highest: rate of the last step.
        steps: how many.

    Raises:
        CallError: the range is empty or upside down.

    Source: Smith 2015, Cyclical Learning Rates, section 3.3; the exponential rise and the stop as in fastai's finder.
    """
    if not 0 < lowest < highest < math.inf or steps < 2:
        raise CallError(f"a range test needs 0 < lowest < highest and 2 steps, not {lowest:g}, {highest:g}, {steps}")
    home = next(net.parameters()).device
    weights, mode = copy.deepcopy(net.state_dict()), net.training
    gradients = [p.grad for p in net.parameters()]
    dice, outside = torch.Generator().manual_seed(recipe.seed).get_state(), torch.get_rng_state()
    try:
        run = _RangeTest(net, task, recipe)
        batches = _endless(train)
        gained, level, least = 0.0, 0.0, math.inf
        for number in range(1, steps + 1):
            rate = lowest * (highest / lowest) ** ((number - 1) / (steps - 1))
            torch.set_rng_state(dice)  # dropout draws from the global dice: ours must not disturb the caller's
            try:
                loss, untrained = run.step(*next(batches), rate)
            finally:
                dice = torch.get_rng_state()
                torch.set_rng_state(outside)
            level += (untrained - level) / number
            gained = _MEMORY * gained + (1 - _MEMORY) * (loss - untrained)
            smoothed = level + gained / (1 - _MEMORY**number)  # the mean began at 0, which this takes out again
            yield RateStep(number, rate, loss, untrained, smoothed)
            outside = torch.get_rng_state()
            least = min(least, smoothed)
            if not math.isfinite(loss) or smoothed > _EXPLODED * least:
                return
    finally:
        net.load_state_dict(weights)
        net.to(home).train(mode)
        for parameter, gradient in zip(net.parameters(), gradients, strict=True):
            parameter.grad = gradient


class _RangeTest:
    """A net with its optimizer, as `fit` would train it."""

    def __init__(self, net: nn.Module, task: Task, recipe: Recipe) -> None:
        self.net, self.task, self.recipe = net, task, recipe
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        net.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        net.train()
        self.untrained = copy.deepcopy(net)
        self.precision = resolve(recipe.precision, net)
        self.optimizer = optimizer_for(net, recipe)

    def step(self, images: Tensor, targets: Any, rate: float) -> tuple[float, float]:
        """The loss of this batch, and of the untrained net on it; then a step, but where the loss is no number."""
        images, targets = images.to(self.device, memory_format=torch.channels_last), to_device(targets, self.device)
        with torch.no_grad():
            untrained = self._loss(self.untrained, images, targets).item()
        total = self._loss(self.net, images, targets)
        loss = total.item()
        if math.isfinite(loss):
            for group in self.optimizer.param_groups:
                group["lr"] = rate * group.get("scale", 1.0)
            self.optimizer.zero_grad(set_to_none=True)
            total.backward()  # type: ignore[no-untyped-call]
            if self.recipe.clip:
                nn.utils.clip_grad_norm_(self.net.parameters(), self.recipe.clip)
            self.optimizer.step()
        return float(loss), float(untrained)

    def _loss(self, net: nn.Module, images: Tensor, targets: Any) -> Tensor:
        with autocast(self.precision, self.device):
            raw = net(images)
        return torch.stack(list(self.task.loss(raw, targets).values())).sum()


def _endless(train: Feed) -> Iterator[tuple[Tensor, Any]]:
    """Pass after pass.

    Raises:
        CallError: a pass without a batch.
    """
    while True:
        empty = True
        for batch in train:
            empty = False
            yield batch
        if empty:
            raise CallError("there is no batch to try a learning rate on")
