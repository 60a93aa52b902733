"""Face models are put together here: tasks are strangers, and a verb hands the finder and the points over.

Three ways name the parts: the head of a face model's card; the card of an ONNX embedder; or a small JSON file
{"format": 1, "kind": "pipeline", "finder": ..., "points": ..., "embedder": ...}.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lenslet.errors import CallError, CardError

if TYPE_CHECKING:
    from lenslet.results import Detections
    from lenslet.runtime import OnnxFinder
    from lenslet.tasks.detect.detector import Detector
    from lenslet.tasks.face.embedder import Embedder
    from lenslet.tasks.face.faces import Faces
    from lenslet.tasks.face.pipeline import FacePipeline, Finds, Marks

__all__ = ["Closer", "assembled", "onnx", "pipeline_file"]

FINDER, POINTS = "facefinder", "facepoints"
PIPELINE = "pipeline"
_CLOSE = 960  # pixels: larger pictures are looked at by tiles, too
_ACROSS = 3  # tiles along the longer side, at the most, before they overlap
_LARGEST = 2**20  # bytes of a JSON file


class Closer:
    """A detector that looks at large pictures by tiles, too: a face of a group is small beside the picture.

    Args:
        detector: of faces.
    """

    def __init__(self, detector: "Detector") -> None:
        self.detector, self.labels = detector, detector.labels

    @property
    def fingerprint(self) -> str:
        """The detector's, and how it looks."""
        from lenslet.card import fingerprint

        return f"{fingerprint(self.detector.card, self.detector.net.state_dict())}-{_CLOSE}-{_ACROSS}"

    def __call__(self, picture: Any, *, at_least: int | float | None = None) -> "Detections":
        """The faces on a picture."""
        from lenslet.image import open_image
        from lenslet.tasks.detect.tiles import by_tiles

        opened = open_image(picture)
        longer = max(opened.shape[:2])
        if longer <= _CLOSE:
            return self.detector(opened, at_least=at_least)

        def look(parts: list[np.ndarray]) -> "list[Detections]":
            return self.detector.detect(parts, at_least=at_least)

        return by_tiles(opened, look, side=max(_CLOSE // 2, -(-longer // _ACROSS)))


def assembled(embedder: "Embedder") -> "Faces | Embedder":
    """The pipeline that the head of a card names; the embedder itself where it names none.

    Raises:
        CardError: a part is not there, or is no such model.
    """
    from lenslet.tasks.face.faces import PARTS, Faces

    head = embedder.card.head
    if not any(head.get(part) for part in PARTS):
        return embedder
    finder, points = _parts(head, embedder.folder)
    return Faces(embedder, finder, points)


def onnx(path: Path) -> "OnnxFinder | FacePipeline":
    """What an .onnx file is by the card beside it: a finder; or an embedder, with Lenslet's own finder and points.

    Raises:
        CardError: the card or the file is not what it should be.
        MissingError: ONNX Runtime is not installed.
    """
    from lenslet.runtime import OnnxEmbedder, OnnxFinder, read_card
    from lenslet.tasks.face.pipeline import FacePipeline

    card = read_card(path)
    if card.kind == "finder":
        return OnnxFinder(path, card)
    finder, points = _parts({"finder": FINDER, "points": POINTS}, path.parent)
    return FacePipeline(finder, OnnxEmbedder(path, card), points)


def pipeline_file(path: Path) -> "FacePipeline | Faces":
    """What a JSON file of kind `pipeline` names.

    Raises:
        CardError: it is no such file, or a part is not there.
    """
    from lenslet.runtime import OnnxEmbedder
    from lenslet.tasks.face.embedder import Embedder
    from lenslet.tasks.face.faces import Faces
    from lenslet.tasks.face.pipeline import FacePipeline
    from lenslet.verbs.load import load

    plain = read_pipeline(path)
    if plain is None:
        raise CardError(
            f'{path} is no pipeline: write {{"format": 1, "kind": "pipeline", "finder": "{FINDER}", '
            f'"points": "{POINTS}", "embedder": "faces"}}'
        )
    finder, points = _parts(plain, path.parent)
    named = plain.get("embedder")
    if not isinstance(named, str) or not named:
        raise CardError(f"{path}: embedder is {named!r:.40}: give the name of a face model, or a file beside it")
    where = _beside(named, path.parent)
    if where.suffix == ".onnx":
        return FacePipeline(finder, OnnxEmbedder(where), points)
    found: Any = load(where)
    if isinstance(found, Faces):
        return found.with_parts(finder, points)
    if not isinstance(found, Embedder):
        raise CardError(f"{path}: {named} is no face model, it is of task {found.card.task}")
    return Faces(found, finder, points)


def read_pipeline(path: Path) -> dict[str, Any] | None:
    """The JSON of a pipeline file; None where it is something else."""
    try:
        if path.stat().st_size > _LARGEST:
            return None
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return plain if isinstance(plain, dict) and plain.get("kind") == PIPELINE else None


def _parts(named: Mapping[str, Any], folder: Path | None) -> "tuple[Finds, Marks | None]":
    """Finder and points, by name."""
    from lenslet.runtime import OnnxFinder
    from lenslet.tasks.detect.detector import Detector
    from lenslet.tasks.landmark.landmarker import Landmarker
    from lenslet.verbs.load import load

    opened: dict[str, Any] = {}
    for part in ("finder", "points"):
        name = named.get(part)
        if not name:
            opened[part] = None
            continue
        if not isinstance(name, str):
            raise CardError(f"the {part} of a face model is given by its name, not {name!r:.40}")
        opened[part] = load(_beside(name, folder))
    finder: Any = opened["finder"]
    if isinstance(finder, Detector):
        if len(finder.labels) != 1:
            raise CardError(
                f"{named['finder']} finds {len(finder.labels)} kinds of things: a finder of faces finds one"
            )
        finder = Closer(finder)
    elif not isinstance(finder, OnnxFinder):
        raise CardError(f"{named.get('finder')!r} finds no faces: give {FINDER}, or an .onnx file with its card")
    points = opened["points"]
    if points is not None and (not isinstance(points, Landmarker) or len(points.labels) not in (5, 68)):
        raise CardError(f"{named['points']} gives no points of faces: give {POINTS}, or a model of 5 or 68 points")
    if points is None and not isinstance(finder, OnnxFinder):
        raise CardError(f'a finder that gives boxes only needs "points": "{POINTS}"')
    return finder, points


def _beside(name: str, folder: Path | None) -> Path:
    """A shipped model's name stays as it is; a file or folder lies beside the card, and nowhere else."""
    from lenslet.card.store import find_shipped

    if find_shipped(name) is not None:
        return Path(name)
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise CallError(f"{name}: parts of a face model are shipped models, or lie beside its card")
    return (folder or Path()) / path
