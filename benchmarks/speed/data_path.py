"""The data path alone: decoded cache -> augmented, normalised batches, beside torchvision's transforms and a net.

Command: python -m benchmarks.speed.data_path
Minutes: 8
Measures: images per second over a whole pass of 1,536 JPEGs of Caltech-101 (shorter side 112 px) at 96 and 128 px,
    batch 32, preset `full`; decoding them into the cache; and training steps of facet_s on the same batches, data path
    included. Each figure is one process, all of them taken in turn, five times over. The ratio says how many times
    faster pictures are made ready than the net takes them.
Peers: torchvision 0.27, v2 transforms and a DataLoader with 0 and 2 workers, from the JPEGs and from tensors in memory,
    in an environment of its own (benchmarks/peers/torchvision_data.py).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import peers
from benchmarks.record import Row, write

RUNS, COUNT, SIDES = 5, 1536, (96, 128)
DATA = Path("../shared/data/caltech101")
OURS = """
import json, sys, time
from pathlib import Path
import numpy as np, torch
import lenslet as ll
from lenslet.data import Batches, decode
from lenslet.data.augment import PRESETS
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.tasks.classify.training import Classify

paths = [Path(line) for line in Path(sys.argv[1]).read_text().splitlines()]
side = int(sys.argv[2])
shape = Preprocess(size=(side, side), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
began = time.perf_counter()
pictures = decode(paths, shape)
decoded = len(paths) / (time.perf_counter() - began)
targets = torch.arange(len(paths)) % 10

def feed(name):
    rows = np.array(pictures.rows)
    return Batches(pictures.pixels, rows, targets, shape, size=32, augment=PRESETS[name], shuffle=True)

def alone(name):
    batches = feed(name)
    for _ in range(2):
        began, seen = time.perf_counter(), 0
        for images, _ in batches:
            seen += len(images)
        took = time.perf_counter() - began
    return seen / took

steps = {}
if "train" in sys.argv:
    epochs = list(ll.fit(build("facet_s", num_classes=10), Classify(), feed("full"), None, ll.Recipe(epochs=2)))
    steps = {"training": epochs[1].images_per_second}
print(json.dumps({"decoding": decoded, **{name: alone(name) for name in ("none", "full")}, **steps}))
"""


def ours(listed: Path, side: int, cache: Path, *more: str) -> dict[str, float]:
    """Images per second of this side, in a process of its own."""
    told = os.environ | {"LENSLET_CACHE": str(cache)}
    command = [sys.executable, "-c", OURS, str(listed), str(side), *more]
    done = subprocess.run(command, env=told, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def pictures(place: Path) -> Path:
    """A list of files, evenly spaced over the classes."""
    files = [
        f for folder in sorted(DATA.iterdir()) if "BACKGROUND" not in folder.name for f in sorted(folder.iterdir())
    ]
    step = len(files) / COUNT
    listed = place / "files.txt"
    listed.write_text("\n".join(str(files[int(i * step)].resolve()) for i in range(COUNT)))
    return listed


def measure(runs: int) -> dict[int, dict[str, list[float]]]:
    """Images per second by side and name, one a run."""
    found: dict[int, dict[str, list[float]]] = {side: {} for side in SIDES}
    with tempfile.TemporaryDirectory() as place:
        listed = pictures(Path(place))
        for run in range(runs):
            for side in SIDES:
                cold = ours(listed, side, Path(place, f"cache-{run}"))
                warm = ours(listed, side, Path(place, f"cache-{run}"), "train")
                told = {
                    "Lenslet, decoding into the cache, once": cold["decoding"],
                    "Lenslet, from the cache, full augmentation": warm["full"],
                    "Lenslet, from the cache, no augmentation": warm["none"],
                    "facet_s learning from them": warm["training"],
                }
                for source in ("files", "tensors") if peers.here() else ():
                    for workers in ("0", "2"):
                        what = f"torchvision v2, {source}, {workers} workers"
                        told[what] = peers.run("torchvision_data.py", str(listed), str(side), workers, source)[
                            "images_per_second"
                        ]
                for what, value in told.items():
                    found[side].setdefault(what, []).append(value)
                    print(run, side, what, round(value), flush=True)
    return found


def main(runs: int) -> None:
    rows = []
    for side, speeds in measure(runs).items():
        rows += [_row(f"{side} px: {what}", values, "images/s") for what, values in speeds.items()]
        mine, learning = speeds["Lenslet, from the cache, full augmentation"], speeds["facet_s learning from them"]
        ratios = [a / b for a, b in zip(mine, learning, strict=True)]
        rows.append(
            _row(f"{side} px: data path / facet_s learning", ratios, "times", "the net never waits: at least 5")
        )
        for what, values in speeds.items():
            if what.startswith("torchvision"):
                ratios = [a / b for a, b in zip(mine, values, strict=True)]
                rows.append(_row(f"{side} px: Lenslet, full augmentation / {what}", ratios, "times"))
    if runs == RUNS:
        write("data-path", rows, command="python -m benchmarks.speed.data_path")
    else:
        print(*rows, sep="\n")


def _row(what: str, values: list[float], unit: str, target: str = "") -> Row:
    spread = f"{min(values):.3g} to {max(values):.3g}"
    return Row(what, round(statistics.median(values), 2), unit, len(values), spread, target)


if __name__ == "__main__":
    main(1 if "--quick" in sys.argv else RUNS)
