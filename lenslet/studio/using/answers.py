"""What a model says of the pictures on the page, and the files that are made of it."""

import csv
import io
import json
import tempfile
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from lenslet.errors import CallError, ImageError, LensletError
from lenslet.studio.using.shelf import Open, Shelf
from lenslet.studio.using.sources import Sources

if TYPE_CHECKING:
    from lenslet.results import Encoding

__all__ = ["SHOWN_FROM", "Answers", "told"]

SHOWN_FROM = 0.05
"""The lowest score of a box that the page is told of: its slider chooses among them."""
_KEPT = 1000  # answers, a few kilobytes each
_TOP = 5


class Answers:
    """Asks models about pictures, each once.

    Args:
        shelf: of models.
        sources: of pictures.
    """

    def __init__(self, shelf: Shelf, sources: Sources) -> None:
        self.shelf, self.sources = shelf, sources
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str, str], Any] = OrderedDict()

    def ask(self, name: str, picture: str) -> dict[str, Any]:
        """A model's answer as the page needs it.

        Args:
            name: of the model.
            picture: its reference, see `Sources`.

        Raises:
            CallError, CardError, ImageError: no such model or picture, or one that cannot be opened.
        """
        began = perf_counter()
        found = self.answer(name, picture)
        size = self.sources.size(picture)
        opened = self.shelf.opened(name)
        return {**told(opened, found), "height": size[0], "width": size[1], "seconds": perf_counter() - began}

    def frame(self, name: str, content: bytes) -> dict[str, Any]:
        """The answer to one frame of a camera, of which nothing is kept."""
        from lenslet.image import open_image

        began = perf_counter()
        pixels = open_image(content, max_pixels=8_000_000)
        with self.shelf.asked(name) as opened:
            found = _asked(opened, pixels)
        height, width = pixels.shape[:2]
        return {**told(opened, found), "height": height, "width": width, "seconds": perf_counter() - began}

    def answer(self, name: str, picture: str) -> Any:
        """A result, without its picture; of a face model a list of encodings."""
        opened = self.shelf.opened(name)
        key = (name, opened.stamp, self.sources.digest(picture))
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        with opened.lock:
            found = _asked(opened, self.sources.pixels(picture))
        with self._lock:
            self._known[key] = found
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def plain(self, name: str, picture: str, at_least: float | None) -> list[dict[str, Any]]:
        """An answer as `lenslet predict --json` has it; of a picture that has none, a sentence."""
        called = self.sources.name(picture)
        try:
            found = _from(self.answer(name, picture), at_least)
        except LensletError as error:
            return [{"schema": 1, "image": called, "error": str(error)}]
        rows = [one.to_dict() for one in found] if isinstance(found, list) else [found.to_dict()]
        for row in rows:
            row.pop("vector", None)  # of a face: biometric data, which nobody has asked for
        return [{**row, "image": called} for row in rows]

    def table(self, name: str, pictures: Sequence[str], at_least: float | None) -> str:
        """All answers as CSV: a line for each class or thing; of points, a line a point."""
        held = io.StringIO()
        written = csv.writer(held)
        written.writerow(("picture", "what", "score", "x1", "y1", "x2", "y2", "error"))
        for picture in pictures:
            for row in self.plain(name, picture, at_least):
                written.writerows(_lines(row))
        return held.getvalue()

    def json(self, name: str, pictures: Sequence[str], at_least: float | None) -> str:
        """All answers as JSON lines, as `lenslet predict --json` writes them."""
        rows = [row for picture in pictures for row in self.plain(name, picture, at_least)]
        return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)

    def drawn(self, name: str, picture: str, at_least: float | None) -> bytes:
        """The picture with its answer on it, PNG.

        Raises:
            LensletError: there is no answer.
        """
        found = _from(self.answer(name, picture), at_least)
        pixels = self.sources.pixels(picture)
        with tempfile.TemporaryDirectory(prefix="lenslet-") as place:
            path = Path(place) / "drawn.png"
            if isinstance(found, list):
                _plot_faces(found, pixels, path)
            else:
                replace(found, picture=pixels).plot(path)
            return path.read_bytes()

    def packed(self, name: str, pictures: Sequence[str], at_least: float | None, out: Path) -> int:
        """All pictures with their answers on them in a zip file; those without one are left out.

        Returns:
            How many there are.
        """
        names: dict[str, int] = {}
        made = 0
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
            for picture in pictures:
                stem = Path(self.sources.name(picture).replace("/", "-")).stem or "picture"
                try:
                    content = self.drawn(name, picture, at_least)
                except LensletError:
                    continue
                names[stem] = names.get(stem, 0) + 1
                file.writestr(f"{stem}.png" if names[stem] == 1 else f"{stem}-{names[stem]}.png", content)
                made += 1
        return made


