"""Peers, each run by the Python of an environment of its own: `LENSLET_PEERS=/tmp/peers/bin/python`.

python3.11 -m venv /tmp/peers
/tmp/peers/bin/pip install "torch==2.12.*" "torchvision==0.27.*" timm ultralytics
"""

import json
import os
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent


def python() -> str:
    """The interpreter that has the peers."""
    path = os.environ.get("LENSLET_PEERS", "/tmp/peers/bin/python")
    if not Path(path).exists():
        raise SystemExit(f"{path}: no peers there; see benchmarks/peers/__init__.py for the two lines that make them")
    return path


def here() -> bool:
    """Whether there are peers; a benchmark of speed measures this side alone where there are none."""
    return Path(os.environ.get("LENSLET_PEERS", "/tmp/peers/bin/python")).exists()


def run(script: str, *arguments: str) -> dict[str, float]:
    """Run benchmarks/peers/<script>; the last line it prints is a JSON object of numbers."""
    done = subprocess.run([python(), str(FOLDER / script), *arguments], check=True, capture_output=True, text=True)
    numbers: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return numbers
