"""How often the 95 % interval of mAP holds the mAP of all pictures of the kind, beside the plain quantiles.

Command: OMP_NUM_THREADS=1 python -m benchmarks.quality.box_intervals
Minutes: 5, of one core
Measures: 3,000 made-up pictures of 0 to 14 boxes in three classes, and the answers of two made-up detectors, one
    that is often wrong and one that is seldom; mAP of all of them is the truth. n = 100 times, 20 or 87 of them are
    drawn (87 is the size of BCCD's val list), and measured as `lenslet evaluate` does.
Peers: the quantiles of the resampled values, which is what is usually taken.
"""

import statistics
import sys

import numpy as np

from benchmarks.record import Row, write
from lenslet.results import Detections
from lenslet.tasks.detect.coco import mean
from lenslet.tasks.detect.matching import match, precisions, resampled
from lenslet.tasks.detect.metrics import RESAMPLES, evaluate

PICTURES, NAMES = 3000, ("a", "b", "c")
SIZES = (20, 87)
DETECTORS = {"often wrong": (0.12, 0.8, 3), "seldom wrong": (0.04, 0.97, 1)}  # jitter, found, false answers at most


def made(jitter: float, found: float, wild: int, count: int) -> tuple[list[Detections], list[Detections]]:
    """Answers and truth."""
    dice = np.random.default_rng(0)
    predicted, truth = [], []
    for _ in range(count):
        things = int(dice.integers(0, 15))
        corner, size = dice.random((things, 2)) * 400, 20 + dice.random((things, 2)) * 80
        boxes, labels = np.concatenate([corner, corner + size], 1), dice.integers(0, 3, things)
        truth.append(Detections.truth(boxes, labels, NAMES))
        kept = dice.random(things) < found
        shares = jitter * dice.normal(0, 1, (kept.sum(), 4))
        said = boxes[kept] + shares * np.tile(size[kept], 2)
        place = dice.random((int(dice.integers(0, wild + 1)), 2)) * 400
        said = np.concatenate([said, np.concatenate([place, place + 50], 1)])
        said[:, 2:] = np.maximum(said[:, 2:], said[:, :2] + 1)
        scores = np.append(dice.beta(5, 2, kept.sum()), dice.beta(2, 4, len(place)))
        called = np.append(np.where(dice.random(kept.sum()) < 0.95, labels[kept], 0), dice.integers(0, 3, len(place)))
        predicted.append(Detections(said, scores, called, NAMES))
    return predicted, truth


def main(times: int, count: int) -> None:
    rows = []
    for name, kind in DETECTORS.items():
        predicted, truth = made(*kind, count)
        whole = evaluate(predicted, truth, resamples=1)
        for size in SIZES:
            ours, plain, high = ({"map50": [], "map": []} for _ in range(3))
            for time in range(times):
                drawn = np.random.default_rng(time).choice(count, size, replace=False)
                answers, there = [predicted[i] for i in drawn], [truth[i] for i in drawn]
                found = evaluate(answers, there)
                anew = precisions(match(answers, there), resampled(size, RESAMPLES))
                for metric, values in (("map50", [mean(v[0]) for v in anew]), ("map", [mean(v) for v in anew])):
                    low, top = found.intervals[metric]
                    ours[metric].append(low <= whole[metric] <= top)
                    low, top = np.quantile(values, (0.025, 0.975))
                    plain[metric].append(low <= whole[metric] <= top)
                    high[metric].append(found[metric] - whole[metric])
            for metric in ours:
                what = f"{metric} of a detector that is {name} ({metric} {whole[metric]:.3f}), {size} pictures"
                above = f"measured {statistics.mean(high[metric]):+.4f} beside it, on average"
                rows.append(
                    Row(f"{what}: the interval holds it", 100 * float(np.mean(ours[metric])), "%", times, above, "95 %")
                )
                rows.append(Row(f"{what}: plain quantiles hold it", 100 * float(np.mean(plain[metric])), "%", times))
                print(rows[-2].what, rows[-2].value, rows[-1].value, above, flush=True)
    if count == PICTURES:
        write("box-intervals", rows, command="python -m benchmarks.quality.box_intervals")


if __name__ == "__main__":
    main(100, PICTURES) if "--quick" not in sys.argv else main(10, 300)
