"""CIFAR-10 in 15 minutes on two cores, with nothing but `lenslet train FOLDER --minutes 15`.

Command: python -m benchmarks.quality.cifar10 [SEEDS, 1 if left out]
Minutes: 17 a seed, on a machine that does nothing else
Measures: accuracy on test/ (10,000 pictures) after 15 minutes of training with the defaults. The epoch is chosen on
    15 % of train/ that is held out by content and never learned from; test/ is opened once, at the end of each run.
Peers: airbench94 (Keller Jordan 2024) reaches 94 % in 3.6e14 floating-point operations on all 50,000 pictures
    (published, not measured here).
"""

import statistics
import sys
import tempfile
import zipfile
from pathlib import Path

import lenslet as ll
from benchmarks.record import Row, write

ZIP = Path("../shared/data/cifar10.zip")
MINUTES = 15.0


def main(seeds: int) -> None:
    right: list[float] = []
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        with zipfile.ZipFile(ZIP) as archive:
            archive.extractall(place)
        data = next(p.parent for p in Path(place).rglob("train") if p.is_dir())
        for seed in range(seeds):
            run = Path(place, f"run-{seed}")
            model = ll.train(data, minutes=MINUTES, seed=seed, out=run, progress=False)
            assert model.evaluation is not None
            assert model.evaluation.n == 10_000
            right.append(100 * model.evaluation.metrics["accuracy"])
            epochs = len((run / "results.csv").read_text().splitlines()) - 1
            notes.append(f"{right[-1]:.2f} after {epochs} epochs of {model.card.data['trained_on']:,}")
            print(seed, model.card.net, notes[-1], flush=True)
    row = Row(
        f"CIFAR-10, lenslet train --minutes {MINUTES:g}, the defaults ({model.card.net}): test accuracy",
        round(statistics.mean(right), 2), "% right", len(right), "each: " + ", ".join(notes), "at least 90 %",
    )  # fmt: skip
    write("cifar10", [row], command="python -m benchmarks.quality.cifar10")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
