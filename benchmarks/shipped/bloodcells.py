"""How `bloodcells`, the detector that ships with Lenslet, was made: BCCD's train and val pictures together.

Command: python -m benchmarks.shipped.bloodcells, after
    lenslet train ../shared/data/bccd --epochs 36 --augment turned --out runs/bloodcells
Minutes: 11 on one core (and 9 for that run)
Measures: COCO's mAP50 and mAP on the 87 pictures of val, of that first detector, trained on the 205 of train; val chose
    its best epoch and its threshold. The one that is shipped has learned all 292 by the same recipe, so nothing is left
    to measure itself on: its card carries the numbers of the first one, and says so.
Peers: none; see benchmarks/quality/detection.py.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import pad

from lenslet.card import load, save
from lenslet.card.foreign import halved
from lenslet.card.start import start
from lenslet.data.follow import boxes_follow
from lenslet.data.placed import Placed
from lenslet.data.split import short_key
from lenslet.loops import fit
from lenslet.tasks.detect.prepare import prepare

DATA = Path("../shared/data/bccd")
OUT = Path(__file__).parents[2] / "lenslet" / "shipped" / "bloodcells"
EPOCHS, AUGMENT = 36, "turned"
LICENCE = "MIT (BCCD, github.com/Shenggan/BCCD_Dataset)"


def main(first: Path) -> None:
    """Train on everything, and put the numbers of the first detector on the card."""
    p = prepare(DATA, start=start("natural", None), augment=AUGMENT, budget={"epochs": EPOCHS})
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
    measured, _ = load(first)
    card = replace(
        p.card,
        recipe=p.card.recipe | {"made by": "benchmarks/shipped/bloodcells.py"},
        data=p.card.data | {"trained_on": len(rows), "held_out": 0},
        metrics=measured.metrics,
        intervals=measured.intervals,
        measured_on=(
            "the 87 val pictures of BCCD, by a detector trained without them by the same recipe; this one has learned "
            "them, too"
        ),
        thresholds=measured.thresholds,
        licence={"weights": "Apache-2.0, trained by Lenslet on top of natural", "data": LICENCE},
        seen=p.card.seen + "".join(short_key(scene.path) for scene in p.chosen_by),
    )
    save(OUT, card, halved(p.net.state_dict()))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "runs/bloodcells"))
