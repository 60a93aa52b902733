"""What a user can ask of a classifier, whether PyTorch computes or the runtime of an exported file. Needs no torch."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int, UInt8

from lenslet.data import Parts, Sample, read
from lenslet.data.split import without_seen
from lenslet.image import Picture
from lenslet.results import Classification, Evaluation, Unreadable
from lenslet.tasks.base import BaseModel, answers, at_size, beside, numbered, readable
from lenslet.tasks.classify.metrics import evaluate

__all__ = ["BaseClassifier"]


class BaseClassifier(BaseModel):
    """Call it with a picture, measure it on a folder."""

    @abstractmethod
    def scores(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[np.ndarray, "n classes"]:
        """Probabilities of the classes, for pictures at the net's size."""

    def __repr__(self) -> str:
        return self._in_short("accuracy", "accuracy {:.1%}")

    def __call__(self, picture: Picture) -> Classification:
        """Classify one picture: a path, bytes, an array (h, w, 3) of uint8, or a Pillow image.

        Raises:
            ImageError: it cannot be opened.
        """
        seen = at_size(picture, self.card.preprocess)
        shown = (
            Path(picture) if isinstance(picture, str | Path) else picture if isinstance(picture, np.ndarray) else None
        )
        return Classification(self.labels, self.scores(seen[None])[0], shown)

    def classify(self, pictures: Sequence[UInt8[np.ndarray, "_ _ 3"]]) -> list[Classification]:
        """Classify several open pictures in one go."""
        if not pictures:
            return []
        rows = self.scores(np.stack([self.card.preprocess.apply(picture)[0] for picture in pictures]))
        return [Classification(self.labels, row, picture) for row, picture in zip(rows, pictures, strict=True)]

    def predict(self, pictures: Iterable[str | Path], *, batch: int = 32) -> Iterator[Classification | Unreadable]:
        """Classify files, one result each, in their order; a file that cannot be opened gives an `Unreadable`."""

        def answered(paths: list[Path], seen: list[np.ndarray]) -> list[Classification]:
            rows = self.scores(np.stack(seen)) if seen else ()
            return [Classification(self.labels, row, path) for path, row in zip(paths, rows, strict=True)]

        opened = partial(readable, preprocess=self.card.preprocess)
        yield from answers(map(Path, pictures), opened, answered, batch=batch)

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
        read, skipped = beside(self.predict(s.path for s in samples), samples, on_picture)
        truth = np.array([s.label for _, s in read])
        return evaluate([a for a, _ in read], truth, self.labels, skipped=skipped, notes=notes)

    def evaluate_decoded(self, prepared: UInt8[np.ndarray, "n h w c"], truth: Int[np.ndarray, " n"]) -> Evaluation:
        """Measure on pictures that are already at the net's size, with the class of each."""
        found: list[Classification] = []
        for i in range(0, len(prepared), 64):
            rows = self.scores(np.ascontiguousarray(prepared[i : i + 64]))
            found += [Classification(self.labels, row) for row in rows]
        return evaluate(found, truth, self.labels)

    def _samples(self, data: str | Path | Sequence[Sample]) -> tuple[list[Sample], list[str]]:
        """Samples whose labels count as this model's do."""
        if not isinstance(data, str | Path):
            return list(data), []
        parts: Parts = read(data, at_least=1)
        chosen = parts.measured
        known = numbered(self.labels, (parts.labels[s.label] for s in chosen), data)
        return [Sample(s.path, known[parts.labels[s.label]]) for s in chosen], list(parts.notes)
