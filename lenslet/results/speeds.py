"""How fast a model answers, by who computes and with how many threads."""

import json
from dataclasses import dataclass
from typing import Any

__all__ = ["Speed", "Speeds"]

SCHEMA = 1


@dataclass(frozen=True)
class Speed:
    """One way to compute, measured in a process of its own.

    Args:
        backend: torch, onnxruntime or openvino.
        threads: it computed with.
        median: of one call, from the file to the answer, milliseconds.
        p95: of such calls, 95 in 100 took no longer, milliseconds.
        throughput: pictures a second, in batches.
        memory: the most that the process held, MB.
        calls: that were measured.
    """

    backend: str
    threads: int
    median: float
    p95: float
    throughput: float
    memory: float
    calls: int


@dataclass(frozen=True)
class Speeds:
    """A model's speeds.

    Args:
        model: its name.
        task: of it.
        precision: fp32 or int8.
        pictures: that were looked at, again and again.
        batch: pictures that went through the net together where throughput was measured.
        machine: processor and cores.
        rows: one a backend and number of threads.
        notes: what was left out, and why.
    """

    model: str
    task: str
    precision: str
    pictures: int
    batch: int
    machine: str
    rows: tuple[Speed, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "schema": SCHEMA,
            "model": self.model,
            "task": self.task,
            "precision": self.precision,
            "pictures": self.pictures,
            "batch": self.batch,
            "machine": self.machine,
            "rows": [
                {
                    "backend": row.backend,
                    "threads": row.threads,
                    "median_ms": round(row.median, 3),
                    "p95_ms": round(row.p95, 3),
                    "pictures_per_second": round(row.throughput, 2),
                    "peak_memory_mb": round(row.memory, 1),
                    "calls": row.calls,
                }
                for row in self.rows
            ],
            "notes": list(self.notes),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)
