"""What a user can ask of a localizer, whether PyTorch computes or the runtime of an exported file. Needs no torch."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

from lenslet.card import Card
from lenslet.data import read_boxes
from lenslet.data.split import without_seen
from lenslet.errors import DataError, ImageError
from lenslet.image import Frame, open_image
from lenslet.results import Evaluation, Localization, Unreadable
from lenslet.tasks.localize.metrics import evaluate, overlap
from lenslet.tasks.localize.shown import Shown, shown

__all__ = ["BaseLocalizer", "Told", "localizations"]

Picture = str | Path | bytes | np.ndarray | Any  # Any stands for PIL.Image.Image, which only the image room imports


Told = tuple[Float[np.ndarray, " n"], Float[np.ndarray, "n 4"], Float[np.ndarray, "n k"]]


class BaseLocalizer(ABC):
    """Call it with a picture, measure it on a data set.

    Attributes:
        card: labels, preprocessing and all that is known about the model.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
    """

    card: Card
    evaluation: Evaluation | None
    folder: Path | None

    @abstractmethod
    def told(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Told:
        """p_c, corners as shares of the sides, and probabilities of the classes, for pictures at the net's size."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names."""
        return self.card.labels

    def __repr__(self) -> str:
        known = ", ".join(self.labels[:4]) + (", ..." if len(self.labels) > 4 else "")
        measured = f", mean IoU {self.card.metrics['mean_iou']:.3f}" if "mean_iou" in self.card.metrics else ""
        return f"{type(self).__name__}({self.card.net}, {len(self.labels)} classes: {known}{measured})"

    def __call__(self, picture: Picture) -> Localization:
        """What one picture shows, and where: a path, bytes, an array (h, w, 3) of uint8, or a Pillow image.

        Raises:
            ImageError: it cannot be opened.
        """
        opened = open_image(picture)
        kept = Path(picture) if isinstance(picture, str | Path) else opened
        return self.locate([opened], pictures=[kept])[0]

    def locate(
        self,
        opened: Sequence[UInt8[np.ndarray, "_ _ 3"]],
        *,
        pictures: Sequence[Path | np.ndarray] | None = None,
    ) -> list[Localization]:
        """What each of several open pictures shows, in one go.

        Args:
            opened: the pictures.
            pictures: what `Localization.picture` is to be; the pictures themselves unless given.
        """
        if not opened:
            return []
        ready: list[tuple[np.ndarray, Frame]] = [self.card.preprocess.apply(picture) for picture in opened]
        kept = list(opened) if pictures is None else list(pictures)
        told = self.told(np.stack([seen for seen, _ in ready]))
        return list(localizations(told, [frame for _, frame in ready], self.labels, kept))

    def predict(self, pictures: Iterable[str | Path], *, batch: int = 16) -> Iterator[Localization | Unreadable]:
        """What files show, one result each, in their order; one that cannot be opened gives an `Unreadable`."""
        paths = iter(Path(p) for p in pictures)
        with ThreadPoolExecutor(2) as pool:
            while chunk := list(islice(paths, batch)):
                opened = list(pool.map(_open, chunk))
                good = [(p, o) for p, o in zip(chunk, opened, strict=True) if not isinstance(o, Unreadable)]
                found = iter(self.locate([o for _, o in good], pictures=[p for p, _ in good]))
                for answer in opened:
                    yield answer if isinstance(answer, Unreadable) else next(found)

    def evaluate(
        self,
        data: str | Path | Sequence[Shown],
        *,
        include_seen: bool = False,
        on_picture: Callable[[int, int], None] | None = None,
    ) -> Evaluation:
        """Measure on a data set of boxes (its test part if it has one, else val, else everything).

        Pictures that this model was trained on are left out, and the notes of the answer say how many.

        Args:
            data: a data set whose classes are named like this model's; or pictures with such truth.
            include_seen: measure on pictures it was trained on, too.
            on_picture: called with (done, of) pictures.

        Raises:
            DataError: no such data, unknown class names, or nothing that can be read.
        """
        chosen, notes = self._shown(data)
        chosen, told = without_seen(chosen, [one.path for one in chosen], self.card.seen, include_seen=include_seen)
        notes += told
        answers: list[Localization | Unreadable] = []
        for answer in self.predict(one.path for one in chosen):
            answers.append(answer)
            if on_picture is not None:
                on_picture(len(answers), len(chosen))
        read = [(a, one.truth) for a, one in zip(answers, chosen, strict=True) if isinstance(a, Localization)]
        skipped = [(str(a.picture), a.why) for a in answers if isinstance(a, Unreadable)]
        if not read:
            raise DataError(f"none of the {len(chosen)} pictures can be read; the first: {skipped[0][1]}")
        return evaluate([a for a, _ in read], [t for _, t in read], skipped=skipped, notes=notes)

    def compared(
        self, data: str | Path | Sequence[Shown], evaluation: Evaluation, count: int = 12
    ) -> list[tuple[Localization, Localization, float]]:
        """The worst answers of an evaluation on that data: truth, answer, and their IoU; the costliest first."""
        place = {str(miss.picture): number for number, miss in enumerate(evaluation.worst[:count])}
        chosen = sorted(
            (one for one in self._shown(data)[0] if str(one.path) in place), key=lambda one: place[str(one.path)]
        )
        answers = list(self.predict(one.path for one in chosen))
        return [
            (one.truth, answer, overlap(answer, one.truth))
            for one, answer in zip(chosen, answers, strict=True)
            if isinstance(answer, Localization)
        ]

    def _shown(self, data: str | Path | Sequence[Shown]) -> tuple[list[Shown], list[str]]:
        """Pictures whose classes count as this model's do."""
        if not isinstance(data, str | Path):
            return list(data), []
        found = read_boxes(data, at_least=0)
        number = {name: i for i, name in enumerate(self.labels)}
        used = sorted({name for scene in found.measured for name in scene.truth.classes})
        unknown = [name for name in used if name not in number]
        if unknown:
            raise DataError(
                f"{data}: class {', '.join(unknown[:5])} is not one of the model's ({', '.join(self.labels[:8])}"
                f"{', ...' if len(self.labels) > 8 else ''}); rename or remove that class"
            )
        scenes = [
            replace(
                scene,
                truth=replace(
                    scene.truth,
                    names=self.labels,
                    labels=np.array([number[name] for name in scene.truth.classes], np.int64),
                ),
            )
            for scene in found.measured
        ]
        chosen, notes = shown(scenes, self.labels)
        if not chosen:
            raise DataError(f"{data}: there is no picture in it to measure on")
        return chosen, [*found.notes, *notes]


def localizations(
    told: Told, frames: Sequence[Frame], names: tuple[str, ...], pictures: Sequence[Path | np.ndarray | None]
) -> Iterator[Localization]:
    """What each picture of a batch shows, in pixels of the original.

    Args:
        told: see `BaseLocalizer.told`.
        frames: the way home of each.
        names: of the classes.
        pictures: what `Localization.picture` is to be.
    """
    for sure, box, score, frame, picture in zip(*told, frames, pictures, strict=True):
        height, width = frame.size
        home = frame.home_boxes(box * [width, height, width, height], clip=True)
        yield Localization(float(sure), home, score, names, picture, frame.original)


def _open(path: Path) -> UInt8[np.ndarray, "_ _ 3"] | Unreadable:
    try:
        return open_image(path)
    except ImageError as error:
        return Unreadable(path, str(error))
