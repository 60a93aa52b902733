"""How `bloodcells`, the detector that ships with Lenslet, was made: BCCD's train and val pictures together.

Command: python -m benchmarks.shipped.bloodcells
Minutes: 27 on two cores
Measures: COCO's mAP50 and mAP on the 87 pictures of val, of a detector trained on the 205 of train by the same recipe
    in 13 minutes; val chose its best epoch and its threshold. The one that is shipped has then learned all 292 in 13
    minutes, so nothing is left to measure itself on: its card carries the numbers of the first one, and says so.
Peers: none; see benchmarks/quality/detection.py.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import pad

import lenslet as ll
from lenslet.card import save
from lenslet.card.foreign import halved
from lenslet.card.start import start
from lenslet.data.follow import boxes_follow
from lenslet.data.placed import Placed
from lenslet.data.split import short_key
from lenslet.loops import fit
from lenslet.tasks.detect.prepare import prepare

DATA = Path("../shared/data/bccd")
OUT = Path(__file__).parents[2] / "lenslet" / "shipped" / "bloodcells"
MINUTES, AUGMENT = 13.0, "turned"
LICENCE = "MIT (BCCD, github.com/Shenggan/BCCD_Dataset)"


def main() -> None:
    first = ll.train(DATA, task="detect", minutes=MINUTES, augment=AUGMENT, out=Path("runs/bloodcells"))
    measured = first.evaluation
    assert measured is not None
    print(measured)

    p = prepare(DATA, start=start("natural", None), augment=AUGMENT, budget={"minutes": MINUTES})
    assert p.valid is not None
    most = max(p.train.truth.shape[1], p.valid.truth.shape[1])
    truth = torch.cat(
        [pad(feed.truth, (0, 0, 0, most - feed.truth.shape[1]), value=-1.0) for feed in (p.train, p.valid)]
    )
    rows = np.concatenate([p.train.rows, p.valid.rows])
    everything = Placed(
        p.train.pixels, rows, truth, p.card.preprocess, follow=boxes_follow, size=p.recipe.batch,
        augment=p.train.augment, shuffle=True, seed=p.recipe.seed,
    )  # fmt: skip
    for epoch in fit(p.net, p.task, everything, None, p.recipe):
        print(epoch.number, sum(epoch.train.values()), flush=True)
    card = replace(
        p.card,
        recipe=p.card.recipe | {"made by": "benchmarks/shipped/bloodcells.py"},
        data=p.card.data | {"trained_on": len(rows), "held_out": 0},
        metrics={name: value for name, value in measured.metrics.items() if np.isfinite(value)},
        intervals=dict(measured.intervals),
        measured_on=(
            "the 87 val pictures of BCCD, by a detector trained without them by the same recipe; this one has learned "
            "them, too"
        ),
        thresholds=first.card.thresholds,
        licence={"weights": "Apache-2.0, trained by Lenslet on top of natural", "data": LICENCE},
        seen=p.card.seen + "".join(short_key(scene.path) for scene in p.chosen_by),
    )
    save(OUT, card, halved(p.net.state_dict()))


if __name__ == "__main__":
    main()
