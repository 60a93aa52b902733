"""FAISS's exact index over COUNT encodings of 128 numbers, THREADS; one call a probe, in turn with another side.

Run by benchmarks/speed/gallery.py, which speaks to it by lines: `go` searches all probes once and answers with their
seconds and rows. `search_of` builds what is searched, the same on both sides.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

PROBES, SEED = 20, 0


def scene(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Encodings and probes, all of length 1, float32; made in place, so that no second copy stands in memory."""
    dice = np.random.default_rng(SEED)
    rows = dice.standard_normal((count, 128), dtype=np.float32)
    for first in range(0, count, 10_000):
        rows[first : first + 10_000] /= np.linalg.norm(rows[first : first + 10_000], axis=1, keepdims=True)
    probes = dice.standard_normal((PROBES, 128), dtype=np.float32)
    return rows, probes / np.linalg.norm(probes, axis=1, keepdims=True)


def serve(find: Callable[[np.ndarray], int], probes: np.ndarray) -> None:
    """Answer every line with the seconds and the row found of each probe, and the most memory there was, in MB."""
    find(probes[0])
    print("ready", flush=True)
    for _ in sys.stdin:
        seconds, found = [], []
        for probe in probes:
            began = time.perf_counter()
            row = find(probe)
            seconds.append(time.perf_counter() - began)
            found.append(int(row))
        status = Path("/proc/self/status").read_text().splitlines()
        held = next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": seconds, "found": found, "held": held, "most": most}), flush=True)


if __name__ == "__main__":
    import faiss

    faiss.omp_set_num_threads(int(sys.argv[2]))
    rows, probes = scene(int(sys.argv[1]))
    index = faiss.IndexFlatIP(128)
    index.add(rows)
    del rows
    serve(lambda probe: index.search(probe[None], 1)[1][0, 0], probes)
