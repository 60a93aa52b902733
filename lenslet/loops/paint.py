"""The other loop: it moves pixels, so that a cost of the picture falls (course 4.9, 4.8).

    for stroke in paint(start, cost, steps=300):
        print(stroke)                      # a door draws a bar from it; whoever breaks off keeps the picture so far
    picture = stroke.image()

Like `fit` it never prints, plots or saves. It draws no random numbers: from the same start, by the same cost, the same
machine and number of threads paint the same picture, and `noise` makes a start from a seed.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from lenslet.errors import CallError, DivergedError
from lenslet.loops.directions import Adam, Lbfgs
from lenslet.loops.threads import Threads

__all__ = ["Stroke", "noise", "paint"]

Cost = Callable[[Tensor], Mapping[str, Tensor]]

_RATE = 0.02  # Adam's, of values 0 to 1
_LOOK_BACK = 8  # a step may lead up a little, but not above the highest of so many costs before (Grippo 1986)
_TRIES = 12  # halvings of a step before the direction itself is given up


@dataclass(frozen=True)
class Stroke:
    """One step of painting.

    Attributes:
        step: how many are done; 0 is the start.
        of: how many there will be.
        costs: the parts of the cost, by name, as they are after this step.
        seconds: since the painting began.
        passes: how often the cost was worked out so far; more than the steps where some had to be made smaller.
        share: how much of the work is done, 0 to 1; steps on small pictures are less work.
        said: what a person should know of this step: that the cost was NaN and what was done; empty as a rule.
    """

    step: int
    of: int
    costs: dict[str, float]
    seconds: float
    passes: int
    share: float = 0.0
    said: str = ""
    _image: Callable[[], Tensor] = field(default=lambda: torch.empty(0), repr=False, compare=False)

    @property
    def cost(self) -> float:
        """The sum of the parts."""
        return sum(self.costs.values())

    def image(self) -> Float[Tensor, "..."]:
        """The picture as it is now, at the latest step done: strokes that are kept keep no pictures. A copy."""
        return self._image()

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {value:.4g}" for name, value in self.costs.items())
        return f"{self.step}/{self.of}  cost {self.cost:.4g} ({parts})  {self.seconds:.1f} s"


def paint(
    start: Float[Tensor, "..."],
    cost: Cost,
    *,
    steps: int = 300,
    method: Literal["lbfgs", "adam"] = "lbfgs",
    rate: int | float = _RATE,
    history: int = 20,
    tuned: bool = False,
) -> Iterator[Stroke]:
    """Change a picture step by step so that a cost falls.

    A step after which a cost is NaN or infinite is taken back, made half as long, and tried again; so is one of L-BFGS
    that leads far up. The first is told in `said`. Where no step leads down any more, the painting is done early.

    Args:
        start: the picture to begin with, in numbers of about 0 to 1; it is not changed.
        cost: picture -> named scalars whose sum shall fall. Anything random in it is better done with Adam.
        steps: at the most.
        method: "lbfgs" falls fastest; "adam" bears costs that change from step to step.
        rate: Adam's step, in units of the picture.
        history: steps that L-BFGS remembers.
        tuned: try now and then whether one thread is faster than all; the pictures are then the same to the eye only.

    Yields:
        A stroke for the start and one after each step.

    Raises:
        CallError: a negative number of steps.
        DivergedError: the cost of the start is not finite, or no step from somewhere gives a finite one.
    """
    if steps < 0:
        raise CallError(f"steps is 0 or more, not {steps}")
    began = perf_counter()
    threads = Threads(tuned=tuned)
    work = _Work(cost, start.detach().clone(), Lbfgs(history) if method == "lbfgs" else Adam(rate))

    def stroke(step: int, said: str = "") -> Stroke:
        taken = perf_counter() - began
        return Stroke(step, steps, work.costs, taken, work.passes, step / max(steps, 1), said, work.image)

    yield stroke(0)
    for step in range(1, steps + 1):
        with threads.step(1):
            moved = work.step()
        if not moved:
            return
        said = f"step {step}: {work.wrong}; taken back, and gone on with smaller steps" if work.wrong else ""
        yield stroke(step, said)


class _Work:
    """The picture in the middle of its painting."""

    def __init__(self, cost: Cost, picture: Tensor, guide: Lbfgs | Adam):
        self.cost, self.picture, self.guide = cost, picture, guide
        self.costs, self.slope = _worked_out(cost, picture)
        if _wrong(self.costs, self.slope):
            raise DivergedError(
                f"the start cannot be painted on: {_wrong(self.costs, self.slope)}; see that the picture and the "
                "weights are numbers"
            )
        self.passes = 1
        self.reach = 1.0  # the longest step to be tried, as a share of what the guide says
        self.before = deque([sum(self.costs.values())], maxlen=_LOOK_BACK)
        self.wrong = ""

    def image(self) -> Tensor:
        """A copy of the picture as it is now."""
        return self.picture.clone()

    def step(self) -> bool:
        """Move the picture; False where it is as low as it goes."""
        self.wrong = ""
        if not self.slope.any():
            return False
        guide, length = self.guide, self.reach
        way = guide.direction(self.picture, self.slope)
        for tries in range(2 * _TRIES):
            if tries == _TRIES:  # perhaps what is remembered leads astray
                guide.forget()
                way, length = guide.direction(self.picture, self.slope), 1.0
            there = self.picture + length * way
            costs, slope = _worked_out(self.cost, there)
            self.passes += 1
            wrong = _wrong(costs, slope)
            if not wrong and (not guide.descends or sum(costs.values()) <= max(self.before)):
                break
            self.wrong = self.wrong or wrong
            length /= 2
        else:
            if wrong:
                raise DivergedError(f"painting cannot go on: {wrong} after every step, however small")
            return False
        if self.wrong:  # what led there is no guide any more
            guide.forget()
        # What had to be short once may grow again
        self.reach = min(1.0, 2 * length if guide.descends else 1.1 * length)
        self.picture, self.costs, self.slope = there, costs, slope
        self.before.append(sum(costs.values()))
        return True


def noise(shape: tuple[int, ...], seed: int = 0) -> Float[Tensor, "..."]:
    """A start of even noise from 0 to 1, the same for the same seed on every machine."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def _worked_out(cost: Cost, picture: Tensor) -> tuple[dict[str, float], Tensor]:
    """The parts of the cost, and the slope of their sum."""
    leaf = picture.detach().requires_grad_()
    with torch.enable_grad():
        parts = cost(leaf)
        (slope,) = torch.autograd.grad(sum(parts.values(), torch.zeros(())), leaf)
    return {name: float(value.detach()) for name, value in parts.items()}, slope


def _wrong(costs: Mapping[str, float], slope: Tensor) -> str:
    """What of these is no number; empty where all is well."""
    for name, value in costs.items():
        if not math.isfinite(value):
            return f"{name} was {value}"
    return "" if bool(torch.isfinite(slope.sum())) else "the slope was not finite"
