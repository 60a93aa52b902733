"""What a user can ask of an embedder, whether PyTorch computes or the runtime of an exported file. Needs no torch."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int, UInt8

from lenslet.data.identities import Identities
from lenslet.data.split import without_seen
from lenslet.image import Picture
from lenslet.results import Encoding, Evaluation, Unreadable
from lenslet.tasks.base import BaseModel, answers, at_size, readable
from lenslet.tasks.face import measuring
from lenslet.tasks.face.metrics import Apart

__all__ = ["BaseEmbedder"]


class BaseEmbedder(BaseModel):
    """Call it with a picture, compare two, measure it on people."""

    @abstractmethod
    def vectors(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[np.ndarray, "n e"]:
        """Encodings of length 1, for pictures at the net's size."""

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """Numbers in an encoding."""

    @property
    @abstractmethod
    def apart(self) -> Apart | None:
        """How far encodings are from each other, where that is not the squared distance."""

    @property
    def name(self) -> str:
        """For people: that of its folder, or of its net."""
        return self.folder.name if self.folder is not None else self.card.net

    @property
    def views(self) -> str:
        """A name in `views.VIEWS`."""
        return str(self.card.head.get("views", "one"))

    @property
    def threshold(self) -> float:
        """Up to this distance two count as the same, see `calibrated`; 1 where nothing was calibrated."""
        return float(self.card.thresholds.get("distance", 1.0))

    def __repr__(self) -> str:
        return self._in_short("auc", "AUC {:.4f}", f"{self.dimensions} numbers")

    def __call__(self, picture: Picture) -> Encoding:
        """Encode one picture: a path, bytes, an array (h, w, 3) of uint8, or a Pillow image.

        Raises:
            ImageError: it cannot be opened.
        """
        seen = at_size(picture, self.card.preprocess)
        shown = picture if isinstance(picture, np.ndarray) else None
        kept = Path(picture) if isinstance(picture, str | Path) else shown
        return Encoding(self.vectors(seen[None])[0].astype(np.float64), picture=kept)

    def encode(self, picture: Picture) -> list[Encoding]:
        """The same as a list of one: the whole picture is taken for what is to be compared (see `gallery.Encodes`)."""
        return [self(picture)]

    def distance(self, first: Picture, second: Picture) -> float:
        """How different two pictures are: 0 for the same, 4 at most; compare it with `threshold`.

        Raises:
            ImageError: one of them cannot be opened.

        Source: course items 4.4, 4.5; with a binary head, 4.7.
        """
        a, b = self(first), self(second)
        return a.distance(b) if self.apart is None else float(self.apart(a.vector, b.vector))

    def predict(self, pictures: Iterable[str | Path], *, batch: int = 64) -> Iterator[Encoding | Unreadable]:
        """Encode files, one result each, in their order; one that cannot be opened gives an `Unreadable`."""

        def answered(paths: list[Path], seen: list[np.ndarray]) -> list[Encoding]:
            rows = self.vectors(np.stack(seen)) if seen else ()
            return [Encoding(row.astype(np.float64), picture=path) for path, row in zip(paths, rows, strict=True)]

        opened = partial(readable, preprocess=self.card.preprocess)
        yield from answers(map(Path, pictures), opened, answered, batch=batch)

    def evaluate(
        self,
        data: str | Path | Identities,
        *,
        include_seen: bool = False,
        on_picture: Callable[[int, int], None] | None = None,
    ) -> Evaluation:
        """Measure how well the same are told from others: on a folder per identity, pairs, or Omniglot's runs.

        Pictures that this model was trained on are left out, and the notes of the answer say how many.

        Args:
            data: see `data.identities.read_identities`; or a folder of one-shot runs, see `runs.find_runs`.
            include_seen: measure on pictures it was trained on, too.
            on_picture: called with (done, of) pictures.

        Raises:
            DataError: no such data, or nothing that can be read.
        """
        return measuring.measure(self, data, include_seen=include_seen, on_picture=on_picture)

    def evaluate_decoded(
        self,
        prepared: UInt8[np.ndarray, "n h w c"],
        identities: Int[np.ndarray, " m"],
        names: tuple[str, ...],
        *,
        groups: Sequence[str] = (),
        pictures: Sequence[Path] | None = None,
    ) -> Evaluation:
        """The same on pictures that are already at the net's size; more identities than pictures stand for such on
        which nothing was found, and count as wrong."""
        missing = len(identities) - len(prepared)
        rows = np.concatenate([self.vectors(prepared), np.full((missing, self.dimensions), np.nan, np.float32)])
        return measuring.of_vectors(self, rows, identities, names, groups=groups, pictures=pictures, missing=missing)

    def without_seen(self, people: Identities, *, include_seen: bool) -> tuple[list[Any], list[str]]:
        """What to measure on, and what a reader of the numbers must know."""
        chosen = people.measured
        return without_seen(chosen, [s.path for s in chosen], self.card.seen, include_seen=include_seen)
