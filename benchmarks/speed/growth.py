"""Growth: opening a folder and training one pass, with 1,000, 10,000 and 50,000 pictures, cold and warm.

Command: python -m benchmarks.speed.growth
Minutes: 6
Measures: wall-clock seconds and peak memory (of the whole process, PyTorch's own 300 MB or so in it) of reading the
    folder and decoding it or opening the cache, and of one pass of facet_tiny over all pictures at 32 px; CIFAR-10 as
    JPEG files in class folders, unpacked for this. "cold" decodes everything, "warm" finds the cache, "grown" finds the
    cache of 90 % of the files under other names. Each figure is one process; n = 3, the median.
Peers: none.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from benchmarks.record import Row, write

ZIP = Path("../shared/data/cifar10.zip")
COUNTS, RUNS = (1_000, 10_000, 50_000), 3
ONE = """
import json, resource, sys, time
import numpy as np, torch
import lenslet as ll
from lenslet.data import Batches, decode, read_folder
from lenslet.data.augment import PRESETS
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.tasks.classify.training import Classify

def peak():  # kilobytes on Linux, bytes on macOS
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e3 if sys.platform != "darwin" else 1e6)

began = time.perf_counter()
parts = read_folder(sys.argv[1])
read = time.perf_counter() - began
shape = Preprocess(size=(32, 32), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
began = time.perf_counter()
pictures = decode([s.path for s in parts.train], shape)
opened = time.perf_counter() - began
found = {"reading the folder": read, "opening the pictures": opened, "memory after opening": peak()}
if "train" in sys.argv:
    rows, labels = np.array(pictures.rows), torch.tensor([s.label for s in parts.train])
    feed = Batches(pictures.pixels, rows, labels, shape, size=128, augment=PRESETS["light"], shuffle=True)
    began = time.perf_counter()
    list(ll.fit(build("facet_tiny", num_classes=10), Classify(), feed, None, ll.Recipe(epochs=1)))
    found |= {"one pass": time.perf_counter() - began, "memory after a pass": peak()}
print(json.dumps(found))
"""


def one(data: Path, cache: Path, *more: str) -> dict[str, float]:
    """Seconds and megabytes of one process."""
    command = [sys.executable, "-c", ONE, str(data), *more]
    told = os.environ | {"LENSLET_CACHE": str(cache)}
    done = subprocess.run(command, env=told, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def part(source: Path, place: Path, count: int, *, prefix: str = "") -> Path:
    """A folder with the first `count` pictures, the classes in turn, as hard links."""
    for folder in sorted(source.iterdir()):
        (place / folder.name).mkdir(parents=True)
        for file in sorted(folder.iterdir())[: count // 10]:
            os.link(file, place / folder.name / f"{prefix}{file.name}")
    return place


def main(counts: tuple[int, ...], runs: int) -> None:
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        with zipfile.ZipFile(ZIP) as archive:
            archive.extractall(place, [name for name in archive.namelist() if "train/" in name])
        source = next(path for path in place.rglob("train") if path.is_dir())
        for count in counts:
            data = part(source, place / f"data-{count}", count)
            less = part(source, place / f"less-{count}", count * 9 // 10, prefix="x")
            found: dict[str, dict[str, list[float]]] = {}
            for run in range(runs):
                cache, other = place / f"cache-{count}-{run}", place / f"other-{count}-{run}"
                one(less, other)
                told = {
                    "cold": one(data, cache),
                    "warm": one(data, cache, "train"),
                    "grown by a tenth": one(data, other),
                }
                for how, figures in told.items():
                    for what, value in figures.items():
                        found.setdefault(how, {}).setdefault(what, []).append(value)
                        print(count, how, what, round(value, 2), flush=True)
                shutil.rmtree(cache)
                shutil.rmtree(other)
            rows += [_row(count, how, what, v) for how, told in found.items() for what, v in told.items()]
    if runs == RUNS:
        write("growth", rows, command="python -m benchmarks.speed.growth")
    else:
        print(*rows, sep="\n")


def _row(count: int, how: str, what: str, values: list[float]) -> Row:
    unit, digits = ("MB", 0) if what.startswith("memory") else ("s", 2)
    spread = f"{min(values):.3g} to {max(values):.3g}"
    text = f"{count:,} pictures, {how}: {what}"
    return Row(text, round(statistics.median(values), digits), unit, len(values), spread)


if __name__ == "__main__":
    main((1_000, 10_000), 1) if "--quick" in sys.argv else main(COUNTS, RUNS)
