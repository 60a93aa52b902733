"""What a user holds, of any task, whether PyTorch computes or the runtime of an exported file. Needs no torch.

The `base.py` of a task stands on it, and adds what can be asked of a model of that task.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from jaxtyping import UInt8

from lenslet.card import Card
from lenslet.data import Scene
from lenslet.errors import DataError, ImageError
from lenslet.image import Picture, Preprocess, open_image
from lenslet.results import Evaluation, Unreadable

__all__ = ["BaseModel", "answers", "at_size", "beside", "numbered", "readable", "relabelled"]

Asked = TypeVar("Asked")
Opened = TypeVar("Opened")
Answer = TypeVar("Answer")


class BaseModel(ABC):
    """A card, and whose answers are told apart by a fingerprint.

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

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of what it tells: of classes, in the order of the scores; of points; of what two pictures can be."""
        return self.card.labels

    def _in_short(self, metric: str, form: str, what: str | None = None) -> str:
        """For `__repr__`: its net, what it tells, and how well.

        Args:
            metric: a name on the card; where it was not measured, nothing is said of it.
            form: how its value is said.
            what: in a few words; its first classes unless given.
        """
        if what is None:
            what = f"{len(self.labels)} classes: {', '.join(self.labels[:4])}{', ...' if len(self.labels) > 4 else ''}"
        value = self.card.metrics.get(metric)
        measured = "" if value is None else f", {form.format(value)}"
        return f"{type(self).__name__}({self.card.net}, {what}{measured})"


def at_size(picture: Picture, preprocess: Preprocess) -> UInt8[np.ndarray, "H W C"]:
    """A picture at the net's size; a large JPEG is not decoded larger than that takes.

    Raises:
        ImageError: it cannot be opened.
    """
    return preprocess.apply(open_image(picture, at_least=preprocess.size))[0]


def readable(path: Path, preprocess: Preprocess | None = None) -> UInt8[np.ndarray, "h w c"] | Unreadable:
    """The picture of a file, at the net's size where that is said; or why it cannot be opened."""
    try:
        return open_image(path) if preprocess is None else at_size(path, preprocess)
    except ImageError as error:
        return Unreadable(path, str(error))


def answers(
    asked: Iterable[Asked],
    opened: Callable[[Asked], Opened | Unreadable],
    answered: Callable[[list[Asked], list[Opened]], Iterable[Answer]],
    *,
    batch: int,
) -> Iterator[Answer | Unreadable]:
    """One answer each, in their order; an `Unreadable` in the place of what cannot be opened.

    Args:
        asked: files, or whatever names one.
        opened: gives the picture of one of them, see `readable`; two are opened at a time.
        answered: gives an answer for each of those that could be opened and its picture; there may be none.
        batch: how many go through the net together.
    """
    waiting = iter(asked)
    with ThreadPoolExecutor(2) as pool:
        while chunk := list(islice(waiting, batch)):
            seen = list(pool.map(opened, chunk))
            good = [(one, it) for one, it in zip(chunk, seen, strict=True) if not isinstance(it, Unreadable)]
            found = iter(answered([one for one, _ in good], [it for _, it in good]))
            for it in seen:
                yield it if isinstance(it, Unreadable) else next(found)


def beside(
    told: Iterable[Answer | Unreadable], asked: Sequence[Asked], on_picture: Callable[[int, int], None] | None = None
) -> tuple[list[tuple[Answer, Asked]], list[tuple[str, str]]]:
    """Each answer beside what was asked; and (path, why) of what cannot be read.

    Args:
        told: see `answers`.
        asked: what stands behind each.
        on_picture: called with (done, of).

    Raises:
        DataError: nothing can be read.
    """
    every: list[Answer | Unreadable] = []
    for answer in told:
        every.append(answer)
        if on_picture is not None:
            on_picture(len(every), len(asked))
    read = [(answer, one) for answer, one in zip(every, asked, strict=True) if not isinstance(answer, Unreadable)]
    skipped = [(str(answer.picture), answer.why) for answer in every if isinstance(answer, Unreadable)]
    if skipped and not read:
        raise DataError(f"none of the {len(asked)} pictures can be read; the first: {skipped[0][1]}")
    return read, skipped


def numbered(labels: tuple[str, ...], used: Iterable[str], data: str | Path) -> dict[str, int]:
    """The number of each of a model's classes, by its name.

    Args:
        labels: of the model.
        used: classes of the data.
        data: where they stand.

    Raises:
        DataError: one of them is unknown to the model.
    """
    unknown = sorted(set(used) - set(labels))
    if unknown:
        raise DataError(
            f"{data}: class {', '.join(unknown[:5])} is not one of the model's ({', '.join(labels[:8])}"
            f"{', ...' if len(labels) > 8 else ''}); rename or remove that class"
        )
    return {label: i for i, label in enumerate(labels)}


def relabelled(labels: tuple[str, ...], scenes: Sequence[Scene], data: str | Path) -> list[Scene]:
    """The same scenes, whose classes count as a model's do.

    Raises:
        DataError: see `numbered`.
    """
    number = numbered(labels, (name for scene in scenes for name in scene.truth.classes), data)
    return [
        replace(
            scene,
            truth=replace(
                scene.truth,
                names=labels,
                labels=np.array([number[name] for name in scene.truth.classes], np.int64),
            ),
        )
        for scene in scenes
    ]
