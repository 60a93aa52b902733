"""The object a user holds."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor, nn

from lenslet.card import Card, save
from lenslet.card.card import fingerprint
from lenslet.data.compared import SYMMETRIES
from lenslet.data.identities import Identities
from lenslet.data.split import without_seen
from lenslet.errors import ImageError
from lenslet.image import open_image
from lenslet.results import Encoding, Evaluation, Unreadable
from lenslet.tasks.face import measuring
from lenslet.tasks.face.binary import BinaryHead
from lenslet.tasks.face.distance import unit
from lenslet.tasks.face.metrics import Apart, all_pairs, distances, rates, threshold_at
from lenslet.tasks.face.training import answers_of
from lenslet.tasks.face.views import joined, views_of
from lenslet.tasks.face.whiten import whitening

Picture = str | Path | bytes | np.ndarray | Any  # Any stands for PIL.Image.Image, which only the image room imports
_BINARY, _PROJECTION = "binary.", "projection"


class Embedder:
    """A trained net with its card: call it with a picture, compare two, measure it on people, save it.

    Args:
        net: gives numbers.
        card: preprocessing, views, threshold and all that is known about it.
        binary: the head that compares two encodings, where it has learned one (course item 4.7).
        projection: of what all views say, onto the numbers that are kept.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
    """

    def __init__(
        self,
        net: nn.Module,
        card: Card,
        *,
        binary: BinaryHead | None = None,
        projection: Float[Tensor, "D e"] | None = None,
        evaluation: Evaluation | None = None,
        folder: Path | None = None,
    ) -> None:
        self.net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.card, self.binary, self.projection = card, binary, projection
        self.evaluation, self.folder = evaluation, folder
        self.curve = None  # of how many pictures would help; classification has it

    @property
    def labels(self) -> tuple[str, ...]:
        """What is said of two pictures: different, same."""
        return self.card.labels

    @property
    def name(self) -> str:
        """For people: that of its folder, or of its net."""
        return self.folder.name if self.folder is not None else self.card.net

    @property
    def views(self) -> str:
        """A name in `views.VIEWS`."""
        return str(self.card.head.get("views", "one"))

    @property
    def dimensions(self) -> int:
        """Numbers in an encoding."""
        if self.projection is not None:
            return int(self.projection.shape[1])
        return int(self.card.head["dimensions"]) * (SYMMETRIES if self.views == "symmetries" else 1)

    @property
    def fingerprint(self) -> str:
        """Hexadecimal; another wherever encodings could be."""
        return fingerprint(replace(self.card, thresholds={}), self.state())

    @property
    def threshold(self) -> float:
        """Up to this distance two count as the same, see `calibrated`; 1 where nothing was calibrated."""
        return float(self.card.thresholds.get("distance", 1.0))

    @property
    def apart(self) -> Apart | None:
        """How far encodings are from each other, where that is not the squared distance."""
        return answers_of(self.binary)

    def __repr__(self) -> str:
        measured = f", AUC {self.card.metrics['auc']:.4f}" if "auc" in self.card.metrics else ""
        return f"Embedder({self.card.net}, {self.dimensions} numbers{measured})"

    def __call__(self, picture: Picture) -> Encoding:
        """Encode one picture: a path, bytes, an array (h, w, 3) of uint8, or a Pillow image.

        Raises:
            ImageError: it cannot be opened.
        """
        prepared = self._prepare(open_image(picture, at_least=self.card.preprocess.size))
        shown = picture if isinstance(picture, np.ndarray) else None
        kept = Path(picture) if isinstance(picture, str | Path) else shown
        return Encoding(self.vectors(prepared[None])[0].astype(np.float64), picture=kept)

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
        paths = iter(Path(path) for path in pictures)
        with ThreadPoolExecutor(2) as pool:
            while chunk := list(islice(paths, batch)):
                opened = list(pool.map(self._open, chunk))
                good = [one for one in opened if not isinstance(one, Unreadable)]
                rows = iter(self.vectors(np.stack(good)) if good else ())
                for path, one in zip(chunk, opened, strict=True):
                    if isinstance(one, Unreadable):
                        yield one
                    else:
                        yield Encoding(next(rows).astype(np.float64), picture=path)

    @torch.inference_mode()
    def vectors(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[np.ndarray, "n e"]:
        """Encodings of pictures at the net's size; in float32, so that each depends on its own picture alone."""
        device = next(self.net.parameters()).device
        rows = []
        for start in range(0, len(prepared), 64):
            seen = views_of(np.ascontiguousarray(prepared[start : start + 64]), self.views)
            images = torch.from_numpy(self.card.preprocess.normalised(seen))
            raw = self.net(images.to(device, memory_format=torch.channels_last))
            rows.append(joined(unit(raw), self.views, self.projection).cpu())
        return torch.cat(rows).numpy() if rows else np.zeros((0, self.dimensions), np.float32)

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
        self, prepared: UInt8[np.ndarray, "n h w c"], identities: Int[np.ndarray, " n"], names: tuple[str, ...]
    ) -> Evaluation:
        """The same on pictures that are already at the net's size."""
        return measuring.of_vectors(self, self.vectors(prepared), identities, names, groups=())

    def calibrated(self, prepared: UInt8[np.ndarray, "n h w c"], identities: Int[np.ndarray, " n"]) -> "Embedder":
        """The same model with a threshold on its card: where it tells pairs of held-out pictures best, both kinds
        counting alike; and one at which a hundredth of the others is accepted."""
        pairs = all_pairs(identities)
        away = distances(self.vectors(prepared), pairs, self.apart)
        if not pairs.same.any() or pairs.same.all():
            return self
        thresholds, fars, tars = rates(away, pairs.same)
        best = float(max(thresholds[np.argmax(tars - fars)], 0.0))
        found = {
            "distance": best,
            "distance@far=1e-2": float(max(threshold_at(1e-2, away, pairs.same), 0.0)),
            "calibrated_on": f"{len(np.unique(identities))} identities that it was not trained on, {len(away)} pairs",
        }
        return self._with(replace(self.card, thresholds={**self.card.thresholds, **found}), self.evaluation)

    def whitened(
        self, prepared: UInt8[np.ndarray, "n h w c"], identities: Int[np.ndarray, " n"], dimensions: int = 128
    ) -> "Embedder":
        """The same model whose encodings are projected onto the directions that tell identities apart, see `whiten`.

        Args:
            prepared: pictures that it has learned from, at the net's size.
            identities: whose each is.
            dimensions: numbers to keep.

        Raises:
            CallError: fewer than two identities, or nobody with two pictures.
        """
        rows = self._with(self.card, None, projection=None).vectors(prepared)
        found = torch.from_numpy(whitening(rows, identities, dimensions)).float().contiguous()
        return self._with(self.card, self.evaluation, projection=found)

    def state(self) -> dict[str, Tensor]:
        """Everything that `save` writes, by name."""
        more = {} if self.binary is None else {f"{_BINARY}{k}": v for k, v in self.binary.state_dict().items()}
        if self.projection is not None:
            more[_PROJECTION] = self.projection
        return {**self.net.state_dict(), **more}

    def save(self, folder: str | Path) -> Path:
        """Write card.json and model.safetensors into `folder`, whole or not at all.

        Raises:
            OSError: the folder cannot be written.
        """
        self.folder = Path(folder)
        self.card = save(self.folder, self.card, self.state())
        return self.folder

    def with_evaluation(self, evaluation: Evaluation, measured_on: str) -> "Embedder":
        """The same model with its numbers on the card."""
        metrics = {name: value for name, value in evaluation.metrics.items() if np.isfinite(value)}
        intervals = {name: between for name, between in evaluation.intervals.items() if name in metrics}
        card = replace(self.card, metrics=metrics, intervals=intervals, measured_on=measured_on)
        return self._with(card, evaluation)

    @classmethod
    def restored(cls, net: nn.Module, card: Card, state: Mapping[str, Tensor], folder: Path | None) -> "Embedder":
        """From what `save` wrote.

        Raises:
            RuntimeError: the weights do not fit.
        """
        binary = None
        if card.head.get("binary"):
            binary = BinaryHead(int(card.head["dimensions"]))
            binary.load_state_dict({k.removeprefix(_BINARY): v for k, v in state.items() if k.startswith(_BINARY)})
        net.load_state_dict({k: v for k, v in state.items() if not k.startswith((_BINARY, _PROJECTION))})
        projection = state.get(_PROJECTION)
        if projection is not None:
            projection = projection.float()  # shipped ones are half as large
            wide = int(card.head["dimensions"]) * (SYMMETRIES if card.head.get("views") == "symmetries" else 1)
            if projection.ndim != 2 or projection.shape[0] != wide:
                raise RuntimeError(f"the projection has the shape {tuple(projection.shape)}, and {wide} rows are meant")
        return cls(net, card, binary=binary, projection=projection, folder=folder)

    def without_seen(self, people: Identities, *, include_seen: bool) -> tuple[list[Any], list[str]]:
        """What to measure on, and what a reader of the numbers must know."""
        chosen = people.measured
        return without_seen(chosen, [s.path for s in chosen], self.card.seen, include_seen=include_seen)

    def _with(self, card: Card, evaluation: Evaluation | None, **more: Any) -> "Embedder":
        kept: dict[str, Any] = {"binary": self.binary, "projection": self.projection, "folder": self.folder} | more
        return Embedder(self.net, card, evaluation=evaluation, **kept)

    def _open(self, path: Path) -> UInt8[np.ndarray, "H W C"] | Unreadable:
        try:
            return self._prepare(open_image(path, at_least=self.card.preprocess.size))
        except ImageError as error:
            return Unreadable(path, str(error))

    def _prepare(self, picture: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "H W C"]:
        return self.card.preprocess.apply(picture)[0]
