"""The same training from noise, to see what a start was worth."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lenslet.results import Evaluation
    from lenslet.tasks.classify.prepare import Prepared
    from lenslet.verbs.progress import Bar


@dataclass(frozen=True)
class Scratch:
    """What came of it."""

    evaluation: "Evaluation"
    """On the very pictures that the other model is measured on."""
    curve: tuple[tuple[float, float], ...]
    """(seconds, accuracy on the held-out part) of each epoch that was measured."""
    seconds: float
    budget: str


def from_scratch(
    prepared: "Prepared",
    data: str | Path,
    *,
    shown: Mapping[str, Any],
    budget: Mapping[str, Any],
    bar: "Bar",
) -> Scratch:
    """Train the net of `prepared` from noise, with the same budget and the defaults of a run that starts from noise.

    Args:
        prepared: the run to compare with.
        data, budget: of the call.
        shown: what decides how pictures are shown: size, augment, balance and mixup, as the call has them.
        bar: to show progress on.

    Raises:
        DivergedError: the loss became NaN.
    """
    from lenslet.loops import fit
    from lenslet.tasks.classify.classifier import Classifier
    from lenslet.tasks.classify.prepare import prepare

    bar.phase("from scratch, to compare")
    other = prepare(data, net=prepared.card.net, weights="none", budget=budget, **shown)
    curve, seconds = [], 0.0
    for epoch in fit(other.net, other.task, other.train, other.valid, other.recipe):
        seconds = epoch.seconds
        if epoch.valid:
            curve.append((seconds, epoch.valid["accuracy"]))
        bar.at(epoch.fraction, f"epoch {epoch.number}")
    # what the other start has seen is left out here as well: both are measured on the same pictures
    model = Classifier(other.net, replace(other.card, seen=prepared.card.seen))
    evaluation = model.evaluate(prepared.held_out, include_seen=prepared.by_heart)
    recipe = other.recipe
    words = f"{recipe.minutes:g} minutes" if recipe.minutes else f"{recipe.epochs} epochs"
    return Scratch(evaluation, tuple(curve), seconds, words)
