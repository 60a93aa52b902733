"""What `fit` is given, once everything before it is done."""

from dataclasses import dataclass

from torch import nn

from lenslet.loops.fit import Feed
from lenslet.loops.recipe import Recipe


@dataclass(frozen=True)
class Learner:
    """The net, or what is not frozen of it, and feeds to match."""

    net: nn.Module
    train: Feed
    valid: Feed | None
    recipe: Recipe
    seconds: float = 0.0
    """That were spent before: on features, and on a head that is solved."""
