"""Bulk prediction (`predict --out`): one process against Ray with two workers, and what restarting costs.

Command: python -m benchmarks.speed.bulk
Minutes: 6
Measures: 5,000 pictures of caltech101 (shorter side 112 px), facet_s at 80 px with 101 classes, weights untrained; each
    run is the whole command in a process of its own, the two engines in turn. "Whole command" counts everything from
    the shell's call to its end, the start of Ray included; "under way" is the files after the first part, over the time
    between the first part and the last, as the parts' files tell: what millions of files see. Memory is the highest sum
    of the proportional set sizes (what is shared is divided by those who share it) of the command's process and all
    below it, looked at every half second. The list: 5 million invented paths, sorted and written, in one process.
Peers: none.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.record import Row, write
from lenslet.card import Card, save
from lenslet.image import Preprocess, find_images
from lenslet.nets import build

DATA = Path("../shared/data/caltech101")
FILES, RUNS, LISTED = 5_000, 3, 5_000_000
LENSLET = [sys.executable, "-c", "from lenslet.cli import main; main()"]
ENGINES = {"one process": ["--engine", "local"], "Ray, 2 workers": ["--engine", "ray", "--workers", "2"]}
LIST = """
import sys, time
from pathlib import Path
from lenslet.verbs.bulk.listing import write_list
began = time.perf_counter()
files, _ = write_list(Path(sys.argv[1]), ["@" + sys.argv[2]])
seconds = time.perf_counter() - began
[peak] = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print(files, seconds, int(peak) / 1024)
"""


def model(folder: Path) -> Path:
    """An untrained facet_s: it takes the time of a trained one."""
    labels = tuple(f"class {number}" for number in range(101))
    shape = Preprocess(size=(80, 80), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
    arguments = {"num_classes": len(labels), "in_channels": 3}
    save(folder, Card("classify", "facet_s", arguments, labels, shape), build("facet_s", **arguments).state_dict())
    return folder


def memory(pid: int) -> float:
    """MB of a process and of all below it, now; those that end meanwhile count as nothing."""
    total = 0.0
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(memory(int(child)) for child in (task / "children").read_text().split())
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return total
    return total + sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


def run(engine: str, call: list[str], out: Path) -> dict[str, float]:
    """One command: files a second of all of it and under way, MB."""
    began, peak = time.perf_counter(), 0.0
    command = [*LENSLET, "predict", *call, "--out", str(out), *ENGINES[engine], "--no-progress"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, memory(process.pid))
            time.sleep(0.5)
    seconds = time.perf_counter() - began
    assert process.returncode == 0
    parts = sorted((part.stat().st_mtime, part) for part in out.glob("part-*"))
    first = len(parts[0][1].read_bytes().splitlines())
    return {
        "whole": FILES / seconds,
        "under way": (FILES - first) / (parts[-1][0] - parts[0][0]),
        "MB": peak,
        "bytes": sum(part.stat().st_size for _, part in parts) / FILES,
    }


def main() -> None:
    if not DATA.is_dir():
        sys.exit(f"{DATA} is not here: this benchmark needs its pictures")
    rows = []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "list.txt").write_text("\n".join(str(path.resolve()) for path in find_images(DATA)[:FILES]))
        call = [str(model(place / "model")), f"@{place / 'list.txt'}"]
        found: dict[str, list[dict[str, float]]] = {engine: [] for engine in ENGINES}
        for number in range(RUNS):
            for engine, runs in found.items():
                runs.append(run(engine, call, place / f"{engine} {number}"))
        for engine, runs in found.items():
            rows += [
                _row(f"{engine}, whole command", [r["whole"] for r in runs], "files/s"),
                _row(f"{engine}, under way", [r["under way"] for r in runs], "files/s"),
                _row(f"{engine}, memory of all its processes", [r["MB"] for r in runs], "MB"),
            ]
        rows.append(Row("a row, 101 classes", round(found["one process"][0]["bytes"]), "bytes", FILES))
        big = place / "big.txt"
        with big.open("w") as stream:
            stream.writelines(
                f"/photos/{i * 7919 % 1000:03d}/IMG_{i * 104729 % LISTED:08d}.jpg\n" for i in range(LISTED)
            )
        said = subprocess.run(
            [sys.executable, "-c", LIST, str(place / "files.list"), str(big)],
            check=True, capture_output=True, text=True, env=os.environ,
        ).stdout.split()  # fmt: skip
        rows.append(Row("list of 5 million files, sorted and written", round(float(said[1]), 1), "s", 1))
        rows.append(Row("list of 5 million files, memory", round(float(said[2])), "MB", 1))
    write("bulk", rows, command="python -m benchmarks.speed.bulk")


def _row(what: str, values: list[float], unit: str) -> Row:
    return Row(what, round(statistics.median(values), 1), unit, len(values), f"{min(values):.4g} to {max(values):.4g}")


if __name__ == "__main__":
    main()
