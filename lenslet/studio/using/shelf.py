"""Models that the page asks: opened once, a few at a time; and what of them can be taken along."""

import threading
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError

if TYPE_CHECKING:
    from lenslet.studio.project import Project
    from lenslet.verbs.job import Model

__all__ = ["Open", "Shelf"]

_KEPT = 4  # models that stay open: each is some megabytes, and opening one takes a second


@dataclass(frozen=True)
class Open:
    """A model that is open.

    Args:
        name: as the page calls it.
        path: what `lenslet.load` was given.
        model: the model.
        stamp: changes when its files do.
        lock: held while it works: one picture after the other.
    """

    name: str
    path: str
    model: "Model"
    stamp: str
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


class Shelf:
    """The models of a project and those that come with Lenslet; safe to use from several threads.

    Args:
        project: whose runs are offered first.
    """

    def __init__(self, project: "Project") -> None:
        self.project = project
        self._lock = threading.Lock()
        self._opened: OrderedDict[str, Open] = OrderedDict()

    def rows(self) -> list[dict[str, Any]]:
        """What can be chosen: name, task, labels, whether it is the project's own, and whether it finds people's faces.

        An ONNX file's task is known when it is opened.
        """
        rows = [
            {
                "name": row.name,
                "task": row.task,
                "labels": list(row.labels),
                "own": row.path != row.name,
                "people": row.task == "face" and _finds(row.path),
            }
            for row in self.project.models()
        ]
        files = [{"name": name, "task": "onnx", "labels": [], "own": True, "people": False} for name in self._files()]
        own = [row for row in rows if row["own"]]
        return [*own, *files, *(row for row in rows if not row["own"])]

    @contextmanager
    def asked(self, name: str) -> Iterator[Open]:
        """A model, for the length of a block; others wait."""
        found = self.opened(name)
        with found.lock:
            yield found

    def opened(self, name: str) -> Open:
        """A model by the name that `rows` gives it, opened anew when its files have changed.

        Raises:
            CallError: there is none of that name: nothing else is ever opened.
            CardError: it cannot be opened.
        """
        path = self._path(name)
        stamp = _stamp(path)
        with self._lock:
            known = self._opened.get(name)
            if known is None or known.stamp != stamp:
                from lenslet.verbs.load import load

                known = Open(name, path, load(path), stamp)
                self._opened[name] = known
                while len(self._opened) > _KEPT:
                    self._opened.popitem(last=False)
            self._opened.move_to_end(name)
            return known

    def packed(self, name: str, out: Path) -> Path:
        """The folder of a model as a zip file: card.json and model.safetensors, and nothing else that lies there.

        Raises:
            CallError: there is no such model, or it is a single file.
        """
        from lenslet.card.store import find_shipped

        path = self._path(name)
        folder = find_shipped(path) or Path(path)
        if not folder.is_dir():
            raise CallError(f"{name} is a single file in this project's folder already: copy it from there")
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
            for file in ("card.json", "model.safetensors"):
                made.write(folder / file, f"{stem_of(name)}/{file}")
        return out

    def _path(self, name: str) -> str:
        for row in self.project.models():
            if row.name == name:
                return row.path
        if name in self._files():
            return str(self.project.root / name)
        raise CallError(f"{name}: there is no such model in this project; choose another")

    def _files(self) -> list[str]:
        """ONNX files of the project, and of its runs."""
        root = self.project.root
        found = [*root.glob("*.onnx"), *self.project.runs.glob("*/*.onnx")]
        return sorted(path.relative_to(root).as_posix() for path in found)


def stem_of(name: str) -> str:
    """What files that come of a model are called."""
    return name.removesuffix(".onnx").replace("/", "-")


def _finds(path: str) -> bool:
    """Whether a face model finds faces: one that compares drawn signs knows no people."""
    import json

    from lenslet.card.store import find_shipped

    folder = find_shipped(path) or Path(path)
    try:
        head = json.loads((folder / "card.json").read_text(encoding="utf-8")).get("head", {})
    except (OSError, ValueError):
        return False
    return bool(isinstance(head, dict) and head.get("finder"))


def _stamp(path: str) -> str:
    """Of the card of a folder, or of a file; a shipped model never changes."""
    place = Path(path)
    card = place / "card.json" if place.is_dir() else place
    return str(card.stat().st_mtime_ns) if card.exists() else ""
