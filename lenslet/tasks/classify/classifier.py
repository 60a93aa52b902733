"""The object a user holds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
from lenslet.data import Parts, Sample, read
from lenslet.data.split import without_seen
from lenslet.errors import DataError, ImageError
from lenslet.image import open_image
from lenslet.results import Classification, Evaluation, Unreadable
from lenslet.results.calibration import Calibration
from lenslet.results.learning_curve import LearningCurve
from lenslet.tasks.classify.calibrate import calibrate
from lenslet.tasks.classify.decode import classifications
from lenslet.tasks.classify.metrics import evaluate

Picture = str | Path | bytes | np.ndarray | Any  # Any stands for PIL.Image.Image, which only the image room imports


class Classifier:
    """A trained net with its card: call it with a picture, measure it on a folder, save it.

    Args:
        net: gives logits.
        card: labels, preprocessing and all that is known about it.
        evaluation: the measurement its card quotes, where it is at hand.
        folder: where it lies on the disk, if it does.
    """

    def __init__(
        self, net: nn.Module, card: Card, *, evaluation: Evaluation | None = None, folder: Path | None = None
    ) -> None:
        self.net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.card = card
        self.evaluation = evaluation
        self.folder = folder
        self.curve: LearningCurve | None = None  # where `train` was asked for one

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names, in the order of the scores."""
        return self.card.labels

    def __repr__(self) -> str:
        known = ", ".join(self.labels[:4]) + (", ..." if len(self.labels) > 4 else "")
        accuracy = self.card.metrics.get("accuracy")
        measured = f", accuracy {accuracy:.1%}" if accuracy is not None else ""
        return f"Classifier({self.card.net}, {len(self.labels)} classes: {known}{measured})"

    def __call__(self, picture: Picture) -> Classification:
        """Classify one picture: a path, bytes, an array (h, w, 3) of uint8, or a Pillow image.

        Raises:
            ImageError: it cannot be opened.
        """
        prepared = self._prepare(open_image(picture, at_least=self.card.preprocess.size))
        shown = (
            Path(picture) if isinstance(picture, str | Path) else picture if isinstance(picture, np.ndarray) else None
        )
        logits = self.logits(prepared[None])
        return next(classifications(logits, self.labels, [shown], temperature=self.card.temperature))

    def classify(self, pictures: Sequence[UInt8[np.ndarray, "_ _ 3"]]) -> list[Classification]:
        """Classify several open pictures in one go."""
        if not pictures:
            return []
        logits = self.logits(np.stack([self._prepare(picture) for picture in pictures]))
        return list(classifications(logits, self.labels, list(pictures), temperature=self.card.temperature))

    def predict(self, pictures: Iterable[str | Path], *, batch: int = 32) -> Iterator[Classification | Unreadable]:
        """Classify files, one result each, in their order; a file that cannot be opened gives an `Unreadable`."""
        paths = iter(Path(p) for p in pictures)
        with ThreadPoolExecutor(2) as pool:
            while chunk := list(islice(paths, batch)):
                opened = list(pool.map(self._open, chunk))
                good = [(p, o) for p, o in zip(chunk, opened, strict=True) if not isinstance(o, Unreadable)]
                results = iter(())  # type: Iterator[Classification]
                if good:
                    stack = np.stack([o for _, o in good])
                    results = classifications(
                        self.logits(stack), self.labels, [p for p, _ in good], temperature=self.card.temperature
                    )
                for answer in opened:
                    yield answer if isinstance(answer, Unreadable) else next(results)

    @torch.inference_mode()
    def logits(self, prepared: UInt8[np.ndarray, "n h w c"]) -> Float[Tensor, "n classes"]:
        """Raw outputs for pictures at the net's size; in float32, so that a picture's answer depends on itself
        alone."""
        device = next(self.net.parameters()).device
        images = torch.from_numpy(self.card.preprocess.normalised(prepared))
        return self._raw(images.to(device, memory_format=torch.channels_last))

    @torch.inference_mode()
    def calibrated(self, held_out: Iterable[tuple[Tensor, Tensor]] | None) -> "tuple[Classifier, Calibration]":
        """The same model with a temperature on its card, and what that does; no answer changes, only how sure it is.

        Args:
            held_out: batches of (normalised images, classes) that it was not trained on; None where there are none:
                its temperature is then 1.
        """
        device = next(self.net.parameters()).device
        pairs = [
            (self._raw(images.to(device, memory_format=torch.channels_last)).cpu().numpy(), classes.cpu().numpy())
            for images, classes in held_out or ()
        ]
        logits = np.concatenate([np.zeros((0, len(self.labels)), np.float32), *(raw for raw, _ in pairs)])
        truth = np.concatenate([np.zeros(0, np.int64), *(classes for _, classes in pairs)])
        found = calibrate(logits, truth, by_heart=held_out is None)
        card = replace(self.card, thresholds={**self.card.thresholds, **found.thresholds})
        return Classifier(self.net, card, evaluation=self.evaluation, folder=self.folder), found

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
            logits = self.logits(np.ascontiguousarray(prepared[i : i + 64]))
            answers += classifications(logits, self.labels, [None] * len(logits), temperature=self.card.temperature)
        return evaluate(answers, truth, self.labels)

    def save(self, folder: str | Path) -> Path:
        """Write card.json and model.safetensors into `folder`, whole or not at all.

        Raises:
            OSError: the folder cannot be written.
        """
        self.folder = Path(folder)
        self.card = save(self.folder, self.card, self.net.state_dict())
        return self.folder

    def with_evaluation(self, evaluation: Evaluation, measured_on: str) -> "Classifier":
        """The same model with its numbers on the card."""
        card = replace(
            self.card, metrics=dict(evaluation.metrics), intervals=dict(evaluation.intervals), measured_on=measured_on
        )
        return Classifier(self.net, card, evaluation=evaluation, folder=self.folder)

    def _raw(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        raw = self.net(images)
        logits: Tensor = raw[0] if isinstance(raw, tuple) else raw
        return logits.float().cpu()

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
