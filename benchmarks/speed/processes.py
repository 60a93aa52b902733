"""Two training processes of one thread each (torchrun, gloo) against one process of two threads.

Command: python -m benchmarks.speed.processes
Minutes: 3
Measures: images per second of the second and third epoch of `lenslet.fit`, facet_s, 80 px, full augmentation, 32
    pictures a step in all; the two ways in turn, each run in processes of its own.
Peers: none; the engine is PyTorch's DistributedDataParallel.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.record import Row, write

RUNS, BATCH = 5, 32
ONE = """
import json, sys
import numpy as np, torch
import lenslet as ll
from lenslet.data import Batches
from lenslet.data.augment import PRESETS
from lenslet.image import Preprocess
from lenslet.loops import joined
from lenslet.nets import build
from lenslet.tasks.classify.training import Classify

n = 32 * 24
dice = np.random.default_rng(0)
pixels = dice.integers(0, 256, (n, 80, 80, 3), np.uint8)
shape = Preprocess(size=(80, 80), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
targets = torch.from_numpy(dice.integers(0, 10, n))
with joined() as world:
    feed = Batches(pixels, np.arange(n), targets, shape, size=int(sys.argv[1]) // world.size, augment=PRESETS["full"],
                   shuffle=True, share=(world.rank, world.size))
    net = build("facet_s", num_classes=10)
    speeds = [epoch.images_per_second for epoch in ll.fit(net, Classify(), feed, None, ll.Recipe(epochs=3))][1:]
    if world.first:
        open(sys.argv[2], "w").write(json.dumps(speeds))
"""


def speed(processes: int, threads: int) -> float:
    """Images per second of all processes together."""
    with tempfile.TemporaryDirectory() as place:
        script, found = Path(place, "one.py"), Path(place, "found.json")
        script.write_text(ONE)
        start = [sys.executable]
        if processes > 1:
            start += ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
        told = os.environ | {"OMP_NUM_THREADS": str(threads)}
        subprocess.run([*start, str(script), str(BATCH), str(found)], env=told, check=True, capture_output=True)
        return statistics.mean(json.loads(found.read_text()))


def main() -> None:
    ways = {"one process, two threads": (1, 2), "two processes, one thread each": (2, 1)}
    found: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(RUNS):
        for way, (processes, threads) in ways.items():
            found[way].append(speed(processes, threads))
    rows = [_row(f"facet_s, 80 px, 32 pictures a step: {way}", speeds, "images/s") for way, speeds in found.items()]
    one, two = found.values()
    rows.append(_row("two processes / one process", [b / a for a, b in zip(one, two, strict=True)], "times"))
    write("processes", rows, command="python -m benchmarks.speed.processes")


def _row(what: str, values: list[float], unit: str) -> Row:
    return Row(what, round(statistics.median(values), 2), unit, len(values), f"{min(values):.3g} to {max(values):.3g}")


if __name__ == "__main__":
    main()
