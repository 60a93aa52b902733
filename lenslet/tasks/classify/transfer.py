"""Starting from what is learned: what stays frozen, and what `fit` is then given (course 2.10)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from lenslet.data import Batches
from lenslet.errors import CallError
from lenslet.loops import Feed, Learner, Recipe
from lenslet.loops.features import MOST_VIEWS, Features, Through, remember
from lenslet.loops.precision import resolve
from lenslet.nets.stages import head, split, stages
from lenslet.tasks.classify.head import solve_head

if TYPE_CHECKING:
    from lenslet.tasks.classify.prepare import Prepared

_VIEWS_FOR_HEAD = 2  # as it is and mirrored; six views measured no better (docs/decisions/0009)
_VIEWS_OF_ALL = 4  # where only the head learns; eight measured no better
_SHARE = 0.25  # of a budget in minutes that features may cost at the most


@dataclass(frozen=True)
class Transfer:
    """What a run that does not start from noise has decided.

    Args:
        source: of the weights, as a person would name them.
        licence: of those weights.
        frozen: so many of the first stages stay as they are.
        new_head: whether the last layer begins anew.
        sha256: of the weights, where their card says it.
    """

    source: str
    licence: str
    frozen: int
    new_head: bool
    sha256: str = ""

    def to_dict(self, net: nn.Module) -> dict[str, object]:
        """For the card; the stages by name."""
        names = [name for name, _ in stages(net)][: self.frozen]
        known = {"sha256": self.sha256} if self.sha256 else {}
        return {
            "weights": self.source,
            "licence": self.licence,
            "head": "new" if self.new_head else "kept",
            "frozen": names,
            **known,
        }


def frozen_stages(freeze: str | int | None, net: nn.Module, *, usual: int = 0) -> int:
    """How many stages a call freezes.

    Args:
        freeze: "all" (everything but the head), "none", a number of stages, or None for the usual one.
        net: the net.
        usual: what is frozen where nobody has decided.

    Raises:
        CallError: no such word, or more stages than the net has.
    """
    names = [name for name, _ in stages(net)]
    if freeze is None:
        return usual
    word = str(freeze).strip().lower()
    if word in ("all", "none"):
        return len(names) if word == "all" else 0
    if not word.isdecimal() or int(word) > len(names):
        raise CallError(
            f"freeze is {freeze!r}: give all, none, or how many of the net's {len(names)} stages stay as they are "
            f"({', '.join(names)})"
        )
    return int(word)


def begin(prepared: "Prepared", *, progress: Callable[[float], None] | None = None) -> Learner:
    """Solve a new head on the features of the net, remember those of what is frozen, and say what is left to learn.

    Time that this takes is taken from a budget in minutes.

    Args:
        prepared: the run; its net gets the head.
        progress: called with the fraction done of each walk through the pictures.
    """
    learner = Learner(prepared.net, prepared.train, prepared.valid, prepared.recipe)
    transfer = prepared.transfer
    if transfer is None or not (transfer.frozen or transfer.new_head):
        return learner
    clock = _Clock(prepared.recipe)
    net, recipe = prepared.net, prepared.recipe
    net.to("cuda" if torch.cuda.is_available() else "cpu").to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def kept(front: nn.Module, views: int) -> Features | None:
        return remember(
            front,
            prepared.train,
            views=views,
            precision=recipe.precision,
            enough=clock.enough,
            progress=progress,
        )

    front, rest = split(net, transfer.frozen)
    whole = transfer.frozen == len(stages(net))
    most = _VIEWS_OF_ALL if whole else MOST_VIEWS
    views = max(_VIEWS_FOR_HEAD, min(recipe.epochs or most, most))
    features = kept(front, views) if transfer.frozen else None
    if transfer.new_head:
        shared = features if whole and features is not None else kept(_pooled(net), _VIEWS_FOR_HEAD)
        _solve(net, shared, recipe.seed)
    if transfer.frozen:
        train = features if features is not None else _through(front, prepared.train, recipe)
        learner = Learner(_taking_maps(rest), train, _measured(front, prepared.valid, recipe), recipe)
    return replace(learner, recipe=clock.left(), seconds=60 * clock.minutes)


def _solve(net: nn.Module, features: Features | None, seed: int) -> None:
    """Set the net's last layer by regression, if its features could be kept."""
    layer = head(net)[1]
    if features is None or not isinstance(layer, nn.Linear | nn.Conv2d):
        return
    seen = features.views[:_VIEWS_FOR_HEAD]
    solve_head(layer, _flat(seen), np.tile(features.targets.numpy(), len(seen)), seed=seed)


def _pooled(net: nn.Module) -> nn.Module:
    """Everything but the head; a map is averaged, as a head of one convolution does behind it."""
    body, _ = split(net, len(stages(net)))
    return nn.Sequential(body, nn.AdaptiveAvgPool2d(1)) if isinstance(head(net)[1], nn.Conv2d) else body


class _Clock:
    """Keeps what happens before the loop within its share of a budget in minutes."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe, self.began = recipe, perf_counter()

    @property
    def minutes(self) -> float:
        return (perf_counter() - self.began) / 60

    def enough(self, views: int) -> bool:
        """Whether one more view would cost more than the share."""
        if self.recipe.minutes is None or views < _VIEWS_FOR_HEAD:
            return False
        return self.minutes * (views + 1) / views > _SHARE * self.recipe.minutes

    def left(self) -> Recipe:
        """The recipe with the minutes that are left; at least a tenth of them are."""
        if self.recipe.minutes is None:
            return self.recipe
        return replace(self.recipe, minutes=max(self.recipe.minutes - self.minutes, 0.1 * self.recipe.minutes))


def _measured(front: nn.Module, valid: Batches | None, recipe: Recipe) -> Feed | None:
    """The validation part behind the front, remembered where that is possible."""
    if valid is None:
        return None
    kept = remember(front, valid, precision=recipe.precision)
    return kept if kept is not None else _through(front, valid, recipe)


def _through(front: nn.Module, batches: Batches, recipe: Recipe) -> Through:
    return Through(front, batches, precision=resolve(recipe.precision, front))


def _taking_maps(rest: nn.Module) -> nn.Module:
    """The rest of a net, made to read vectors in the form in which the loop hands them out: as maps of one pixel."""
    first = next(m for m in rest.modules() if isinstance(m, nn.Linear | nn.Conv2d))
    if isinstance(first, nn.Conv2d):
        return rest
    return nn.Sequential(nn.Flatten(), *rest.children())


def _flat(views: np.ndarray) -> Float[np.ndarray, "n f"]:
    """Views one after the other, a row a picture; of a map the mean."""
    short = views.mean((3, 4), dtype=np.float32) if views.ndim == 5 else np.asarray(views, np.float32)
    return short.reshape(-1, short.shape[2])
