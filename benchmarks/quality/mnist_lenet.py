"""LeNet-5 itself on MNIST: 61,706 parameters, 60,000 pictures to learn from, 10,000 to be measured on.

Command: python -m benchmarks.quality.mnist_lenet
Minutes: 9
Measures: test error after 2.5 minutes (of 10 allowed) of `lenslet train --net lenet5_relu --minutes 2.5` on 2 cores,
    n = 3 seeds. The epoch is chosen on 15 % of the training part that is held out by content; test/ is opened once, at
    the end of each run.
Peers: LeCun et al. 1998, table of figure 9: LeNet-5 0.95 %, with distortions 0.8 % (published, not measured here).
"""

import statistics
import tempfile
import zipfile
from pathlib import Path

import lenslet as ll
from benchmarks.record import Row, write

ZIP = Path("../shared/data/mnist.zip")
MINUTES, SEEDS = 2.5, (0, 1, 2)


def main() -> None:
    errors: list[float] = []
    with tempfile.TemporaryDirectory() as place:
        with zipfile.ZipFile(ZIP) as archive:
            archive.extractall(place)
        for seed in SEEDS:
            run = Path(place, f"run-{seed}")
            model = ll.train(
                place_of(Path(place)), net="lenet5_relu", minutes=MINUTES, seed=seed, out=run, progress=False
            )
            assert model.evaluation is not None
            assert model.evaluation.n == 10_000
            errors.append(100 * (1 - model.evaluation.metrics["accuracy"]))
            print(seed, errors, flush=True)
    each = ", ".join(f"{e:.2f}" for e in errors)
    row = Row(
        f"LeNet-5 (ReLU, 61,706 parameters) on MNIST, {MINUTES} minutes: test error",
        round(statistics.mean(errors), 3), "%", len(errors), f"each: {each}", "at most 0.7 % in 10 minutes",
    )  # fmt: skip
    write("mnist-lenet5", [row], command="python -m benchmarks.quality.mnist_lenet")


def place_of(folder: Path) -> Path:
    """The folder that holds train/ and test/, wherever the archive put them."""
    return next(p.parent for p in folder.rglob("train") if p.is_dir())


if __name__ == "__main__":
    main()
