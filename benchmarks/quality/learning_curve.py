"""Is what a learning curve foresees what comes? (`lenslet train --curve`)

Command: python -m benchmarks.quality.learning_curve [--epochs 30] [--seeds 3] [--net facet_s] [--dry]
Minutes: 20
Measures: sign_digits (10 classes, 100 px), a stratified 80/20 split drawn by each seed. The curve is fitted to the runs
    on 1/8 (three draws), 1/4 (two) and 1/2 of the training pictures only; it then foresees the accuracy with all of
    them, with a 95 % interval that includes the luck of measuring on so few pictures. The truth is the run on all
    pictures. Every run makes as many steps as 30 passes over all pictures. n = 3 seeds: with 95 % intervals, an honest
    method would miss at least once in three about every seventh time.
--dry prints the rows and writes no file: for a look on a busy machine.
"""

import argparse
import tempfile
from pathlib import Path

import lenslet as ll
from benchmarks.quality.hand_signs import DATA, stratified
from benchmarks.record import Row, write
from lenslet.results import LearningCurve
from lenslet.results.learning_curve import Expected, percent


def foreseen(curve: LearningCurve) -> Expected:
    """The accuracy with all pictures, as the runs on fewer of them let expect."""
    parts = LearningCurve(tuple(p for p in curve.points if p.n < curve.now.n), curve.each)
    expected = parts.predict(curve.now.n, measured_on=curve.now.of)
    assert expected is not None
    return expected


def main(epochs: int, seeds: int, net: str, dry: bool) -> None:
    rows, inside = [], 0
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as temporary:
            place = Path(temporary)
            data = stratified(DATA / "sign_digits", place / "data", seed)
            model = ll.train(data, net=net, epochs=epochs, seed=seed, curve=True, out=place / "run", progress=False)
        curve = model.curve
        assert curve is not None
        expected, truth = foreseen(curve), curve.now.accuracy
        inside += expected.low <= truth <= expected.high
        runs = ", ".join(f"{p.n}: {percent(p.accuracy)}" for p in curve.points)
        what = f"seed {seed}: right with all {curve.now.n} pictures ({curve.now.of} held out)"
        between = f"foreseen {percent(expected.accuracy)} ({percent(expected.low)} to {percent(expected.high)}); {runs}"
        rows.append(Row(what, round(100 * truth, 2), "%", 1, between))
        print(what, f"{100 * truth:.2f} %;", between, "|", curve.said, flush=True)
    rows.append(Row("measured accuracy inside the foreseen 95 % interval", inside, f"of {seeds}", seeds))
    if dry:
        print(f"inside: {inside} of {seeds}")
        return
    write("learning-curve", rows, command="python -m benchmarks.quality.learning_curve")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--net", default="facet_s")
    parser.add_argument("--dry", action="store_true")
    main(**vars(parser.parse_args()))
