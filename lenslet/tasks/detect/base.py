"""What a user can ask of a detector, whether PyTorch computes or the runtime of an exported file. Needs no torch."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, UInt8

from lenslet.data import Scene, read_boxes
from lenslet.data.split import without_seen
from lenslet.errors import CallError
from lenslet.image import Picture, Preprocess, open_image
from lenslet.results import Detections, Evaluation, Unreadable
from lenslet.tasks.base import BaseModel, answers, beside, readable, relabelled
from lenslet.tasks.detect.metrics import evaluate
from lenslet.tasks.detect.tiles import by_tiles

__all__ = ["ALL", "USUAL", "BaseDetector"]

ALL = 0.001  # the lowest score of a box that is measured
USUAL = 0.25  # the lowest score that is shown where no threshold was calibrated


class BaseDetector(BaseModel):
    """Call it with a picture, measure it on a data set."""

    @abstractmethod
    def found(
        self, prepared: UInt8[np.ndarray, "n h w c"], *, at_least: int | float
    ) -> list[tuple[Float[np.ndarray, "_ 4"], Float[np.ndarray, " _"], Int[np.ndarray, " _"]]]:
        """Corners in pixels of the net's input, scores and classes of each picture at the net's size, best first."""

    @property
    def threshold(self) -> float:
        """The lowest score of a box that is shown: the one with the best F1 on validation pictures."""
        return float(self.card.thresholds.get("score", USUAL))

    def __repr__(self) -> str:
        return self._in_short("map50", "map50 {:.3f}")

    def __call__(self, picture: Picture, *, at_least: int | float | None = None) -> Detections:
        """What one picture shows: a path, bytes, an array (h, w, 3) of uint8, or a Pillow image.

        Args:
            picture: the picture.
            at_least: lowest score of a box; None: the model's own threshold.

        Raises:
            ImageError: it cannot be opened.
        """
        opened = open_image(picture)
        kept = Path(picture) if isinstance(picture, str | Path) else opened
        return next(self._detect([opened], [kept], at_least))

    def detect(
        self, pictures: Sequence[UInt8[np.ndarray, "_ _ 3"]], *, at_least: int | float | None = None
    ) -> list[Detections]:
        """What each of several open pictures shows, in one go."""
        return list(self._detect(pictures, list(pictures), at_least))

    def predict(
        self, pictures: Iterable[str | Path], *, batch: int = 8, at_least: int | float | None = None
    ) -> Iterator[Detections | Unreadable]:
        """What files show, one result each, in their order; one that cannot be opened gives an `Unreadable`."""
        yield from answers(
            map(Path, pictures), readable, lambda paths, opened: self._detect(opened, paths, at_least), batch=batch
        )

    def predict_tiles(
        self, pictures: Iterable[str | Path], *, side: int | None = None, at_least: int | float | None = None
    ) -> Iterator[Detections | Unreadable]:
        """As `predict`, but large pictures are looked at in overlapping tiles, too, so that small things are seen.

        Args:
            pictures: files.
            side: of a tile, pixels; None: as large as the pictures were that this model learned from.
            at_least: lowest score of a box; None: the model's own threshold.
        """
        for path in map(Path, pictures):
            opened = readable(path)
            if isinstance(opened, Unreadable):
                yield opened
                continue
            yield replace(self.detect_tiles(opened, side=side, at_least=at_least), picture=path)

    def detect_tiles(
        self, picture: UInt8[np.ndarray, "_ _ 3"], *, side: int | None = None, at_least: int | float | None = None
    ) -> Detections:
        """As `predict_tiles`, of one open picture."""
        usual = max(self.card.preprocess.size)
        size = side or int(self.card.data.get("picture_side", usual)) or usual
        return by_tiles(picture, lambda parts: self.detect(parts, at_least=at_least), side=size)

    def evaluate(
        self,
        data: str | Path | Sequence[Scene],
        *,
        include_seen: bool = False,
        on_picture: Callable[[int, int], None] | None = None,
    ) -> Evaluation:
        """Measure on a data set of boxes (its test part if it has one, else val, else everything).

        Pictures that this model was trained on are left out, and the notes of the answer say how many. Precision and
        recall are at the model's own threshold; where it has none yet, at the one that is best on these pictures.

        Args:
            data: a data set whose classes are named like this model's; or scenes with such truth.
            include_seen: measure on pictures it was trained on, too.
            on_picture: called with (done, of) pictures.

        Raises:
            DataError: no such data, unknown class names, or nothing that can be read.
        """
        scenes, notes = self._scenes(data)
        scenes, told = without_seen(scenes, [scene.path for scene in scenes], self.card.seen, include_seen=include_seen)
        notes += told
        read, skipped = beside(self.predict((scene.path for scene in scenes), at_least=ALL), scenes, on_picture)
        chosen = self.threshold if "score" in self.card.thresholds else None
        return evaluate(
            [a for a, _ in read], [s.truth for _, s in read], threshold=chosen, skipped=skipped, notes=notes
        )

    def _detect(
        self,
        pictures: Sequence[UInt8[np.ndarray, "_ _ 3"]],
        kept: Sequence[Path | np.ndarray],
        at_least: int | float | None,
    ) -> Iterator[Detections]:
        """Pictures of one shape go through the net together; answers in the order of the pictures."""
        if at_least is not None and not 0 <= at_least <= 1:
            raise CallError(f"at_least is {at_least}: give a score from 0 to 1")
        least = self.threshold if at_least is None else at_least
        ready = [self.shape_of(picture).apply(picture) for picture in pictures]
        found: dict[int, Detections] = {}
        for size in {frame.size for _, frame in ready}:
            these = [i for i, (_, frame) in enumerate(ready) if frame.size == size]
            rows = self.found(np.stack([ready[i][0] for i in these]), at_least=least)
            for i, (corners, sure, labels) in zip(these, rows, strict=True):
                frame = ready[i][1]
                home = frame.home_boxes(corners, clip=True)
                real = (home[:, 2:] > home[:, :2]).all(1)  # what lies in the border of a letterbox is nowhere
                scores = sure[real].clip(0, 1)
                found[i] = Detections(home[real], scores, labels[real], self.labels, kept[i], frame.original)
        return iter([found[i] for i in range(len(ready))])

    def shape_of(self, picture: UInt8[np.ndarray, "h w 3"]) -> Preprocess:
        """The net sees pictures that stand upright in an upright rectangle, where it learned from such that lie."""
        shape, (height, width) = self.card.preprocess, picture.shape[:2]
        high, wide = shape.size
        if (height - width) * (high - wide) < 0:
            return replace(shape, size=(wide, high))
        return shape

    def _scenes(self, data: str | Path | Sequence[Scene]) -> tuple[list[Scene], list[str]]:
        """Scenes whose labels count as this model's do."""
        if not isinstance(data, str | Path):
            return list(data), []
        found = read_boxes(data, at_least=0)
        return relabelled(self.labels, found.measured, data), list(found.notes)
