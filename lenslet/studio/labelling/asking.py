"""Models that suggest: opened once, asked for one picture, or for all in the background to say which are doubtful."""

import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError, LensletError

if TYPE_CHECKING:
    from lenslet.studio.project import Project
    from lenslet.verbs.suggesting import Suggestion

__all__ = ["Adviser"]

TASKS = {"boxes": ("detect", "localize"), "points": ("landmark",), "classes": ("classify",)}
_KEPT = 20_000  # answers


class Adviser:
    """What models say of the pictures of a project. A model that was trained anew under its name is opened anew."""

    def __init__(self, project: "Project") -> None:
        self.project = project
        self._lock = threading.Lock()  # one picture at a time: a net has all cores already
        self._open: tuple[tuple[str, int], Any] | None = None
        self._said: OrderedDict[tuple[str, int, str, int], Suggestion] = OrderedDict()
        self._round: _Round | None = None

    def models(self) -> list[dict[str, str]]:
        """Those that go with what is labelled."""
        rows = self.project.models(*TASKS[self.project.kind])
        return [{"name": row.name, "task": row.task, "labels": ", ".join(row.labels[:6])} for row in rows]

    def suggest(self, model: str, name: str) -> "Suggestion":
        """What a model would draw on a picture.

        Raises:
            CallError: there is no such model, or no such picture.
            LensletError: the model or the picture cannot be opened.
        """
        row = next((row for row in self.project.models(*TASKS[self.project.kind]) if row.name == model), None)
        if row is None:
            raise CallError(f"there is no model {model} for {self.project.kind}; choose another")
        mark = _mark(Path(row.path))
        picture = self.project.path(name)
        key = (model, mark, name, picture.stat().st_mtime_ns)
        with self._lock:
            if key not in self._said:
                from lenslet.verbs.suggesting import suggest

                self._said[key] = suggest(self._opened(row.path, mark), picture)
                while len(self._said) > _KEPT:
                    self._said.popitem(last=False)
            return self._said[key]

    def _opened(self, path: str, mark: int) -> Any:
        if self._open is None or self._open[0] != (path, mark):
            from lenslet.verbs.load import load

            self._open = ((path, mark), load(path))
        return self._open[1]

    def begin(self, model: str, names: list[str]) -> None:
        """Look at pictures in the background, one after the other; a new round ends the one before."""
        self.end()
        self._round = _Round(self, model, names)
        self._round.start()

    def end(self) -> None:
        """Stop looking."""
        if self._round is not None:
            self._round.stop.set()

    def doubts(self) -> dict[str, Any]:
        """How far the round is, and how doubtful each picture is that was looked at."""
        if self._round is None:
            return {"model": None, "done": 0, "of": 0, "doubts": {}, "error": ""}
        one = self._round
        with one.guard:
            return {
                "model": one.model, "done": len(one.doubts), "of": len(one.names), "doubts": dict(one.doubts),
                "error": one.error,
            }  # fmt: skip


class _Round(threading.Thread):
    """One round of looking; a daemon: what it found is worth nothing to anybody but this page."""

    def __init__(self, adviser: Adviser, model: str, names: list[str]) -> None:
        super().__init__(daemon=True, name="lenslet-doubts")
        self.adviser, self.model, self.names = adviser, model, names
        self.stop, self.guard = threading.Event(), threading.Lock()
        self.doubts: dict[str, float] = {}
        self.error = ""

    def run(self) -> None:
        for name in self.names:
            if self.stop.is_set():
                return
            try:
                doubt = self.adviser.suggest(self.model, name).doubt
            except LensletError as error:
                doubt, self.error = 0.0, str(error)
            with self.guard:
                self.doubts[name] = round(doubt, 4)


def _mark(path: Path) -> int:
    """Changes when the weights do; 0 for what comes with Lenslet."""
    try:
        return (path / "model.safetensors").stat().st_mtime_ns
    except OSError:
        return 0
