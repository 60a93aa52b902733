"""How `facepoints`, the model of the 68 points of a face that ships with Lenslet, was made.

Command: python -m benchmarks.shipped.facepoints [EPOCHS]
Minutes: 14 on one core of a shared AMD EPYC
Measures: nme (in distances of the outer eye corners), auc@0.08 and failure@0.08 on the 10 % of the people that nothing
    was learned from or chosen by; six others choose the epoch. People are held out by the hash of their name.
Peers: none; what was tried is in docs/decisions/0014.
"""

import csv
import hashlib
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import lenslet as ll

DATA = Path("../shared/data/face_keypoints")
OUT = Path(__file__).parents[2] / "lenslet" / "shipped" / "facepoints"
RUN = Path("runs/facepoints")
EPOCHS = 20
LICENCE = (
    "MIT (udacity/P1_Facial_Keypoints; frames from YouTube Faces); of natural, CC BY 4.0 (Caltech-101: Li, "
    "Andreeto, Ranzato, Perona 2022, doi 10.22002/D1.20086)"
)
MEASURED = "31 of 310 people, held out by the hash of their name; nothing was learned from or chosen by them"
LIMITS = (
    "learned from 310 people of public life in television frames of up to 160 pixels, each with one face in the middle "
    "half of the picture; unlike faces, children, masks, profiles beyond a three-quarter view and faces that fill less "
    "than a quarter of the picture are not to be trusted: give their box, or cut them out"
)


def with_parts(place: Path) -> Path:
    """The data with a column that says who is learned from: a tenth of the people test, and six choose the epoch."""
    shutil.copytree(DATA, place)
    with (DATA / "keypoints.csv").open(newline="") as file:
        head, *rows = list(csv.reader(file))
    people = sorted({row[0].split("/")[0] for row in rows}, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    test, valid = set(people[: len(people) // 10]), set(people[len(people) // 10 :][:6])
    table = place / "keypoints.csv"
    table.chmod(0o644)
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([head[0], "part", *head[1:]])
        for row in rows:
            who = row[0].split("/")[0]
            writer.writerow([row[0], "test" if who in test else "val" if who in valid else "train", *row[1:]])
    return place


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = with_parts(Path(folder) / "face_keypoints")
        epochs = int(sys.argv[1]) if len(sys.argv) > 1 else EPOCHS
        model = ll.train(data, task="landmark", epochs=epochs, out=RUN)
        evaluation = model.evaluation
        assert evaluation is not None
        print(evaluation)
        licence = {"weights": "Apache-2.0, trained by Lenslet on top of natural", "data": LICENCE}
        recipe = model.card.recipe | {"made by": "benchmarks/shipped/facepoints.py"}
        about = model.card.data | {"limits": LIMITS}
        model.card = replace(model.card, licence=licence, recipe=recipe, data=about, measured_on=MEASURED)
        model.net.half()  # half the bytes; the card's numbers are checked on these weights below
        model.save(OUT)
        again = ll.load(OUT).evaluate(data)
        print(again)
        assert abs(again["nme"] - evaluation["nme"]) < 1e-4


if __name__ == "__main__":
    main()
