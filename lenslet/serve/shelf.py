"""The models of a server by name; one whose files change is opened anew, or refused whole while the old one answers."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import numpy as np

from lenslet.errors import CallError, CardError, LensletError
from lenslet.serve.batches import Batches, Room
from lenslet.serve.limits import Limits
from lenslet.serve.metrics import Metrics
from lenslet.serve.problems import plain, public
from lenslet.verbs.asking import How
from lenslet.verbs.load import load
from lenslet.verbs.together import ask_open

__all__ = ["Shelf", "Shelved", "named"]

_LOG = logging.getLogger("lenslet.serve")
_FILES = ("card.json", "model.safetensors")

Signature = tuple[tuple[str, int, int, int], ...]


class Shelved:
    """One model with its line.

    Args:
        name: in addresses.
        given: where it lies, its name, or the model.
        limits: of its line.
        pool: opens pictures.
        room: for what is decoded.
        metrics: that are told.
        backend: who computes, of an exported file.

    Attributes:
        model: that answers now.
        place: where its files lie; None of one that was given open.
        note: what a person should know of its files.
        files: as they were when they were opened last, with success or without; `seen`, as they were at the last look.

    Raises:
        CardError: no such model.
    """

    def __init__(
        self,
        name: str,
        given: Any,
        limits: Limits,
        pool: ThreadPoolExecutor,
        room: Room,
        metrics: Metrics,
        backend: str,
    ) -> None:
        self.name, self.place, self.note, self._backend = name, _place(given), "", backend
        self.files = self.seen = _signature(self.place)
        self.model: Any = self.load(given)
        self.batches = Batches(name, lambda: self.model, limits, pool, room, metrics)

    def load(self, given: Any) -> Any:
        """Open it, or open it anew."""
        if isinstance(given, str | Path) and Path(given).suffix == ".onnx":
            return load(given, backend=cast("Any", self._backend))
        return load(given)

    @property
    def task(self) -> str:
        """What it does."""
        return str(self.model.card.task)

    def to_dict(self) -> dict[str, Any]:
        """What is said of it; nothing of where it lies."""
        card = self.model.card
        made = {
            "name": self.name,
            "task": card.task,
            "net": card.net,
            "labels": list(card.labels),
            "licence": dict(card.licence),
            "metrics": dict(card.metrics),
            "measured_on": card.measured_on,
            "sha256": card.sha256,
            "note": self.note,
        }
        return {name: plain(value) if name != "labels" else value for name, value in made.items()}


class Shelf(Mapping[str, Shelved]):
    """All of them, in their order.

    Args:
        models: see `create_app`.
        limits: of each line.
        metrics: that are told.
        pool: opens pictures.
        backend: of exported files.

    Raises:
        CallError: two of one name, or a name that fits no address.
        CardError: no such model.
    """

    def __init__(
        self,
        models: Mapping[str, Any] | Sequence[Any],
        limits: Limits,
        metrics: Metrics,
        pool: ThreadPoolExecutor,
        backend: str = "onnxruntime",
    ) -> None:
        self._limits, self._metrics, self._all = limits, metrics, dict[str, Shelved]()
        room = Room(limits.decoded)
        for name, given in named(models).items():
            self._all[name] = Shelved(name, given, limits, pool, room, metrics, backend)

    def __getitem__(self, name: str) -> Shelved:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    async def watch(self) -> None:
        """Look at the files from time to time, until this is cancelled."""
        while True:
            await asyncio.sleep(self._limits.look)
            for one in self.values():
                await self.look(one)

    async def look(self, one: Shelved) -> None:
        """Open a model anew if its files have changed, and are the same as at the last look: nobody is writing them."""
        now = await asyncio.to_thread(_signature, one.place)
        if now == one.files or now != one.seen:
            if now == one.files and one.seen != now:
                one.note = ""  # what was there before is there again
            one.seen = now
            return
        one.files = now
        try:
            new = await asyncio.to_thread(_opened_again, one)
        except Exception as error:
            why = public(str(error)) if isinstance(error, LensletError) else f"unforeseen {type(error).__name__}"
            one.note = f"its files changed and were refused; the model from before answers: {why}"
            self._metrics.changed(one.name, "refused")
            _LOG.warning("%s: its files changed and were refused; the model from before answers: %s", one.name, error)
            return
        one.model, one.note = new, ""
        self._metrics.changed(one.name, "reloaded")
        _LOG.info("%s: its files changed; the new model answers (%s)", one.name, new.card.sha256[:12])

    def close(self) -> None:
        """Let the threads go."""
        for one in self.values():
            one.batches.lane.close()


def named(models: Mapping[str, Any] | Sequence[Any]) -> dict[str, Any]:
    """Each with a name for addresses: the one it is given (NAME=PATH, too), or its folder's or file's.

    Raises:
        CallError: two of one name, or a name that fits no address.
    """
    if isinstance(models, Mapping):
        pairs = list(models.items())
    else:
        several = [models] if isinstance(models, str | Path) else models
        pairs = [_named(given) for given in several]
    found: dict[str, Any] = {}
    for name, given in pairs:
        if not name or not all(letter.isalnum() or letter in "-_." for letter in name) or name.startswith("."):
            raise CallError(f"{name!r} fits no address: call the model by letters, digits, - and _, as in NAME=PATH")
        if name in found:
            raise CallError(f"two models are called {name}: give one another name, as in {name}-2={given}")
        found[name] = given
    return found


def _named(given: Any) -> tuple[str, Any]:
    if isinstance(given, str):
        name, sign, after = given.partition("=")
        if sign and not Path(given).exists():
            return name, after
    if isinstance(given, str | Path):
        path = Path(given).resolve() if str(given) in (".", "..") else Path(given)
        return (path.stem if path.suffix in (".onnx", ".json") else path.name), given
    place = getattr(given, "folder", None)
    return (place.name if place is not None else given.card.net), given


def _place(given: Any) -> Path | None:
    from lenslet.card.store import find_shipped

    if not isinstance(given, str | Path):
        return None
    path = find_shipped(given) or Path(given).absolute()
    return path.parent if path.name in _FILES else path


def _signature(place: Path | None) -> Signature:
    """What changes when the files do."""
    if place is None:
        return ()
    files = [place / name for name in _FILES] if place.is_dir() else [place, place.with_suffix(".json")]
    found: list[tuple[str, int, int, int]] = []
    for file in files:
        try:
            state = file.stat()
        except OSError:
            continue
        found.append((file.name, state.st_mtime_ns, state.st_size, state.st_ino))
    return tuple(found)


def _opened_again(one: Shelved) -> Any:
    """The model as it lies there now, tried on a picture.

    Raises:
        LensletError: it is none, or of another task.
    """
    assert one.place is not None
    new = one.load(one.place)
    if new.card.task != one.task:
        raise CardError(f"it is of task {new.card.task} now, and was of {one.task}: start the server again")
    ask_open(new, [np.full((64, 64, 3), 127, np.uint8)], how=How())
    return new
