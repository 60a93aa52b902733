"""What a user can ask of a localizer, whether PyTorch computes or the runtime of an exported file. Needs no torch."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from lenslet.data import read_boxes
from lenslet.data.split import without_seen
from lenslet.errors import DataError
from lenslet.image import Frame, Picture, open_image
from lenslet.results import Evaluation, Localization, Unreadable
from lenslet.tasks.base import BaseModel, answers, beside, readable, relabelled
from lenslet.tasks.localize.metrics import evaluate, overlap
from lenslet.tasks.localize.shown import Shown, shown

__all__ = ["BaseLocalizer", "Told", "localizations"]

Told = tuple[Float[np.ndarray, " n"], Float[np.ndarray, "n 4"], Float[np.ndarray, "n k"]]


class BaseLocalizer(BaseModel):
    """Call it with a picture, measure it on a data set."""

    @abstractmethod
    def told(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Told:
        """p_c, corners as shares of the sides, and probabilities of the classes, for pictures at the net's size."""

    def __repr__(self) -> str:
        return self._in_short("mean_iou", "mean IoU {:.3f}")

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
        yield from answers(
            map(Path, pictures), readable, lambda paths, opened: self.locate(opened, pictures=paths), batch=batch
        )

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
        read, skipped = beside(self.predict(one.path for one in chosen), chosen, on_picture)
        return evaluate([a for a, _ in read], [one.truth for _, one in read], skipped=skipped, notes=notes)

    def compared(
        self, data: str | Path | Sequence[Shown], evaluation: Evaluation, count: int = 12
    ) -> list[tuple[Localization, Localization, float]]:
        """The worst answers of an evaluation on that data: truth, answer, and their IoU; the costliest first."""
        place = {str(miss.picture): number for number, miss in enumerate(evaluation.worst[:count])}
        chosen = sorted(
            (one for one in self._shown(data)[0] if str(one.path) in place), key=lambda one: place[str(one.path)]
        )
        return [
            (one.truth, answer, overlap(answer, one.truth))
            for one, answer in zip(chosen, self.predict(one.path for one in chosen), strict=True)
            if isinstance(answer, Localization)
        ]

    def _shown(self, data: str | Path | Sequence[Shown]) -> tuple[list[Shown], list[str]]:
        """Pictures whose classes count as this model's do."""
        if not isinstance(data, str | Path):
            return list(data), []
        found = read_boxes(data, at_least=0)
        chosen, notes = shown(relabelled(self.labels, found.measured, data), self.labels)
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
