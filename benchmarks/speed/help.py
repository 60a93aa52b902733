"""How long `lenslet --help` takes, from the shell's call to the end of the process.

Command: python -m benchmarks.speed.help
Minutes: 0.2
Measures: wall-clock seconds of whole processes, median of n after two that warm the disk cache; other commands beside,
    and the bare interpreter, which is the floor.
Peers: none; the promise is the design's, 0.2 s.
"""

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


def measure(command: list[str]) -> list[float]:
    """Seconds of each run."""
    seconds = []
    for run in range(-2, RUNS):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        if run >= 0:
            seconds.append(time.perf_counter() - start)
    return seconds


def main() -> None:
    rows = []
    for what, (command, target) in CASES.items():
        seconds = measure(command)
        spread = f"{min(seconds):.3f}-{max(seconds):.3f} s"
        rows.append(Row(what, round(statistics.median(seconds), 4), "s", RUNS, spread, target))
    write("help", rows, command="python -m benchmarks.speed.help")


if __name__ == "__main__":
    main()
