"""Hand signs (course 1.13): `sign_digits` (10 classes, 100 px) and the course's SIGNS (6 classes, 64 px), from scratch.

Command: python -m benchmarks.quality.hand_signs
Minutes: 16
Measures: accuracy on pictures that were not trained on. sign_digits: a stratified 80/20 split of the shared folder,
    drawn by the seed, 150 s of training on 2 cores, n = 3 seeds. signs: its own train/ and val/, 90 s, n = 3 seeds; the
    pictures of val/ that copy one of train/ byte for byte are counted in a row of their own. Both nets choose their
    best epoch by the pictures they are measured on, which flatters both a little.
Peers: Ultralytics YOLO11n-cls, same pictures, same seconds, same machine, in the same run, seed 0.
"""

import random
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import lenslet as ll
from benchmarks import peers
from benchmarks.record import Row, write

DATA = Path("../shared/data")
SECONDS, SEEDS = {"sign_digits": 150, "signs": 90}, (0, 1, 2)


def stratified(source: Path, place: Path, seed: int) -> Path:
    """Copy 80 % of each class of `source` to place/train and the rest to place/val."""
    dice = random.Random(seed)
    for folder in sorted(source.iterdir()):
        files = sorted(folder.iterdir())
        dice.shuffle(files)
        cut = round(0.8 * len(files))
        for part, chosen in (("train", files[:cut]), ("val", files[cut:])):
            (place / part / folder.name).mkdir(parents=True)
            for file in chosen:
                shutil.copy(file, place / part / folder.name / file.name)
    return place


def main(with_peer: bool) -> None:
    rows = []
    for name, target in (("sign_digits", "at least 99.3 %"), ("signs", "at least 98.5 %")):
        ours: list[float] = []
        theirs: list[float] = []
        copies: list[float] = []
        for seed in SEEDS:
            with tempfile.TemporaryDirectory() as temporary:
                place = Path(temporary)
                data = stratified(DATA / name, place / "data", seed) if name == "sign_digits" else DATA / name
                model = ll.train(data, minutes=SECONDS[name] / 60, seed=seed, out=place / "run", progress=False)
                assert model.evaluation is not None
                ours.append(100 * model.evaluation.metrics["accuracy"])
                n = model.evaluation.n
                everything = model.evaluate(data, include_seen=True)
                copies.append(100 * everything.metrics["accuracy"])
                if with_peer and name == "sign_digits" and seed == SEEDS[0]:
                    size = "96"
                    found = peers.run("ultralytics_classify.py", str(data), str(SECONDS[name]), size, str(seed))
                    theirs.append(100 * found["accuracy"])
                print(name, seed, ours, theirs, flush=True)
        rows.append(_row(f"{name}: Lenslet, defaults, {SECONDS[name]} s, {n} pictures a seed", ours, target))
        if name == "signs":
            rows.append(
                _row(f"signs: the same, with the {everything.n - n} pictures that copy a training picture", copies)
            )
        if theirs:
            rows.append(_row(f"{name}: Ultralytics YOLO11n-cls, {SECONDS[name]} s, same pictures", theirs))
    write("hand-signs", rows, command="python -m benchmarks.quality.hand_signs")


def _row(what: str, values: list[float], target: str = "") -> Row:
    each = ", ".join(f"{v:.2f}" for v in values)
    return Row(what, round(statistics.mean(values), 2), "% right", len(values), f"each: {each}", target)


if __name__ == "__main__":
    main(with_peer="--alone" not in sys.argv)
