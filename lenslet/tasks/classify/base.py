"""What a user can ask of a classifier, whether PyTorch computes or the runtime of an exported file. Needs no torch."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int, UInt8

from lenslet.card import Card
from lenslet.data import Parts, Sample, read
from lenslet.data.split import without_seen
from lenslet.errors import DataError, ImageError
from lenslet.image import open_image
from lenslet.results import Classification, Evaluation, Unreadable
from lenslet.tasks.classify.metrics import evaluate

__all__ = ["BaseClassifier", "Picture"]

Picture = str | Path | bytes | np.ndarray | Any  # Any stands for PIL.Image.Image, which only the image room imports


class BaseClassifier(ABC):
    """Call it with a picture, measure it on a folder.

    Attributes:
        card: labels, preprocessing and all that is known about the model.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
    """

    card: Card
    evaluation: Evaluation | None
    folder: Path | None

    @abstractmethod
    def scores(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[np.ndarray, "n classes"]:
        """Probabilities of the classes, for pictures at the net's size."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names, in the order of the scores."""
        return self.card.labels

    def __repr__(self) -> str:
        known = ", ".join(self.labels[:4]) + (", ..." if len(self.labels) > 4 else "")
        accuracy = self.card.metrics.get("accuracy")
        measured = f", accuracy {accuracy:.1%}" if accuracy is not None else ""
        return f"{type(self).__name__}({self.card.net}, {len(self.labels)} classes: {known}{measured})"

    def __call__(self, picture: Picture) -> Classification:
        """Classify one picture: a path, bytes, an array (h, w, 3) of uint8, or a Pillow image.

        Raises:
            ImageError: it cannot be opened.
        """
        prepared = self._prepare(open_image(picture, at_least=self.card.preprocess.size))
        shown = (
            Path(picture) if isinstance(picture, str | Path) else picture if isinstance(picture, np.ndarray) else None
        )
        return Classification(self.labels, self.scores(prepared[None])[0], shown)

    def classify(self, pictures: Sequence[UInt8[np.ndarray, "_ _ 3"]]) -> list[Classification]:
        """Classify several open pictures in one go."""
        if not pictures:
            return []
        rows = self.scores(np.stack([self._prepare(picture) for picture in pictures]))
        return [Classification(self.labels, row, picture) for row, picture in zip(rows, pictures, strict=True)]

    def predict(self, pictures: Iterable[str | Path], *, batch: int = 32) -> Iterator[Classification | Unreadable]:
        """Classify files, one result each, in their order; a file that cannot be opened gives an `Unreadable`."""
        paths = iter(Path(p) for p in pictures)
        with ThreadPoolExecutor(2) as pool:
            while chunk := list(islice(paths, batch)):
                opened = list(pool.map(self._open, chunk))
                good = [one for one in opened if not isinstance(one, Unreadable)]
                rows = iter(self.scores(np.stack(good)) if good else ())
                for path, answer in zip(chunk, opened, strict=True):
                    if isinstance(answer, Unreadable):
                        yield answer
                    else:
                        yield Classification(self.labels, next(rows), path)

    def evaluate(
        self,
        data: str | Path | Sequence[Sample],
        *,
        include_seen: bool = False,
        on_picture: Callable[[int, int], None] | None = None,
    ) -> Evaluation:
        """Measure on a folder of classes (its test part if it has one, else val, else everything).

        Pictures that this model was trained on are left out, and the notes of the answer say how many: a model is
        always good at what it has seen.

        Args:
            data: a folder or a table whose classes are named like this model's labels; or samples.
            include_seen: measure on pictures it was trained on, too.
            on_picture: called with (done, of) pictures.

        Raises:
            DataError: no such data, unknown class names, or nothing that can be read.
        """
        samples, notes = self._samples(data)
        samples, told = without_seen(samples, [s.path for s in samples], self.card.seen, include_seen=include_seen)
        notes += told
        answers = []
        for answer in self.predict(s.path for s in samples):
            answers.append(answer)
            if on_picture is not None:
                on_picture(len(answers), len(samples))
        read = [(a, s) for a, s in zip(answers, samples, strict=True) if isinstance(a, Classification)]
        skipped = [(str(a.picture), a.why) for a in answers if isinstance(a, Unreadable)]
        if not read:
            raise DataError(f"none of the {len(samples)} pictures can be read; the first: {skipped[0][1]}")
        truth = np.array([s.label for _, s in read])
        return evaluate([a for a, _ in read], truth, self.labels, skipped=skipped, notes=notes)

    def evaluate_decoded(self, prepared: UInt8[np.ndarray, "n h w c"], truth: Int[np.ndarray, " n"]) -> Evaluation:
        """Measure on pictures that are already at the net's size, with the class of each."""
        answers: list[Classification] = []
        for i in range(0, len(prepared), 64):
            rows = self.scores(np.ascontiguousarray(prepared[i : i + 64]))
            answers += [Classification(self.labels, row) for row in rows]
        return evaluate(answers, truth, self.labels)

    def _open(self, path: Path) -> UInt8[np.ndarray, "H W C"] | Unreadable:
        try:
            return self._prepare(open_image(path, at_least=self.card.preprocess.size))
        except ImageError as error:
            return Unreadable(path, str(error))

    def _prepare(self, picture: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "H W C"]:
        return self.card.preprocess.apply(picture)[0]

    def _samples(self, data: str | Path | Sequence[Sample]) -> tuple[list[Sample], list[str]]:
        """Samples whose labels count as this model's do."""
        if not isinstance(data, str | Path):
            return list(data), []
        parts: Parts = read(data, at_least=1)
        known = {label: i for i, label in enumerate(self.labels)}
        chosen = parts.measured
        used = sorted({parts.labels[s.label] for s in chosen})
        unknown = [label for label in used if label not in known]
        if unknown:
            raise DataError(
                f"{data}: class {', '.join(unknown[:5])} is not one of the model's ({', '.join(self.labels[:8])}"
                f"{', ...' if len(self.labels) > 8 else ''}); rename or remove that class"
            )
        return [Sample(s.path, known[parts.labels[s.label]]) for s in chosen], list(parts.notes)
