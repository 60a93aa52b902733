"""What a run in progress says of itself: progress.json, written by the process that trains and read by the page."""

import json
import os
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

__all__ = ["ASKED", "PROGRESS", "Ask", "Progress", "ask", "asked", "quickly", "read_progress"]

PROGRESS, ASKED = "progress.json", "asked.txt"
SCHEMA = 1

State = Literal["working", "paused", "stopped", "finished", "failed"]
Ask = Literal["pause", "stop"]


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Args:
        state: what the process that trains last said.
        phase: what it is doing, in words.
        fraction: of this phase that is done, 0 to 1.
        said: how good it is, in words.
        left: seconds that this phase will still take; None where that is not known yet.
        notes: sentences that must not be overlooked.
        error: why it failed, in one sentence.
        process: its number.
        at: when this was written, seconds since 1970.
    """

    state: State = "working"
    phase: str = "starting"
    fraction: int | float = 0.0
    said: str = ""
    left: int | float | None = None
    notes: tuple[str, ...] = ()
    error: str = ""
    process: int = 0
    at: int | float = 0.0

    def write(self, folder: Path) -> None:
        """Write it into the run's folder; a disk that is full costs nothing but this."""
        told = {"schema": SCHEMA, **asdict(replace(self, at=time.time()))}
        quickly(folder / PROGRESS, json.dumps(told, ensure_ascii=False).encode())


def read_progress(folder: Path) -> Progress | None:
    """What was last said; None where nothing was, or nothing that can be read."""
    try:
        told = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
        told.pop("schema")
        return Progress(**{**told, "notes": tuple(told["notes"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def ask(folder: Path, what: Ask) -> None:
    """Ask the process that trains to pause, or to stop and keep the best; it looks several times a second."""
    quickly(folder / ASKED, what.encode())


def asked(folder: Path) -> Ask | None:
    """What was asked for and is not done yet."""
    try:
        said = (folder / ASKED).read_text(encoding="utf-8")
    except OSError:
        return None
    return "pause" if said == "pause" else "stop" if said == "stop" else None


def quickly(path: Path, content: bytes) -> None:
    """Write whole or not at all, without waiting for the disk: what is lost with the power is told anew."""
    temporary = path.with_name(f".part-{os.getpid()}-{path.name}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
