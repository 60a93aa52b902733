"""One model, timed in a process of its own: `python -m lenslet.verbs.timed` reads what to do and writes what it found.

Memory is the process's own, threads are set before anything computes, and no backend finds another one's caches warm.
"""

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

__all__ = ["timed"]

_WARM = 3  # calls that are not counted
_FEWEST = 5


def timed(
    model: str, backend: str, pictures: list[str], *, threads: int, batch: int, seconds: int | float
) -> dict[str, Any]:
    """Latency, throughput and memory of one backend.

    Args:
        model: a model folder or name for torch, an exported file for others.
        backend: torch, onnxruntime or openvino.
        pictures: files.
        threads: to compute with.
        batch: pictures that go through the net together where throughput is measured.
        seconds: for each of the two.
    """
    asked = _opened(model, backend, threads)
    for path in (pictures * _WARM)[:_WARM]:
        asked(path)
    took: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(took) < _FEWEST:
        before = time.perf_counter()
        asked(pictures[len(took) % len(pictures)])
        took.append(time.perf_counter() - before)
    many = (pictures * (batch // len(pictures) + 1))[:batch]
    count, before = 0, time.perf_counter()
    while time.perf_counter() - before < seconds or not count:
        count += sum(1 for _ in asked.predict(many, batch=batch))
    throughput = count / (time.perf_counter() - before)
    took.sort()
    return {
        "backend": backend,
        "threads": threads,
        "median": 1000 * statistics.median(took),
        "p95": 1000 * took[min(int(0.95 * len(took)), len(took) - 1)],
        "throughput": throughput,
        "memory": _peak(),
        "calls": len(took),
    }


def _opened(model: str, backend: str, threads: int) -> Any:
    if backend != "torch":
        from lenslet.verbs.exported import from_file

        return from_file(Path(model), backend, threads)
    import torch

    from lenslet.verbs.load import load

    torch.set_num_threads(threads)
    return load(model)


def _peak() -> float:
    """The most memory that this process held, MB; NaN where the system does not say."""
    try:  # Linux counts for `resource` what the process was before it became this one, too
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(float(line.split()[1]) / 2**10 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(most) / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(timed(**json.load(sys.stdin))) + "\n")
