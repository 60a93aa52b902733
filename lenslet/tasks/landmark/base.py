"""What a user can ask of a landmarker, whether PyTorch computes or the runtime of an exported file. Needs no torch."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, Num, UInt8

from lenslet.data import read_boxes
from lenslet.data.split import without_seen
from lenslet.errors import CallError, DataError
from lenslet.image import Frame, Picture, open_image
from lenslet.results import Evaluation, Points, Unreadable
from lenslet.tasks.base import BaseModel, answers, beside, readable
from lenslet.tasks.landmark.metrics import distances, evaluate
from lenslet.tasks.landmark.things import Thing, things
from lenslet.tasks.landmark.views import WHOLE, View, cut

__all__ = ["BaseLandmarker", "Told", "points"]

Box = Sequence[int | float] | Num[np.ndarray, " 4"]
Told = tuple[Float[np.ndarray, "n k 2"], Float[np.ndarray, "n k"]]


class BaseLandmarker(BaseModel):
    """Call it with a picture, measure it on a data set."""

    view: View

    @abstractmethod
    def told(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Told:
        """Places x y in pixels of the net's input, and how sure each is, for things at the net's size."""

    def __repr__(self) -> str:
        return self._in_short("nme", "nme {:.1%}", f"{len(self.labels)} points")

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
        groups = [thing.group for _, thing in read]
        return evaluate(
            [answer for answer, _ in read],
            [thing.truth for _, thing in read],
            boxes=[thing.box for _, thing in read],
            unit=self.view.unit,
            groups=groups if all(groups) else None,
            skipped=skipped,
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
            for answer, thing in read
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
    ) -> tuple[list[tuple[Points, Thing]], list[tuple[str, str]]]:
        """Each answer beside its thing, and what cannot be read.

        Raises:
            DataError: nothing can.
        """
        box = self.view.view != WHOLE
        told = self._predict(((thing.path, thing.box if box else None) for thing in chosen), 32)
        return beside(told, chosen, on_picture)

    def _predict(
        self, wanted: Iterable[tuple[Path, Num[np.ndarray, " 4"] | None]], batch: int
    ) -> Iterator[Points | Unreadable]:
        return answers(
            wanted,
            lambda one: readable(one[0]),
            lambda these, opened: self.point(opened, [b for _, b in these], pictures=[p for p, _ in these]),
            batch=batch,
        )

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


def _checked(box: Box | None) -> Num[np.ndarray, " 4"] | None:
    if box is None:
        return None
    corners = np.asarray(box, np.float64)
    if corners.shape != (4,) or not np.isfinite(corners).all() or not (corners[2:] > corners[:2]).all():
        raise CallError(f"{box} is no box around a thing: give x1 y1 x2 y2 in pixels, with x1 < x2 and y1 < y2")
    return corners
