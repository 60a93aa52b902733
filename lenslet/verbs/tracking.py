"""A run's numbers for the trackers that people already use: TensorBoard and MLflow.

A tracker runs in a thread of its own and may fail: its server may be gone, its disk full. Training never waits for it
and never fails with it; `problem` says once what happened, and results.csv has every number anyway.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, Literal, Protocol, runtime_checkable

Name = Literal["tensorboard", "mlflow"]
Ending = Literal["finished", "stopped", "failed"]
_PATIENCE = 30.0  # seconds that the end of a run waits for a tracker that has not answered yet


@runtime_checkable
class Tracker(Protocol):
    """Where numbers go; every call may raise whatever it likes."""

    def start(self, folder: Path, facts: Mapping[str, Any]) -> None:
        """A run begins, in its folder: its recipe and what its card says."""

    def epoch(self, number: int, values: Mapping[str, float]) -> None:
        """The numbers of an epoch, by the names of results.csv."""

    def finish(self, metrics: Mapping[str, float], ending: Ending) -> None:
        """The metrics of the card, and how the run ended."""


class Tracking:
    """Hands a run's numbers to a tracker, in the background.

    Args:
        name: None tracks nothing.

    Raises:
        ModuleNotFoundError: the tracker's package is not installed; the door says which extra brings it.
    """

    def __init__(self, name: Name | None) -> None:
        self.name, self.problem = name, ""
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._tracker = None if name is None else _tracker(name)
        self._thread = Thread(target=self._work, daemon=True, name="lenslet-tracking")

    def start(self, folder: Path, facts: Mapping[str, Any]) -> None:
        """A run begins."""
        if self._tracker is not None:
            self._thread.start()
        self._give(lambda tracker: tracker.start(folder, facts))

    def epoch(self, row: Mapping[str, float]) -> None:
        """A row of results.csv is complete."""
        number, values = int(row["epoch"]), {name: float(v) for name, v in row.items() if name != "epoch"}
        self._give(lambda tracker: tracker.epoch(number, values))

    def finish(self, metrics: Mapping[str, float], ending: Ending = "finished") -> str:
        """The run is over. Waits a while for what is not written yet.

        Returns:
            What went wrong, in a sentence without its full stop; empty if nothing did.
        """
        if self._tracker is None:
            return ""
        self._give(lambda tracker: tracker.finish(metrics, ending))
        self._jobs.put(None)
        self._thread.join(_PATIENCE)
        if self._thread.is_alive() and not self.problem:
            self.problem = self._sentence(f"it has not answered for {_PATIENCE:.0f} s")
        return self.problem

    def _give(self, job: Callable[[Tracker], None]) -> None:
        tracker = self._tracker
        if tracker is not None and not self.problem:
            self._jobs.put(lambda: job(tracker))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if not self.problem:
                try:
                    job()
                except Exception as error:  # whatever it is, training goes on
                    self.problem = self._sentence(str(error) or type(error).__name__)

    def _sentence(self, why: str) -> str:
        said = " ".join(why.split())
        short = said if len(said) <= 160 else said[:159] + "…"
        return f"{self.name} has not got all numbers of this run ({short}); results.csv has them all"


def _tracker(name: Name) -> Tracker:
    if name == "tensorboard":
        from lenslet.verbs.tracker_tensorboard import TensorBoard

        return TensorBoard()
    from lenslet.verbs.tracker_mlflow import MLflow

    return MLflow()


def facts(card: Any) -> dict[str, Any]:
    """What a tracker is told of a run at its beginning: net, size, data and recipe, all from its card."""
    height, width = card.preprocess.size
    return {
        "task": card.task,
        "net": card.net,
        "classes": len(card.labels),
        "width": width,
        "height": height,
        "channels": card.preprocess.channels,
        "folder": card.data.get("folder", ""),
        "fingerprint": card.data.get("fingerprint", ""),
        "trained_on": card.data.get("trained_on", 0),
        "held_out": card.data.get("held_out", 0),
        **{name: value for name, value in card.recipe.items() if value is not None},
        "version": card.versions.get("lenslet", ""),
    }


def cell(value: Any) -> str:
    """Anything as one line in a table."""
    return " ".join(str(value).replace("|", "/").split())
