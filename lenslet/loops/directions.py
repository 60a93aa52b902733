"""Where to go next with the pixels of a picture: a quasi-Newton direction (L-BFGS), or Adam's.

Both look at one picture and its slope, and answer with what to add to it; how far is `paint`'s to decide.
"""

from collections import deque

import torch
from torch import Tensor

__all__ = ["Adam", "Lbfgs"]


_FOLLOWS = 0.1  # how fast the mean of the squared slope follows
_POWER, _FLOOR = 0.25, 1e-3


class Lbfgs:
    """Limited-memory BFGS: the slope, bent by the curvature that the last steps have met.

    Where nothing has been met yet, numbers with small slopes are taken further than those with large ones, by the root
    of the root of the mean squared slope: a clear sky has smaller slopes than a tree, and as far to go.

    Args:
        history: steps that are remembered; each costs the memory of two pictures.

    Source: Nocedal, Wright 2006, Numerical Optimization, algorithm 7.4, scaled by equation 7.20; the first scale of
    each number after Duchi 2011 (Adagrad), at half its power.
    """

    descends = True
    """Whether a step that leads up is a mistake."""

    def __init__(self, history: int = 50):
        self.pairs: deque[tuple[Tensor, Tensor, Tensor]] = deque(maxlen=history)  # step, change of slope, 1 / product
        self.last: tuple[Tensor, Tensor] | None = None
        self.squares: Tensor | None = None

    def direction(self, picture: Tensor, slope: Tensor) -> Tensor:
        """What to add to the picture.

        Args:
            picture: where we are.
            slope: the gradient there.
        """
        square = slope.square()
        self.squares = square if self.squares is None else self.squares.lerp_(square, _FOLLOWS)
        if self.last is not None:
            step, change = picture - self.last[0], slope - self.last[1]
            curvature = (step * change).sum()
            # A pair that met no curvature upwards would bend the direction up
            if curvature > 1e-10 * change.square().sum():
                self.pairs.append((step, change, 1 / curvature))
        self.last = (picture, slope)
        if not self.pairs:
            return -slope / slope.abs().sum().clamp(min=1e-30) * min(1.0, float(slope.abs().sum()))
        way, shares = slope.clone(), []
        for step, change, inverse in reversed(self.pairs):
            share = inverse * (step * way).sum()
            way.sub_(share * change)
            shares.append(share)
        _, change, inverse = self.pairs[-1]
        scale = (self.squares + _FLOOR * self.squares.mean()).pow_(-_POWER)
        way.mul_(scale).div_(inverse * (scale * change.square()).sum())
        for (step, change, inverse), share in zip(self.pairs, reversed(shares), strict=True):
            way.add_((share - inverse * (change * way).sum()) * step)
        return -way

    def forget(self) -> None:
        """Begin anew: what was met before is no guide any more."""
        self.pairs.clear()
        self.last = None


class Adam:
    """Steps of about `rate` for every pixel, whatever the size of its slope.

    Args:
        rate: in units of the picture's values.
        decay: of the running means of slope and squared slope.

    Source: Kingma, Ba 2015, algorithm 1.
    """

    descends = False

    def __init__(self, rate: int | float = 0.02, decay: tuple[float, float] = (0.9, 0.999)):
        self.rate, self.decay = rate, decay
        self.steps = 0
        self.first: Tensor | None = None
        self.second: Tensor | None = None

    def direction(self, picture: Tensor, slope: Tensor) -> Tensor:
        """What to add to the picture."""
        if self.first is None or self.second is None:
            self.first, self.second = torch.zeros_like(picture), torch.zeros_like(picture)
        one, two = self.decay
        self.steps += 1
        self.first.lerp_(slope, 1 - one)
        self.second.mul_(two).addcmul_(slope, slope, value=1 - two)
        mean, square = self.first / (1 - one**self.steps), self.second / (1 - two**self.steps)
        return -self.rate * mean / (square.sqrt() + 1e-8)

    def forget(self) -> None:
        """Begin anew."""
        self.steps, self.first, self.second = 0, None, None
