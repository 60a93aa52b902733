"""The object a user holds: an embedder of faces, with what finds them and what brings them upright."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

from lenslet.card import Card
from lenslet.data.identities import Identities
from lenslet.data.split import without_seen
from lenslet.errors import CallError, ImageError
from lenslet.image import Picture, open_image
from lenslet.results import Encoding, Encodings, Evaluation, Unreadable
from lenslet.results.exported import Exported
from lenslet.tasks.face import measuring
from lenslet.tasks.face.base import BaseEmbedder
from lenslet.tasks.face.metrics import Apart
from lenslet.tasks.face.pipeline import Embeds, Face, FacePipeline, Finds, Marks

__all__ = ["Crops", "Faces"]

PARTS = ("finder", "points")
"""Of a card's head: names of shipped models, or files beside the card."""


@dataclass(frozen=True)
class Crops:
    """An `Embedder` as the pipeline wants it: aligned crops in, rows out.

    Args:
        embedder: of pictures of aligned faces.
    """

    embedder: BaseEmbedder

    @property
    def name(self) -> str:
        """The embedder's."""
        return self.embedder.name

    @property
    def fingerprint(self) -> str:
        """The embedder's."""
        return self.embedder.fingerprint

    @property
    def dimensions(self) -> int:
        """Numbers in an encoding."""
        return self.embedder.dimensions

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of a crop, pixels."""
        return self.embedder.card.preprocess.size

    @property
    def template(self) -> None:
        """The usual one."""
        return None

    def embed(self, crops: UInt8[np.ndarray, "n h w 3"]) -> Float[np.ndarray, "n d"]:
        """A row a face."""
        prepared = np.stack([self.embedder.card.preprocess.apply(crop)[0] for crop in crops])
        return self.embedder.vectors(prepared).astype(np.float64)


class Faces:
    """A face model, as `load` gives it; a gallery `Encodes` by it.

    Args:
        embedder: of aligned faces; of a model folder, its `Crops`.
        finder: of faces.
        points: within their boxes; may be left out where the finder gives five points itself.
        card: of the embedder.
        folder: where it lies on the disk, if it does.
        evaluation: the measurement its card quotes, where it is at hand.
        whole: see `FacePipeline`.
    """

    def __init__(
        self,
        embedder: Embeds,
        finder: Finds,
        points: Marks | None = None,
        *,
        card: Card,
        folder: Path | None = None,
        evaluation: Evaluation | None = None,
        whole: bool = False,
    ) -> None:
        self.embedder, self.card, self.folder, self.evaluation = embedder, card, folder, evaluation
        self.pipeline = FacePipeline(finder, embedder, points, whole=whole)
        self.curve = None  # of how many pictures would help; classification has it

    @classmethod
    def around(
        cls, embedder: BaseEmbedder, finder: Finds, points: Marks | None = None, *, whole: bool = False
    ) -> "Faces":
        """The face model whose embedder is a model folder's."""
        return cls(
            Crops(embedder), finder, points,
            card=embedder.card, folder=embedder.folder, evaluation=embedder.evaluation, whole=whole,
        )  # fmt: skip

    @property
    def inner(self) -> BaseEmbedder:
        """The embedder alone, of aligned faces.

        Raises:
            CallError: it is a file from elsewhere.
        """
        if not isinstance(self.embedder, Crops):
            raise CallError(f"{self.name} comes from an ONNX file, whose net cannot be looked into")
        return self.embedder.embedder

    @property
    def net(self) -> Any:
        """The embedder's, a torch module.

        Raises:
            CallError: it is an ONNX file.
        """
        return self._folder().net

    @property
    def labels(self) -> tuple[str, ...]:
        """What is said of two pictures: different, same."""
        return self.card.labels

    @property
    def name(self) -> str:
        """For people: the embedder's."""
        return self.embedder.name

    @property
    def fingerprint(self) -> str:
        """Of finder, points, embedder and alignment."""
        return self.pipeline.fingerprint

    @property
    def dimensions(self) -> int:
        """Numbers in an encoding."""
        return self.embedder.dimensions

    @property
    def threshold(self) -> float:
        """Up to this distance two count as the same; 1 where nothing was calibrated."""
        return float(self.card.thresholds.get("distance", 1.0))

    @property
    def far(self) -> float | None:
        """The share of strangers who were taken for one given person at that threshold, where it is known."""
        said = self.card.thresholds.get("far")
        return float(said) if isinstance(said, int | float) else None

    def __repr__(self) -> str:
        measured = f", AUC {self.card.metrics['auc']:.4f}" if "auc" in self.card.metrics else ""
        return f"Faces({self.card.net}, {self.dimensions} numbers{measured})"

    def __call__(self, picture: Picture) -> Encodings:
        """All faces on a picture, the largest first, as one answer that can be drawn and written.

        Raises:
            ImageError: the picture cannot be opened.
        """
        opened = open_image(picture)
        kept = Path(picture) if isinstance(picture, str | Path) else opened
        return Encodings(tuple(replace(face, picture=kept) for face in self.encode(opened)), kept)

    def encode(self, picture: Picture) -> list[Encoding]:
        """All faces on a picture, the largest first; none where none is found.

        Raises:
            ImageError: the picture cannot be opened.
        """
        return self.pipeline.encode(picture)

    def faces(self, picture: Picture) -> list[Face]:
        """All faces on a picture with box, points, crop and quality, the largest first.

        Raises:
            ImageError: the picture cannot be opened.
        """
        return self.pipeline.faces(picture)

    def upright(self, picture: Picture) -> UInt8[np.ndarray, "h w 3"]:
        """The largest face of a picture, as the embedder is shown it.

        Raises:
            ImageError: the picture cannot be opened.
            CallError: no face is found on it.
        """
        found = self.faces(picture)
        if not found:
            raise CallError(f"{_spoken(picture)}: no face is found on this picture")
        return found[0].crop.pixels

    @property
    def apart(self) -> Apart | None:
        """How far encodings are from each other, where that is not the squared distance."""
        return self.embedder.embedder.apart if isinstance(self.embedder, Crops) else None

    def distance(self, first: Picture, second: Picture) -> float:
        """How different the largest faces of two pictures are: 0 for the same picture; compare it with `threshold`.

        Raises:
            ImageError: one of them cannot be opened.
            CallError: on one of them no face is found.

        Source: course items 4.4, 4.5.
        """
        found = []
        for picture in (first, second):
            faces = self.encode(picture)
            if not faces:
                raise CallError(f"{_spoken(picture)}: no face is found on this picture")
            found.append(faces[0])
        return found[0].distance(found[1]) if self.apart is None else float(self.apart(*(one.vector for one in found)))

    def predict(self, pictures: Iterable[str | Path], *, batch: int = 1) -> Iterator[Encodings | Unreadable]:
        """All faces of each file, in their order; one that cannot be opened gives an `Unreadable`."""
        del batch  # one at a time: pictures have as many faces as they have
        for path in map(Path, pictures):
            try:
                answer = self(path)
            except ImageError as error:
                yield Unreadable(path, str(error))
            else:
                yield answer

    def evaluate(
        self,
        data: str | Path | Identities,
        *,
        include_seen: bool = False,
        on_picture: Callable[[int, int], None] | None = None,
    ) -> Evaluation:
        """Measure how well people are told apart on pictures as they are: find, align, embed, compare.

        The largest face of a picture counts. One on which no face is found counts as wrong. Pictures that the embedder
        was trained on are left out, and the notes of the answer say how many.

        Args:
            data: a folder for each person, or pairs; see `data.identities.read_identities`.
            include_seen: measure on pictures it was trained on, too.
            on_picture: called with (done, of) pictures.

        Raises:
            DataError: no such data, or nothing that can be read.
        """
        return measuring.measure(_Asked(self), data, include_seen=include_seen, on_picture=on_picture)

    def save(self, folder: str | Path) -> Path:
        """Write the embedder's card.json and model.safetensors; finder and points stay what its head names.

        Raises:
            CallError: the embedder is a file from elsewhere.
            OSError: the folder cannot be written.
        """
        inner = self._folder()
        self.folder = inner.save(folder)
        self.card = inner.card
        return self.folder

    def with_evaluation(self, evaluation: Evaluation, measured_on: str) -> "Faces":
        """The same model with its numbers on the card.

        Raises:
            CallError: the embedder is a file from elsewhere, whose card is not ours.
        """
        embedder = self._folder().with_evaluation(evaluation, measured_on)
        return Faces.around(embedder, self.pipeline.finder, self.pipeline.points, whole=self.pipeline.whole)

    def with_parts(self, finder: Finds, points: Marks | None = None, *, whole: bool = False) -> "Faces":
        """The same embedder behind another finder; its encodings count as those of another model."""
        return Faces(self.embedder, finder, points, card=self.card, folder=self.folder, whole=whole)

    def _folder(self) -> Any:
        """The embedder of a model folder, which has a net and can be written.

        Raises:
            CallError: it is an ONNX file.
        """
        inner = self.embedder.embedder if isinstance(self.embedder, Crops) else None
        if inner is None or not hasattr(inner, "net"):
            raise CallError(
                f"{self.name} is an ONNX file, in which no net can be looked into or changed: copy the file"
            )
        return inner

    def export(self, out: str | Path, **how: Any) -> Exported:
        """Write the embedder as one ONNX file, and finder and points as two beside it, which its card names.

        Raises:
            CallError: a part cannot be exported.
            WorkError: a file's answers are too far from this model's; it is not left behind.
        """
        from lenslet.tasks.face.bundle import export

        return export(self, Path(out), **how)

    def _largest(self, path: Path) -> Encoding | Unreadable | None:
        try:
            found = self.encode(path)
        except ImageError as error:
            return Unreadable(path, str(error))
        return found[0] if found else None


@dataclass(frozen=True)
class _Asked:
    """A face model as `measuring` asks it."""

    model: Faces

    @property
    def apart(self) -> Apart | None:
        return self.model.apart

    @property
    def threshold(self) -> float:
        return self.model.threshold

    @property
    def dimensions(self) -> int:
        return self.model.dimensions

    @property
    def card(self) -> Any:
        return self.model.card

    def predict(self, pictures: Iterable[str | Path]) -> Iterator[Encoding | Unreadable | None]:
        for path in map(Path, pictures):
            yield self.model._largest(path)  # noqa: SLF001

    def without_seen(self, people: Identities, *, include_seen: bool) -> tuple[list[Any], list[str]]:
        chosen = people.measured
        return without_seen(chosen, [one.path for one in chosen], self.model.card.seen, include_seen=include_seen)


def _spoken(picture: Picture) -> str:
    return str(picture) if isinstance(picture, str | Path) else "this array or file"
