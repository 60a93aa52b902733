"""How long `lenslet --help` takes, from the shell's call to the end of the process.

Command: python -m benchmarks.speed.help
Minutes: 0.2
Measures: wall-clock seconds of whole processes, median of n after two that warm the disk cache; CPU seconds (user and
    system) of the same runs, which another job on the machine moves less; the bare interpreter beside it is the floor.
Peers: none; the promise is the design's, 0.2 s.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.record import Row, write

RUNS = 21
LENSLET = str(Path(sys.executable).with_name("lenslet"))
CASES = {
    "lenslet --help": ([LENSLET, "--help"], "at most 0.2 s"),
    "lenslet --version": ([LENSLET, "--version"], "at most 0.2 s"),
    "lenslet train --help": ([LENSLET, "train", "--help"], "at most 0.2 s"),
    "python -c pass, the floor": ([sys.executable, "-c", "pass"], ""),
}


def measure(command: list[str]) -> tuple[list[float], list[float]]:
    """Wall-clock and CPU seconds of each run."""
    wall, cpu = [], []
    for run in range(-2, RUNS):
        before, start = os.times(), time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        if run >= 0:
            after = os.times()
            wall.append(time.perf_counter() - start)
            cpu.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return wall, cpu


def main() -> None:
    rows = []
    for what, (command, target) in CASES.items():
        for kind, seconds, promised in zip(("wall clock", "CPU"), measure(command), (target, ""), strict=True):
            spread = f"{min(seconds):.3f}-{max(seconds):.3f} s"
            rows.append(Row(f"{what}, {kind}", round(statistics.median(seconds), 4), "s", RUNS, spread, promised))
    write("help", rows, command="python -m benchmarks.speed.help")


if __name__ == "__main__":
    main()
