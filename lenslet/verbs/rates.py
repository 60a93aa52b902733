"""`train --find-lr`: the range test of a run that is prepared, in its folder."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lenslet.files import write_whole

if TYPE_CHECKING:
    from lenslet.results.rates import Rates
    from lenslet.verbs.job import Job
    from lenslet.verbs.progress import Bar


def find_rate(prepared: "Job", folder: Path, bar: "Bar") -> "Rates":
    """Try rising rates on the net, pictures and recipe of a run, and write rates.png and rates.csv.

    Args:
        prepared: the run; its net is left as it was.
        folder: of the run.
        bar: to show progress on.
    """
    from lenslet.loops.range_test import STEPS, range_test
    from lenslet.results.rates import Rates

    way = prepared.begin()  # what is frozen, and a head that is solved, belong to what is tried
    bar.phase("trying learning rates")
    steps = []
    for step in range_test(way.net, prepared.task, way.train, way.recipe):
        steps.append(step)
        bar.at(step.number / STEPS, f"rate {step.rate:.1e}, loss {step.loss:.3f}")
    rates, losses, untrained = (
        np.array([getattr(step, name) for step in steps]) for name in ("rate", "loss", "untrained")
    )
    found = Rates(rates, losses, untrained, usual=prepared.recipe.rate, net=prepared.card.net)
    write_whole(folder / "rates.csv", found.csv())
    found.plot(folder / "rates.png")
    bar.at(1.0)
    return replace(found, folder=folder)
