"""`lenslet benchmark`: a row for each way to compute."""

from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import say, table, write
from lenslet.verbs.benchmark import benchmark

if TYPE_CHECKING:
    from lenslet.results.speeds import Speeds

__all__ = ["command"]


def show(speeds: "Speeds") -> None:
    """Latency, throughput and memory."""
    write(f"{speeds.model}: {speeds.task}, {speeds.precision}; {speeds.machine}")
    rows = [
        [
            row.backend, row.threads, f"{row.median:.1f}", f"{row.p95:.1f}", f"{row.throughput:.1f}",
            f"{row.memory:.0f}", row.calls,
        ]
        for row in speeds.rows
    ]  # fmt: skip
    table(
        f"From the file to the answer, {speeds.pictures} pictures; pictures/s in batches of {speeds.batch}",
        ["backend", "threads", "median ms", "p95 ms", "pictures/s", "peak MB", "calls"],
        rows,
    )
    for note in speeds.notes:
        say(note)


command = Command(benchmark, show, example="lenslet benchmark flowers.onnx --threads 1 --threads 2")
