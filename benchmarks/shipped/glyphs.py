"""How `glyphs`, which tells characters apart that it has never seen, was made: both background sets of Omniglot.

Command: python -m benchmarks.shipped.glyphs
Minutes: 10 on one core
Measures: percent wrong over the published one-shot runs at hand (20-way, within an alphabet nobody has learned), and
    verification on the alphabets of those runs is not measured: they have two drawings a character. The threshold is of
    the characters it has learned, in drawings bent anew, and says little; calibrate on your own.
Peers: see benchmarks/quality/omniglot.py.
"""

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.quality.omniglot import DATA, PASSES, SETS, background, trained
from lenslet.card import save
from lenslet.card.foreign import halved

OUT = Path(__file__).parents[2] / "lenslet" / "shipped" / "glyphs"
DIMENSIONS = 128  # of the 1,024 of eight views: the file is to be small
LICENCE = "MIT (Omniglot, github.com/brendenlake/omniglot)"


def main() -> None:
    """Learn both sets together, Latin and Greek once, and put the error on the runs on the card."""
    place = Path(os.environ.get("LENSLET_WORK", tempfile.gettempdir())) / "lenslet-omniglot"
    place.mkdir(parents=True, exist_ok=True)
    both = place / "images_background_both"
    for name in SETS:
        for alphabet in background(name, place).iterdir():
            if not (both / alphabet.name).is_dir():
                shutil.copytree(alphabet, both / alphabet.name)
    model = trained(both, loss="margin", seed=0, epochs=PASSES["both"], dimensions=DIMENSIONS)
    found = model.evaluate(DATA / "one_shot_runs")
    model = model.with_evaluation(
        found, "the ten published one-shot runs 01 to 10 of Omniglot, whose alphabets it has not learned"
    )
    print(found)
    card = replace(
        model.card,
        recipe=model.card.recipe | {"made by": "benchmarks/shipped/glyphs.py"},
        licence={"weights": "Apache-2.0, trained by Lenslet from scratch", "data": LICENCE},
    )
    save(OUT, card, halved(model.state()))


if __name__ == "__main__":
    main()
