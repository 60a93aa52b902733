"""What a user can ask of a landmarker, whether PyTorch computes or the runtime of an exported file. Needs no torch."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Num, UInt8

from lenslet.card import Card
from lenslet.data import read_boxes
from lenslet.data.split import without_seen
from lenslet.errors import CallError, DataError, ImageError
from lenslet.image import Frame, open_image
from lenslet.results import Evaluation, Points, Unreadable
from lenslet.tasks.landmark.metrics import distances, evaluate
from lenslet.tasks.landmark.things import Thing, things
from lenslet.tasks.landmark.views import WHOLE, View, cut

__all__ = ["BaseLandmarker", "Told", "points"]

Picture = str | Path | bytes | np.ndarray | Any  # Any stands for PIL.Image.Image, which only the image room imports
Box = Sequence[int | float] | Num[np.ndarray, " 4"]


Told = tuple[Float[np.ndarray, "n k 2"], Float[np.ndarray, "n k"]]


class BaseLandmarker(ABC):
    """Call it with a picture, measure it on a data set.

    Attributes:
        card: labels, preprocessing and all that is known about the model.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
    """

    card: Card
    evaluation: Evaluation | None
    folder: Path | None
    view: View

    @abstractmethod
    def told(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Told:
        """Places x y in pixels of the net's input, and how sure each is, for things at the net's size."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the points."""
        return self.card.labels

    def __repr__(self) -> str:
        measured = f", nme {self.card.metrics['nme']:.1%}" if "nme" in self.card.metrics else ""
        return f"{type(self).__name__}({self.card.net}, {len(self.labels)} points{measured})"

    def __call__(self, picture: Picture, *, box: Box | None = None) -> Points:
        """Where the points of a thing are: on a path, bytes, an array (h, w, 3) of uint8, or a Pillow image.

        Args:
            picture: the picture.
            box: around the thing, x1 y1 x2 y2 in pixels, where somebody knows it: a detector, or a person. Without it
                the whole picture is taken to show one thing.

        Raises:
            ImageError: it cannot be opened.
            CallError: the box is none.
        """
        opened = open_image(picture)
        kept = Path(picture) if isinstance(picture, str | Path) else opened
        return self.point([opened], [box], pictures=[kept])[0]

    def point(
        self,
        opened: Sequence[UInt8[np.ndarray, "_ _ 3"]],
        boxes: Sequence[Box | None] | None = None,
        *,
        pictures: Sequence[Path | np.ndarray] | None = None,
    ) -> list[Points]:
        """The points of several things, in one go.

        Args:
            opened: the picture of each.
            boxes: around each, or None.
            pictures: what `Points.picture` is to be; the pictures themselves unless given.

        Raises:
            CallError: a box is none.
        """
        around = [_checked(box) for box in (boxes or [None] * len(opened))]
        kept = list(opened) if pictures is None else list(pictures)
        if not opened:
            return []
        found = self._look(opened, around, kept)
        again = [i for i, box in enumerate(around) if box is None] if self.view.looks == 2 else []
        spans = {i: box for i in again if (box := found[i].box) is not None and (box[2:] > box[:2]).all()}
        if spans:
            second = self._look([opened[i] for i in spans], list(spans.values()), [kept[i] for i in spans])
            for i, better in zip(spans, second, strict=True):
                found[i] = better
        return found

    def predict(self, pictures: Iterable[str | Path], *, batch: int = 32) -> Iterator[Points | Unreadable]:
        """The points on files, one result each, in their order; one that cannot be opened gives an `Unreadable`."""
        yield from self._predict(((Path(p), None) for p in pictures), batch)

    def evaluate(
        self,
        data: str | Path | Sequence[Thing],
        *,
        include_seen: bool = False,
        on_picture: Callable[[int, int], None] | None = None,
    ) -> Evaluation:
        """Measure on a data set of points (its test part if it has one, else val, else everything).

        Pictures that this model was trained on are left out, and the notes of the answer say how many.

        Args:
            data: a data set with points of the same names; or things.
            include_seen: measure on pictures it was trained on, too.
            on_picture: called with (done, of) things.

        Raises:
            DataError: no such data, other points, or nothing that can be read.
        """
        chosen, notes = self._things(data)
        chosen, told = without_seen(
            chosen, [thing.path for thing in chosen], self.card.seen, include_seen=include_seen, called="things"
        )
        notes += told
        read, skipped = self._answers(chosen, on_picture)
        groups = [thing.group for thing, _ in read]
        return evaluate(
            [answer for _, answer in read],
            [thing.truth for thing, _ in read],
            boxes=[thing.box for thing, _ in read],
            unit=self.view.unit,
            groups=groups if all(groups) else None,
            skipped=[(str(one.picture), one.why) for one in skipped],
            notes=notes,
        )

    def compared(
        self, data: str | Path | Sequence[Thing], evaluation: Evaluation, count: int = 12
    ) -> list[tuple[Points, Points, float]]:
        """The worst answers of an evaluation on that data: truth, answer, and how far it is off; the farthest first."""
        worst = {str(miss.picture): miss.loss for miss in evaluation.worst[:count]}
        chosen = [thing for thing in self._things(data)[0] if str(thing.path) in worst]
        read, _ = self._answers(chosen, None)
        apart = [
            (
                thing.truth,
                answer,
                float(evaluate([answer], [thing.truth], boxes=[thing.box], unit=self.view.unit)["nme"]),
            )
            for thing, answer in read
            if np.isfinite(distances(answer, thing.truth)).any()
        ]
        return sorted(apart, key=lambda one: -one[2])[:count]

    def _look(
        self,
        opened: Sequence[UInt8[np.ndarray, "_ _ 3"]],
        boxes: Sequence[Num[np.ndarray, " 4"] | None],
        kept: Sequence[Path | np.ndarray],
    ) -> list[Points]:
        """One look at each."""
        shape = self.card.preprocess
        ready: list[tuple[np.ndarray, Frame]] = [
            shape.apply(picture) if box is None else cut(picture, box, shape, self.view.margin)
            for picture, box in zip(opened, boxes, strict=True)
        ]
        told = self.told(np.stack([seen for seen, _ in ready]))
        return list(points(told, [frame for _, frame in ready], self.labels, self.view.lines, kept))

    def _answers(
        self, chosen: Sequence[Thing], on_picture: Callable[[int, int], None] | None
    ) -> tuple[list[tuple[Thing, Points]], list[Unreadable]]:
        """Each thing with its answer, and what cannot be read.

        Raises:
            DataError: nothing can.
        """
        box = self.view.view != WHOLE
        answers: list[Points | Unreadable] = []
        for answer in self._predict(((thing.path, thing.box if box else None) for thing in chosen), 32):
            answers.append(answer)
            if on_picture is not None:
                on_picture(len(answers), len(chosen))
        read = [(t, a) for t, a in zip(chosen, answers, strict=True) if isinstance(a, Points)]
        skipped = [a for a in answers if isinstance(a, Unreadable)]
        if not read and chosen:
            raise DataError(f"none of the {len(chosen)} pictures can be read; the first: {skipped[0].why}")
        return read, skipped

    def _predict(
        self, wanted: Iterable[tuple[Path, Num[np.ndarray, " 4"] | None]], batch: int
    ) -> Iterator[Points | Unreadable]:
        waiting = iter(wanted)
        with ThreadPoolExecutor(2) as pool:
            while chunk := list(islice(waiting, batch)):
                opened = list(pool.map(_open, [path for path, _ in chunk]))
                good = [(p, b, o) for (p, b), o in zip(chunk, opened, strict=True) if not isinstance(o, Unreadable)]
                found = iter(self.point([o for *_, o in good], [b for _, b, _ in good], pictures=[p for p, *_ in good]))
                for answer in opened:
                    yield answer if isinstance(answer, Unreadable) else next(found)

    def _things(self, data: str | Path | Sequence[Thing]) -> tuple[list[Thing], list[str]]:
        """Things whose points are this model's."""
        if not isinstance(data, str | Path):
            return list(data), []
        found = read_boxes(data, at_least=0)
        names = found.joints.names if found.joints is not None else ()
        if names != self.labels:
            raise DataError(
                f"{data}: its {len(names)} points ({', '.join(names[:5])}{', ...' if len(names) > 5 else ''}) are not "
                f"the {len(self.labels)} of this model ({', '.join(self.labels[:5])}"
                f"{', ...' if len(self.labels) > 5 else ''}); name and order them alike"
            )
        chosen, notes = things(found.measured, self.view.view)
        if not chosen:
            raise DataError(f"{data}: no thing in it has a point that is known")
        return chosen, [*found.notes, *notes]


def points(
    told: Told,
    frames: Sequence[Frame],
    names: tuple[str, ...],
    lines: tuple[tuple[int, int], ...],
    pictures: Sequence[Path | np.ndarray | None],
) -> Iterator[Points]:
    """The points of each thing of a batch, in pixels of its own picture.

    Args:
        told: see `BaseLandmarker.told`.
        frames: the way home of each.
        names, lines: see `Points`.
        pictures: what `Points.picture` is to be.
    """
    for place, score, frame, picture in zip(*told, frames, pictures, strict=True):
        yield Points(frame.home(place, clip=True), names, None, score, lines, picture, frame.original)


def _open(path: Path) -> UInt8[np.ndarray, "_ _ 3"] | Unreadable:
    try:
        return open_image(path)
    except ImageError as error:
        return Unreadable(path, str(error))


def _checked(box: Box | None) -> Num[np.ndarray, " 4"] | None:
    if box is None:
        return None
    corners = np.asarray(box, np.float64)
    if corners.shape != (4,) or not np.isfinite(corners).all() or not (corners[2:] > corners[:2]).all():
        raise CallError(f"{box} is no box around a thing: give x1 y1 x2 y2 in pixels, with x1 < x2 and y1 < y2")
    return corners
