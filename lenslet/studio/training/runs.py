"""The runs of a project as their folders tell them; nothing about them is kept anywhere else."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lenslet.studio.training.locks import is_held
from lenslet.studio.training.onlooker import SAMPLES
from lenslet.studio.training.progress import PROGRESS, Ask, Progress, asked, read_progress
from lenslet.studio.training.queue import Queue
from lenslet.verbs.run_folder import ARGUMENTS

__all__ = ["Run", "Sample", "runs_of"]

State = Literal["queued", "working", "paused", "stopped", "finished", "failed", "died"]


@dataclass(frozen=True)
class Sample:
    """What a model in training says of a picture; as `verbs.sampled` has it, the picture by its number."""

    number: int
    truth: str
    said: str
    right: bool | None


@dataclass(frozen=True)
class Run:
    """A run at this moment.

    Args:
        name: of its folder.
        folder: where it is kept.
        state: `died` is a process that ended without a word: killed, or with the computer.
        progress: what it last said.
        asked: what it was asked for and has not done yet.
    """

    name: str
    folder: Path
    state: State
    progress: Progress
    asked: Ask | None = None

    @property
    def call(self) -> dict[str, Any]:
        """The arguments of `train`; empty where they cannot be read."""
        try:
            lines = (self.folder / ARGUMENTS).read_text(encoding="utf-8").splitlines()
            return {name: json.loads(value) for name, _, value in (line.partition(": ") for line in lines if line)}
        except (OSError, ValueError):
            return {}

    @property
    def card(self) -> dict[str, Any]:
        """The card of its model as plain values; empty where there is no model."""
        try:
            said = json.loads((self.folder / "card.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    @property
    def rows(self) -> list[dict[str, float]]:
        """Of results.csv: a row an epoch; empty where none has ended."""
        try:
            with (self.folder / "results.csv").open(encoding="utf-8", newline="") as file:
                return [
                    {name: float(value) for name, value in row.items() if name and value}
                    for row in csv.DictReader(file)
                ]
        except (OSError, ValueError, TypeError, csv.Error):
            return []

    @property
    def samples(self) -> tuple[int, list[Sample]]:
        """After which epoch they were asked, and what the model said."""
        try:
            told = json.loads((self.folder / SAMPLES / "samples.json").read_text(encoding="utf-8"))
            shown = [
                Sample(number, one["truth"], one["said"], one["right"]) for number, one in enumerate(told["shown"])
            ]
            return int(told["epoch"]), shown
        except (OSError, ValueError, KeyError, TypeError):
            return 0, []


def runs_of(queue: Queue) -> list[Run]:
    """All runs that the studio has to do with, the one at work first, then the last one that was."""
    waiting = {one.run for one in queue.waiting()}
    found = []
    folders = {path.parent for path in queue.runs.glob(f"*/{PROGRESS}")} | {queue.runs / name for name in waiting}
    for folder in folders:
        held = is_held(folder)  # before what it says: a process that ends says so first, and then lets go
        said = read_progress(folder) or Progress()
        state: State = "working" if held else "queued" if folder.name in waiting else said.state
        if state == "working" and not held:
            state = "died"
        found.append(Run(folder.name, folder, state, said, asked(folder) if held else None))
    return sorted(found, key=lambda run: (run.state != "working", -run.progress.at, run.name))
