"""How `signs`, the model of the hand signs 0 to 9 that ships with Lenslet, was made.

Command: python -m benchmarks.shipped.signs
Minutes: 6
Measures: accuracy on the 15 % of the shared pictures that `lenslet train` holds out by content; they chose the epoch,
    which flatters a little. How the same recipe does on other splits: benchmarks/quality/hand_signs.py.
Peers: see there.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

import lenslet as ll

DATA = Path("../shared/data/sign_digits")
OUT = Path(__file__).parents[2] / "lenslet" / "shipped" / "signs"
LICENCE = "Apache-2.0 (ardamavi/Sign-Language-Digits-Dataset)"


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        model = ll.train(DATA, weights="none", epochs=80, out=Path(place) / "run")
        evaluation = model.evaluation
        print(evaluation)
    licence = {"weights": "Apache-2.0, trained by Lenslet from noise", "data": LICENCE}
    recipe = model.card.recipe | {"made by": "benchmarks/shipped/signs.py"}
    model.card = replace(model.card, licence=licence, recipe=recipe)
    model.net.half()  # half the bytes; the card's numbers are checked on these weights below
    model.save(OUT)
    again = ll.load(OUT).evaluate(DATA)
    print(again)
    assert again["accuracy"] == evaluation["accuracy"]


if __name__ == "__main__":
    main()
