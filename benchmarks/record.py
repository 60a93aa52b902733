"""What every benchmark shares: which machine this is, and the file its rows go to."""

import json
import os
import platform
import re
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

LOAD = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0  # before we add to it: was the machine ours alone?
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        what: What was measured, in words that need no other row.
        value: The figure, in `unit`.
        unit: "s", "images/s", "%", ...
        n: How many runs or pictures it comes from.
        spread: Half of its range or one standard deviation, in words: "0.18-0.21 s over 20 runs", "sd 0.1".
        target: What was to be reached, in words; "" where nothing was promised.
    """

    what: str
    value: float
    unit: str
    n: int
    spread: str = ""
    target: str = ""


def processor() -> str:
    """The CPU by name, and how many of its cores this process may use."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE)
        name = found.group(1) if found else name
    return f"{name}, {len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores"


def machine() -> dict[str, str]:
    """Everything that another person needs to judge the figures."""
    versions = {}
    for package in ("torch", "numpy"):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return {
        "processor": processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **versions,
        "load": f"{LOAD:.1f} at the start",
    }


def slug() -> str:
    """The machine's part of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", processor().lower().replace("(r)", "").replace("(tm)", "")).strip("-")


def write(suite: str, rows: list[Row], *, command: str) -> Path:
    """Write `rows` to results/<suite>--<machine>.json, replacing what an earlier run on this machine found."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{suite}--{slug()}.json"
    content = {
        "suite": suite,
        "machine": machine(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "command": command,
        "rows": [asdict(row) for row in rows],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    for row in rows:
        sys.stdout.write(f"{row.what}: {row.value:g} {row.unit} (n {row.n}{', ' + row.spread if row.spread else ''})\n")
    sys.stdout.write(f"{path}\n")
    return path
