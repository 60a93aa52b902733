"""Training with all threads and with one, on a quiet machine and beside two busy programs (docs/decisions/0005).

Command: python -m benchmarks.speed.threads
Minutes: 2
Measures: images per second of the second epoch of `lenslet.fit`, facet_s, 80 px, batch 32, full augmentation, each run
    in a process of its own; the two numbers of threads in turn. The busy programs are two Python loops, stopped at the
    end.
Peers: none.
"""

import os
import statistics
import subprocess
import sys

from benchmarks.record import Row, write

RUNS = 3
ONE = """
import numpy as np, torch
import lenslet as ll
from lenslet.data import Batches
from lenslet.data.augment import PRESETS
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.tasks.classify.training import Classify
n = 32 * 8
dice = np.random.default_rng(0)
pixels = dice.integers(0, 256, (n, 80, 80, 3), np.uint8)
shape = Preprocess(size=(80, 80), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
targets = torch.from_numpy(dice.integers(0, 10, n))
feed = Batches(pixels, np.arange(n), targets, shape, size=32, augment=PRESETS["full"], shuffle=True)
net = build("facet_s", num_classes=10)
print([epoch.images_per_second for epoch in ll.fit(net, Classify(), feed, None, ll.Recipe(epochs=2))][1])
"""


def speed(threads: int) -> float:
    """Images per second of a process with so many threads."""
    told = os.environ | {"OMP_NUM_THREADS": str(threads)}
    done = subprocess.run([sys.executable, "-c", ONE], env=told, check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> None:
    most = os.cpu_count() or 1
    rows = []
    for where, others in (("quiet machine", 0), ("beside two busy programs", 2)):
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(others)]
        try:
            found: dict[int, list[float]] = {most: [], 1: []}
            for _ in range(RUNS):
                for threads, speeds in found.items():
                    speeds.append(speed(threads))
        finally:
            for process in busy:
                process.kill()
        for threads, speeds in found.items():
            spread = f"{min(speeds):.0f} to {max(speeds):.0f}"
            rows.append(
                Row(
                    f"facet_s, {where}, {threads} threads",
                    round(statistics.median(speeds), 1),
                    "images/s",
                    RUNS,
                    spread,
                )
            )
    write("threads", rows, command="python -m benchmarks.speed.threads")


if __name__ == "__main__":
    main()