def told(opened: Open, found: Any) -> dict[str, Any]:
    """A result for the page: its kind, and what is drawn."""
    if isinstance(found, list):
        faces = [{"box": _box(one.box), "quality": one.quality} for one in found]
        return {"task": "face", "faces": faces}
    plain = found.to_dict()
    task = plain["task"]
    if task == "classify":
        return {"task": task, "top": plain["top"], "classes": len(plain["labels"])}
    if task == "detect":
        order = np.argsort(-found.scores, kind="stable").tolist()
        objects = [plain["objects"][i] for i in order]
        return {"task": task, "objects": objects, "threshold": opened.model.threshold}  # type: ignore[union-attr]
    if task == "localize":
        top = sorted(zip(found.names, found.scores.tolist(), strict=True), key=lambda one: -one[1])[:_TOP]
        said = {"label": found.label, "score": found.score, "presence": float(found.presence)}
        return {"task": task, **said, "box": _box(found.box) if found.found else None,
                "top": [{"label": label, "score": score} for label, score in top]}  # fmt: skip
    if task == "landmark":
        return {"task": task, "points": plain["points"], "lines": plain["lines"]}
    raise CallError(f"{opened.name} answers with {task}, which this page cannot show yet; say `lenslet predict`")


def _asked(opened: Open, pixels: np.ndarray) -> Any:
    """The model's answer, without the picture: a thousand answers are kept, and pictures would fill the memory."""
    model: Any = opened.model
    if model.card.task == "style":
        raise CallError(f"{opened.name} paints, and says nothing of pictures: use it below Style")
    if model.card.task == "face":
        return [replace(one, picture=None) for one in _faces(opened, pixels)]
    found = model(pixels, at_least=SHOWN_FROM) if model.card.task == "detect" else model(pixels)
    return replace(found, picture=None)


def _faces(opened: Open, pixels: np.ndarray) -> "list[Encoding]":
    model: Any = opened.model
    found = model.encode(pixels)
    return list(found) if isinstance(found, list | tuple) else [found]


def _from(found: Any, at_least: float | None) -> Any:
    """Of things found, those from a score on."""
    from lenslet.results import Detections

    if isinstance(found, Detections) and at_least is not None:
        return found[found.scores >= at_least]
    return found


def _plot_faces(found: "Sequence[Encoding]", pixels: np.ndarray, path: Path) -> None:
    from lenslet import draw
    from lenslet.image import save_image

    boxes = [one.box for one in found if one.box is not None]
    if not boxes:
        raise ImageError("no face was found, so there is nothing to draw")
    save_image(draw.boxes(pixels, np.stack(boxes), [f"face {i}" for i in range(1, len(boxes) + 1)]), path)


def _box(box: Any) -> list[float] | None:
    return None if box is None else [float(side) for side in box]


def _lines(row: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Lines of the table for one answer."""
    name, none = row["image"], ("", "", "", "")
    if "error" in row:
        return [(name, "", "", *none, row["error"])]
    if row["task"] == "classify":
        return [(name, one["label"], one["score"], *none, "") for one in row["top"]]
    if row["task"] == "detect":
        lines = [(name, one["label"], one["score"], *one["box"], "") for one in row["objects"]]
        return lines or [(name, "nothing", "", *none, "")]
    if row["task"] == "localize":
        place = row["box"] if row.get("label") else None
        return [(name, row.get("label") or "nothing", row.get("score", ""), *(place or none), "")]
    if row["task"] == "landmark":
        return [(name, p["name"], p.get("score", ""), p["x"], p["y"], "", "", "") for p in row["points"]]
    return [(name, "face", row["quality"], *(row["box"] or none), "")]
