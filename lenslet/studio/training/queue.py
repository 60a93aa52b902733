"""Which run is next: runs/queue.json, and the step that starts it when nothing else is at work.

A run that waits is a folder with the args.yaml that `lenslet train` writes and `lenslet train --resume` reads; so it
can be started from the command line as well, and nothing about it is known to the studio alone.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from lenslet.data.locks import alone
from lenslet.errors import CallError, WorkError
from lenslet.files import write_whole
from lenslet.studio.training.locks import at_work, is_held, taken
from lenslet.studio.training.progress import Progress
from lenslet.studio.training.worker import HELD
from lenslet.verbs.run_folder import ARGUMENTS, write_arguments

__all__ = ["LOG", "QUEUE", "Queue", "Waiting"]

QUEUE, LOG, _LOCK = "queue.json", "worker.log", ".queue.lock"
SCHEMA = 1


@dataclass(frozen=True)
class Waiting:
    """A run that waits for its turn.

    Args:
        run: its name, that of its folder below `runs`.
        more: `minutes` or `epochs`, where a run that was finished is to have more.
    """

    run: str
    more: dict[str, Any] = field(default_factory=dict)


class Queue:
    """The runs of a project that wait; several studios and tabs may use it at once.

    Args:
        runs: the folder of the runs.
    """

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        self._children: list[subprocess.Popen[bytes]] = []

    def waiting(self) -> tuple[Waiting, ...]:
        """In their order."""
        return self._read()[0]

    def held(self) -> bool:
        """Whether it was halted: a run was paused, and the next one is not to take its place."""
        return self._read()[1]

    def add(self, call: Mapping[str, Any], task: str) -> str:
        """Put a new run at the end.

        Args:
            call: arguments of `train`: those that are not as they are by default.
            task: to name it by.

        Returns:
            Its name.

        Raises:
            WorkError: its folder cannot be written.
        """
        try:
            self.runs.mkdir(exist_ok=True)
            folder = self._new(task)
            write_arguments(folder, call)
        except OSError as error:
            raise WorkError(f"{self.runs}: the run cannot be written there ({error.strerror or error})") from error
        with self._alone():
            waiting, held = self._read()
            self._write((*waiting, Waiting(folder.name)), held and bool(waiting))  # alone, it is meant to start
        return folder.name

    def start(self, name: str, more: Mapping[str, Any] | None = None) -> None:
        """Put a run in front, new, paused or ended, and let the queue go on.

        Raises:
            CallError: a process works on it, or there is no such run.
        """
        folder = self.runs / name
        if not (folder / ARGUMENTS).exists():
            raise CallError(f"{folder} is no run that could go on: its {ARGUMENTS} is missing")
        if is_held(folder):
            raise CallError(f"{name} is being trained already")
        with self._alone():
            waiting, _ = self._read()
            old = next((one.more for one in waiting if one.run == name), {})
            first = Waiting(name, dict(more) if more else old)
            self._write((first, *(one for one in waiting if one.run != name)), held=False)

    def remove(self, name: str) -> None:
        """Take a run out of the queue; its folder stays."""
        with self._alone():
            waiting, held = self._read()
            self._write(tuple(one for one in waiting if one.run != name), held)

    def hold(self, *, held: bool) -> None:
        """Halt the queue, or let it go on."""
        with self._alone():
            self._write(self._read()[0], held)

    def go_on(self) -> None:
        """Let the queue go on, after it was held."""
        self.hold(held=False)

    def step(self) -> str | None:
        """Start the next run, if nothing is at work and nothing holds the queue; its name, or None."""
        self._children = [child for child in self._children if child.poll() is None]
        if not (self.runs / QUEUE).exists():
            return None
        with self._alone():
            waiting, held = self._read()
            if held or not waiting or at_work(self.runs):
                return None
            first, *others = waiting
            folder = self.runs / first.run
            lock = None
            with suppress(OSError):  # its folder is gone: the next one then
                lock = taken(folder)
            self._write(tuple(others), held)
            if lock is None:
                return None
            with lock:
                self._begin(folder, first.more, lock)
            return first.run

    def watch(self, every: float = 0.5) -> threading.Thread:
        """Step for as long as this process lives, in a thread of its own."""

        def forever() -> None:
            while True:
                with suppress(Exception):  # a full disk, a folder that is gone: it may be better in a moment
                    self.step()
                time.sleep(every)

        thread = threading.Thread(target=forever, name="queue of runs", daemon=True)
        thread.start()
        return thread

    def _begin(self, folder: Path, more: Mapping[str, Any], lock: IO[bytes]) -> None:
        """Start the process; it lives on when this one ends, by Ctrl-C or otherwise."""
        words = [sys.executable, "-m", "lenslet.studio.training.worker", str(folder), json.dumps(dict(more))]
        Progress().write(folder)
        with (folder / LOG).open("ab") as log:
            how: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            if sys.platform == "win32":
                lock.close()  # no file can be handed over: the process takes the lock itself
                how["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP
            else:
                words.append(HELD)
                how |= {"start_new_session": True, "pass_fds": (lock.fileno(),)}
            self._children.append(subprocess.Popen(words, **how))  # noqa: S603 - our own module, no shell

    def _new(self, task: str) -> Path:
        number = 1
        while True:
            folder = self.runs / f"{task}-{number}"
            try:
                folder.mkdir()
            except FileExistsError:
                number += 1
            else:
                return folder

    def _alone(self) -> Any:
        self.runs.mkdir(exist_ok=True)
        return alone(self.runs / _LOCK)

    def _read(self) -> tuple[tuple[Waiting, ...], bool]:
        """The runs, and whether the queue is held; a file that is damaged counts as an empty one."""
        try:
            told = json.loads((self.runs / QUEUE).read_text(encoding="utf-8"))
            return tuple(Waiting(str(one["run"]), dict(one["more"])) for one in told["runs"]), bool(told["held"])
        except (OSError, ValueError, KeyError, TypeError):
            return (), False

    def _write(self, waiting: tuple[Waiting, ...], held: bool) -> None:
        told = {"schema": SCHEMA, "held": held, "runs": [asdict(one) for one in waiting]}
        try:
            write_whole(self.runs / QUEUE, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        except OSError as error:
            raise WorkError(f"{self.runs / QUEUE} cannot be written ({error.strerror or error})") from error
