"""One picture of 640 x 480, file to boxes, at 320 px: Lenslet's argus_s beside Ultralytics YOLO11n, 1 thread and 2.

Command: python -m benchmarks.speed.detect
Minutes: 3, on a quiet machine
Measures: milliseconds from the path to the boxes: opening, resizing, the net in float32, decoding, non-max suppression;
    median of 5 rounds over 40 pictures of BCCD, with the tenth and the ninetieth in a hundred.
Peers: Ultralytics YOLO11n, `predict(path, imgsz=320)`, in the same run, before and after ours. Its weights are random,
    ours those of `bloodcells`; mAP is in benchmarks/quality/detection.py.
"""

import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import torch

import lenslet as ll
from benchmarks import peers
from benchmarks.record import Row, write

PICTURES = sorted(Path("../shared/data/bccd/JPEGImages").glob("*.jpg"))[:40]
ROUNDS = 5


def ours(threads: int) -> list[float]:
    """Milliseconds of each call, lowest first."""
    torch.set_num_threads(threads)
    model = ll.load("bloodcells")
    assert isinstance(model, ll.Detector)
    shape = replace(model.card.preprocess, size=(256, 320))
    model = ll.Detector(model.net, replace(model.card, preprocess=shape))
    for path in PICTURES[:5]:
        model(path)
    found = []
    for _ in range(ROUNDS):
        for path in PICTURES:
            began = time.perf_counter()
            model(path)
            found.append(1000 * (time.perf_counter() - began))
    return sorted(found)


def main() -> None:
    rows = []
    for threads in (1, 2):
        call = ("ultralytics_latency.py", str(threads), str(ROUNDS), *map(str, PICTURES))
        before = peers.run(*call) if peers.here() else None
        mine = ours(threads)
        after = peers.run(*call) if peers.here() else None
        spoken = f"{threads} thread{'s' if threads > 1 else ''}"
        n, tenth = len(mine), len(mine) // 10
        target = "at most Ultralytics' time"
        spread = f"{mine[tenth]:.1f} to {mine[-tenth - 1]:.1f} ms"
        rows.append(Row(f"argus_s, {spoken}", round(statistics.median(mine), 2), "ms", n, spread, target))
        if before is not None and after is not None:
            theirs = (before["median"] + after["median"]) / 2
            spread = f"medians {before['median']:.1f} before and {after['median']:.1f} after"
            rows.append(Row(f"YOLO11n, {spoken}", round(theirs, 2), "ms", 2 * n, spread))
            rows.append(Row(f"argus_s over YOLO11n, {spoken}", round(statistics.median(mine) / theirs, 3), "times", n))
    write("detect-speed", rows, command="python -m benchmarks.speed.detect")


if __name__ == "__main__":
    sys.exit(main())
