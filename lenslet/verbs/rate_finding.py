"""What `train --find-lr` does instead of training: a range test, its plot and its table."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lenslet.files import write_whole
from lenslet.results.rates import Rates

if TYPE_CHECKING:
    from lenslet.tasks.classify.prepare import Prepared
    from lenslet.verbs.progress import Bar


def find_rates(prepared: "Prepared", folder: Path, bar: "Bar") -> Rates:
    """Try all rates on a run that could start, and write rates.png and rates.csv into its folder."""
    from lenslet.loops.range_test import STEPS, range_test

    prepared.train.watch = None  # the bar below knows more than that of a training
    bar.phase(f"trying rates with {prepared.card.net}")
    steps = []
    for step in range_test(prepared.net, prepared.task, prepared.train, prepared.recipe):
        steps.append(step)
        bar.at(step.number / STEPS, f"rate {step.rate:.1e}, loss {step.smoothed:.3f}")
    rates, losses, untrained = (np.array([getattr(s, name) for s in steps]) for name in ("rate", "loss", "untrained"))
    found = Rates(rates, losses, untrained, prepared.recipe.rate, prepared.card.net, folder)
    write_whole(folder / "rates.csv", found.csv())
    found.plot(folder / "rates.png")
    bar.at(1.0)
    return found
