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
    from lenslet.tasks.detect.base import BaseDetector
    from lenslet.tasks.face.base import BaseEmbedder
    from lenslet.tasks.face.faces import Faces
    from lenslet.tasks.face.upright import Finds, Marks, Upright

__all__ = ["Closer", "assembled", "onnx", "pipeline_file", "upright"]

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

    def __init__(self, detector: "BaseDetector") -> None:
        self.detector, self.labels = detector, detector.labels

    @property
    def fingerprint(self) -> str:
        """The detector's, and how it looks."""
        return f"{self.detector.fingerprint}-{_CLOSE}-{_ACROSS}"

    def export(self, out: Path, **how: Any) -> Any:
        """The detector's; how it looks at large pictures stays here."""
        if not hasattr(self.detector, "export"):
            raise CallError(f"{self.detector.folder} is exported already: copy the file")
        return self.detector.export(out, **how)

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


def assembled(embedder: "BaseEmbedder") -> "Faces | BaseEmbedder":
    """The face model that the head of a card names the parts of; the embedder itself where it names none.

    Raises:
        CardError: a part is not there, or is no such model.
    """
    from lenslet.tasks.face.faces import PARTS, Faces

    head = embedder.card.head
    if not any(head.get(part) for part in PARTS):
        return embedder
    folder = embedder.folder
    return Faces.around(embedder, *_parts(head, folder.parent if folder is not None and folder.is_file() else folder))


def upright() -> "Upright":
    """Lenslet's own finder and points, for pictures of people that are to be learned from."""
    from lenslet.tasks.face.upright import Upright

    named = {"finder": FINDER, "points": POINTS}
    return Upright(*_parts(named, None), named=named)


def onnx(path: Path) -> "Faces":
    """An embedder from elsewhere, behind Lenslet's own finder and points.

    Raises:
        CardError: the card or the file is not what it should be.
        CallError: it is a finder.
        MissingError: ONNX Runtime is not installed.
    """
    from lenslet.runtime import read_card

    if read_card(path).kind == "finder":
        raise CallError(
            f"{path} finds faces and encodes none: write a file {path.stem}-faces.json beside it, "
            f'{{"format": 1, "kind": "{PIPELINE}", "finder": "{path.name}", "embedder": "faces"}}, and give that'
        )
    return _around(path, *_parts({"finder": FINDER, "points": POINTS}, path.parent))


def pipeline_file(path: Path) -> "Faces":
    """What a JSON file of kind `pipeline` names.

    Raises:
        CardError: it is no such file, or a part is not there.
    """
    from lenslet.runtime import is_exported
    from lenslet.tasks.face.base import BaseEmbedder
    from lenslet.tasks.face.faces import Faces
    from lenslet.verbs.load import load

    plain = _pipeline(path)
    finder, points = _parts(plain, path.parent)
    named = plain.get("embedder")
    if not isinstance(named, str) or not named:
        raise CardError(f"{path}: embedder is {named!r:.40}: give the name of a face model, or a file beside it")
    where = _beside(named, path.parent)
    if where.suffix == ".onnx" and not is_exported(where):
        return _around(where, finder, points)
    if where.suffix == ".json":
        raise CardError(f"{path}: {named} is no embedder: give a face model, or an .onnx file with its card")
    found: Any = load(where)
    if isinstance(found, Faces):
        return found.with_parts(finder, points)
    if not isinstance(found, BaseEmbedder):
        raise CardError(f"{path}: {named} is no face model, it is of task {found.card.task}")
    return Faces.around(found, finder, points)


def _around(path: Path, finder: "Finds", points: "Marks | None") -> "Faces":
    """An ONNX embedder as a face model; of its card as much is told as is known."""
    from lenslet.card import Card
    from lenslet.image import Preprocess
    from lenslet.runtime import OnnxEmbedder
    from lenslet.tasks.face.faces import Faces

    embedder = OnnxEmbedder(path)
    own = embedder.card
    shape = Preprocess(
        own.size, "letterbox", 3, tuple(v / 255 for v in own.mean), tuple(v / 255 for v in own.std)
    )  # fmt: skip
    card = Card(
        task="face", net=embedder.name, net_arguments={}, labels=("different", "same"), preprocess=shape,
        head={"dimensions": embedder.dimensions}, licence={"weights": own.licence}, sha256=embedder.sha256,
    )  # fmt: skip
    return Faces(embedder, finder, points, card=card, folder=path)


def _pipeline(path: Path) -> dict[str, Any]:
    """The JSON of a pipeline file.

    Raises:
        CardError: it is something else.
    """
    example = f'{{"format": 1, "kind": "{PIPELINE}", "finder": "{FINDER}", "points": "{POINTS}", "embedder": "faces"}}'
    try:
        if path.stat().st_size > _LARGEST:
            raise CardError(f"{path} is {path.stat().st_size >> 20} MB large, which no list of parts is")
        plain = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CardError(f"{path}: there is no such file") from error
    except (OSError, ValueError, RecursionError) as error:
        raise CardError(f"{path} cannot be read as JSON ({error}); write it like {example}") from error
    if not isinstance(plain, dict) or plain.get("kind") != PIPELINE or plain.get("format") != 1:
        raise CardError(f"{path} does not say which parts make a face model; write it like {example}")
    return plain


def _parts(named: Mapping[str, Any], folder: Path | None) -> "tuple[Finds, Marks | None]":
    """Finder and points, by name."""
    from lenslet.runtime import OnnxFinder, is_exported
    from lenslet.tasks.detect.base import BaseDetector
    from lenslet.tasks.landmark.base import BaseLandmarker
    from lenslet.verbs.load import load

    opened: dict[str, Any] = {}
    for part in ("finder", "points"):
        name = named.get(part)
        if not name:
            opened[part] = None
            continue
        if not isinstance(name, str):
            raise CardError(f"the {part} of a face model is given by its name, not {name!r:.40}")
        where = _beside(name, folder)
        foreign = part == "finder" and where.suffix == ".onnx" and not is_exported(where)
        opened[part] = OnnxFinder(where) if foreign else load(where)
    finder: Any = opened["finder"]
    if isinstance(finder, BaseDetector):
        if len(finder.labels) != 1:
            raise CardError(
                f"{named['finder']} finds {len(finder.labels)} kinds of things: a finder of faces finds one"
            )
        finder = Closer(finder)
    elif not isinstance(finder, OnnxFinder):
        raise CardError(f"{named.get('finder')!r} finds no faces: give {FINDER}, or an .onnx file with its card")
    points = opened["points"]
    if points is not None and (not isinstance(points, BaseLandmarker) or len(points.labels) not in (5, 68)):
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
        raise CardError(f"{name}: parts of a face model are shipped models, or lie beside its card")
    return (folder or Path()) / path
