"""What a user can ask of a detector, whether PyTorch computes or the runtime of an exported file. Needs no torch."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int, UInt8

from lenslet.card import Card
from lenslet.data import Scene, read_boxes
from lenslet.data.split import without_seen
from lenslet.errors import CallError, DataError, ImageError
from lenslet.image import Preprocess, open_image
from lenslet.results import Detections, Evaluation, Unreadable
from lenslet.tasks.detect.metrics import evaluate
from lenslet.tasks.detect.tiles import by_tiles

__all__ = ["ALL", "USUAL", "BaseDetector"]

Picture = str | Path | bytes | np.ndarray | Any  # Any stands for PIL.Image.Image, which only the image room imports

ALL = 0.001  # the lowest score of a box that is measured
USUAL = 0.25  # the lowest score that is shown where no threshold was calibrated


class BaseDetector(ABC):
    """Call it with a picture, measure it on a data set.

    Attributes:
        card: labels, preprocessing and all that is known about the model.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
    """

    card: Card
    evaluation: Evaluation | None
    folder: Path | None

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Hexadecimal; another wherever answers could be."""

    @abstractmethod
    def found(
        self, prepared: UInt8[np.ndarray, "n h w c"], *, at_least: int | float
    ) -> list[tuple[Float[np.ndarray, "_ 4"], Float[np.ndarray, " _"], Int[np.ndarray, " _"]]]:
        """Corners in pixels of the net's input, scores and classes of each picture at the net's size, best first."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names."""
        return self.card.labels

    @property
    def threshold(self) -> float:
        """The lowest score of a box that is shown: the one with the best F1 on validation pictures."""
        return float(self.card.thresholds.get("score", USUAL))

    def __repr__(self) -> str:
        known = ", ".join(self.labels[:4]) + (", ..." if len(self.labels) > 4 else "")
        measured = f", map50 {self.card.metrics['map50']:.3f}" if "map50" in self.card.metrics else ""
        return f"{type(self).__name__}({self.card.net}, {len(self.labels)} classes: {known}{measured})"

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
        paths = iter(Path(p) for p in pictures)
        with ThreadPoolExecutor(2) as pool:
            while chunk := list(islice(paths, batch)):
                opened = list(pool.map(self._open, chunk))
                good = [(p, o) for p, o in zip(chunk, opened, strict=True) if not isinstance(o, Unreadable)]
                results = self._detect([o for _, o in good], [p for p, _ in good], at_least)
                for answer in opened:
                    yield answer if isinstance(answer, Unreadable) else next(results)

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
            opened = self._open(path)
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
        answers = []
        for answer in self.predict((scene.path for scene in scenes), at_least=ALL):
            answers.append(answer)
            if on_picture is not None:
                on_picture(len(answers), len(scenes))
        read = [(a, s.truth) for a, s in zip(answers, scenes, strict=True) if isinstance(a, Detections)]
        skipped = [(str(a.picture), a.why) for a in answers if isinstance(a, Unreadable)]
        if not read:
            raise DataError(f"none of the {len(scenes)} pictures can be read; the first: {skipped[0][1]}")
        chosen = self.threshold if "score" in self.card.thresholds else None
        return evaluate([a for a, _ in read], [t for _, t in read], threshold=chosen, skipped=skipped, notes=notes)

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
        answers: dict[int, Detections] = {}
        for size in {frame.size for _, frame in ready}:
            these = [i for i, (_, frame) in enumerate(ready) if frame.size == size]
            rows = self.found(np.stack([ready[i][0] for i in these]), at_least=least)
            for i, (corners, sure, labels) in zip(these, rows, strict=True):
                frame = ready[i][1]
                home = frame.home_boxes(corners, clip=True)
                real = (home[:, 2:] > home[:, :2]).all(1)  # what lies in the border of a letterbox is nowhere
                scores = sure[real].clip(0, 1)
                answers[i] = Detections(home[real], scores, labels[real], self.labels, kept[i], frame.original)
        return iter([answers[i] for i in range(len(ready))])

    def shape_of(self, picture: UInt8[np.ndarray, "h w 3"]) -> Preprocess:
        """The net sees pictures that stand upright in an upright rectangle, where it learned from such that lie."""
        shape, (height, width) = self.card.preprocess, picture.shape[:2]
        high, wide = shape.size
        if (height - width) * (high - wide) < 0:
            return replace(shape, size=(wide, high))
        return shape

    def _open(self, path: Path) -> UInt8[np.ndarray, "_ _ 3"] | Unreadable:
        try:
            return open_image(path)
        except ImageError as error:
            return Unreadable(path, str(error))

    def _scenes(self, data: str | Path | Sequence[Scene]) -> tuple[list[Scene], list[str]]:
        """Scenes whose labels count as this model's do."""
        if not isinstance(data, str | Path):
            return list(data), []
        found = read_boxes(data, at_least=0)
        number = {name: i for i, name in enumerate(self.labels)}
        scenes = found.measured
        used = sorted({name for scene in scenes for name in scene.truth.classes})
        unknown = [name for name in used if name not in number]
        if unknown:
            raise DataError(
                f"{data}: class {', '.join(unknown[:5])} is not one of the model's ({', '.join(self.labels[:8])}"
                f"{', ...' if len(self.labels) > 8 else ''}); rename or remove that class"
            )
        named = [
            replace(
                scene,
                truth=replace(
                    scene.truth,
                    names=self.labels,
                    labels=np.array([number[name] for name in scene.truth.classes], np.int64),
                ),
            )
            for scene in scenes
        ]
        return named, list(found.notes)
