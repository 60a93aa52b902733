"""How long `lenslet data check` takes, and how much memory, at 1,000, 10,000 and 50,000 pictures.

Command: python -m benchmarks.speed.data_check [PICTURES ...]
Minutes: 12 for all three on 2 cores; name the sizes to run fewer
Measures: the whole verb with its page, in a process of its own, on pictures of CIFAR-10 (32 px JPEG, ten classes,
    every class the same share), unpacked into a temporary folder; files are in the system's cache. What it finds is
    told beside the time: CIFAR-10 has copies of its own.
Peers: none measured here; imagededup and fastdup find copies, cleanlab judges labels.
"""

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from benchmarks.record import Row, write

ARCHIVE = Path(__file__).resolve().parents[2] / "shared" / "data" / "cifar10.zip"
SIZES = (1_000, 10_000, 50_000)
ONE = """
import json, resource, sys, time
from lenslet.verbs.check import check
times, last = {}, ["start", time.perf_counter()]
import lenslet.verbs.progress as progress
def phases(shown):
    def watch(phase, share):
        now = time.perf_counter()
        if phase != last[0]:
            times[last[0]], last[:] = now - last[1], [phase, now]
    return watch
progress.phases = phases
began = time.perf_counter()
report = check(sys.argv[1], out=sys.argv[2], progress=False)
seconds = time.perf_counter() - began
times[last[0]] = time.perf_counter() - last[1]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "peak": peak, "counts": report.counts, "times": times}))
"""


def unpack(place: Path, pictures: int) -> Path:
    """`pictures` of the training part, evenly over the classes."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("train/") and name.endswith(".jpg"))
        for name in names[:: len(names) // pictures][:pictures]:
            path = place / Path(name).relative_to("train")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(name))
    return place


def main() -> None:
    sizes = tuple(int(size.replace("_", "").replace(",", "")) for size in sys.argv[1:]) or SIZES
    rows = []
    for pictures in sizes:
        with tempfile.TemporaryDirectory() as folder:
            data = unpack(Path(folder) / "pictures", pictures)
            command = [sys.executable, "-c", ONE, str(data), str(Path(folder) / "check")]
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
        found = json.loads(done.stdout)
        told = ", ".join(f"{count} {kind}" for kind, count in found["counts"].items())
        spent = ", ".join(f"{phase} {seconds:.0f} s" for phase, seconds in found["times"].items() if phase != "start")
        rows.append(Row(f"check of {pictures:,} pictures", round(found["seconds"], 1), "s", 1, spent))
        rows.append(Row(f"peak memory at {pictures:,}", round(found["peak"] / 1024), "MiB", 1, f"found: {told}"))
    write("data_check", rows, command=" ".join(["python -m benchmarks.speed.data_check", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
