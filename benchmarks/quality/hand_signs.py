"""Hand signs (course 1.13): `sign_digits` (10 classes, 100 px) and the course's SIGNS (6 classes, 64 px), from scratch.

Command: python -m benchmarks.quality.hand_signs
Minutes: 25
Measures: accuracy on pictures that neither trained on nor chose an epoch by. sign_digits: a stratified 80/20 split
    of the shared folder into train/ and test/, drawn by the seed; 150 s of training on 2 cores, n = 3 seeds. signs:
    train/ as it comes, its val/ as test, 150 s, n = 3 seeds. Lenslet holds its own validation pictures out of train/.
Peers: Ultralytics YOLO11n-cls, same pictures, same seconds, same machine, in the same run. It is given test/ as its
    validation part (it insists on one), by which it chooses its best epoch: that flatters it.
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
SECONDS, SEEDS = 150, (0, 1, 2)


def stratified(source: Path, place: Path, seed: int) -> Path:
    """Copy 80 % of each class of `source` to place/train and the rest to place/test."""
    dice = random.Random(seed)
    for folder in sorted(source.iterdir()):
        files = sorted(folder.iterdir())
        dice.shuffle(files)
        cut = round(0.8 * len(files))
        for part, chosen in (("train", files[:cut]), ("test", files[cut:])):
            (place / part / folder.name).mkdir(parents=True)
            for file in chosen:
                shutil.copy(file, place / part / folder.name / file.name)
    return place


def signs(place: Path) -> Path:
    """The course's own split."""
    shutil.copytree(DATA / "signs/train", place / "train")
    shutil.copytree(DATA / "signs/val", place / "test")
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
                data = stratified(DATA / name, place / "data", seed) if name == "sign_digits" else signs(place / "data")
                model = ll.train(data, minutes=SECONDS / 60, seed=seed, out=place / "run", progress=False)
                assert model.evaluation is not None
                ours.append(100 * model.evaluation.metrics["accuracy"])
                n = model.evaluation.n
                everything = model.evaluate(data, include_seen=True)
                copies.append(100 * everything.metrics["accuracy"])
                if with_peer and name == "sign_digits":
                    size = "96"
                    found = peers.run("ultralytics_classify.py", str(data), str(SECONDS), size, str(seed))
                    theirs.append(100 * found["accuracy"])
                print(name, seed, ours, theirs, flush=True)
        rows.append(_row(f"{name}: Lenslet, defaults, {SECONDS} s, {n} test pictures a seed", ours, target))
        if name == "signs":
            rows.append(
                _row(f"signs: the same, with the {everything.n - n} test pictures that copy a training picture", copies)
            )
        if theirs:
            rows.append(_row(f"{name}: Ultralytics YOLO11n-cls, {SECONDS} s, same pictures", theirs))
    write("hand-signs", rows, command="python -m benchmarks.quality.hand_signs")


def _row(what: str, values: list[float], target: str = "") -> Row:
    each = ", ".join(f"{v:.2f}" for v in values)
    return Row(what, round(statistics.mean(values), 2), "% right", len(values), f"each: {each}", target)


if __name__ == "__main__":
    main(with_peer="--alone" not in sys.argv)
