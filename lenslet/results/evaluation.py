"""How good a model is on some pictures, with how sure that is, and where it errs."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Int

from lenslet.errors import CallError, ShapeError, WorkError
from lenslet.files import whole_file
from lenslet.results.answers import Answer
from lenslet.results.curves import Curves
from lenslet.results.mistakes import Mistakes
from lenslet.results.roc import Roc, roc_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCHEMA = 1
_Number = int | float


@dataclass(frozen=True)
class Miss:
    """A picture that the model got wrong.

    Args:
        picture: its file, or the picture itself; not compared.
        truth: what it shows.
        predicted: what the model said.
        score: how sure it was of that, 0..1.
        loss: what the error cost: -log of the probability given to the truth, in classification.
        beside: the other picture, where two were compared.
    """

    picture: Path | np.ndarray | None = field(compare=False)
    truth: str
    predicted: str
    score: _Number
    loss: _Number
    beside: Path | np.ndarray | None = field(default=None, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "image": str(self.picture) if isinstance(self.picture, Path) else None,
            "truth": self.truth,
            "predicted": self.predicted,
            "score": float(self.score),
            "loss": _plain(self.loss),
            **({"beside": str(self.beside)} if isinstance(self.beside, Path) else {}),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Miss":
        """Read what `to_dict` wrote."""
        picture = Path(plain["image"]) if plain["image"] is not None else None
        beside = Path(plain["beside"]) if plain.get("beside") is not None else None
        return cls(picture, plain["truth"], plain["predicted"], plain["score"], _number(plain["loss"]), beside)


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """Metrics of a model on `n` pictures. `evaluation["accuracy"]` is the short way to one of them.

    Args:
        task: classify, detect, ...
        n: pictures measured.
        metrics: name -> value; NaN for what these pictures cannot tell.
        intervals: name -> (low, high), 95 % confidence, for those metrics that have one.
        labels: class names, in the order of the confusion matrix.
        per_class: class -> {name: value}.
        confusion: counts; rows are the truth, columns the answer.
        worst: the costliest errors first.
        skipped: (path, why) of files that could not be read.
        notes: sentences that a reader of the numbers must know.
        mistakes: of a detector, by their kind.
        curves: of a detector, precision against recall and against the threshold.
        roc: of pairs, how their distances lie.
        answers: every answer beside its truth, of tasks that tell them; not in the JSON, a run keeps it as answers.csv.
    """

    task: str
    n: int
    metrics: Mapping[str, _Number]
    intervals: Mapping[str, tuple[_Number, _Number]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    per_class: Mapping[str, Mapping[str, _Number]] = field(default_factory=dict)
    confusion: Int[np.ndarray, "k k"] | None = None
    worst: tuple[Miss, ...] = ()
    skipped: tuple[tuple[str | Path, str], ...] = ()
    notes: tuple[str, ...] = ()
    mistakes: Mistakes | None = None
    curves: Curves | None = None
    roc: Roc | None = None
    answers: tuple[Answer, ...] = ()

    def __post_init__(self) -> None:
        if self.n < 0:
            raise CallError(f"an evaluation is of 0 pictures or more, not {self.n}")
        for name, (low, high) in self.intervals.items():
            if name not in self.metrics or not low <= high:
                raise CallError(f"the interval of {name!r}, {low} to {high}, belongs to no metric or is upside down")
        if unknown := [name for name in self.per_class if name not in self.labels]:
            raise CallError(f"per_class names {unknown[0]!r}, which is none of the {len(self.labels)} labels")
        if self.confusion is not None:
            counts = np.array(self.confusion)
            if counts.shape != (len(self.labels), len(self.labels)):
                raise ShapeError(f"a confusion matrix of shape {counts.shape} does not fit {len(self.labels)} labels")
            if counts.min(initial=0) < 0:
                raise CallError("a confusion matrix holds counts, and none is below zero")
            counts.setflags(write=False)
            object.__setattr__(self, "confusion", counts)
        object.__setattr__(self, "metrics", MappingProxyType(dict(self.metrics)))
        object.__setattr__(self, "intervals", MappingProxyType(dict(self.intervals)))
        per_class = {name: MappingProxyType(dict(values)) for name, values in self.per_class.items()}
        object.__setattr__(self, "per_class", MappingProxyType(per_class))
        object.__setattr__(self, "skipped", tuple((str(path), why) for path, why in self.skipped))

    def __getitem__(self, name: str) -> _Number:
        if name not in self.metrics:
            raise KeyError(f"{name!r} was not measured; these were: {', '.join(self.metrics)}")
        return self.metrics[name]

    def __contains__(self, name: object) -> bool:
        return name in self.metrics

    def __iter__(self) -> Iterator[str]:
        return iter(self.metrics)

    def __len__(self) -> int:
        return len(self.metrics)

    def figure(self) -> "Figure":
        """The confusion matrix as a Matplotlib figure, of a detector the curves of precision against recall.

        Of many classes, those are shown that are confused most, or found worst.

        Raises:
            CallError: this evaluation has neither.
        """
        from lenslet.results.confusion import confusion_figure
        from lenslet.results.curves import curves_figure

        if self.roc is not None:
            return roc_figure(self.roc)
        if self.curves is not None:
            return curves_figure(self)
        if self.confusion is None:
            raise CallError(f"an evaluation of the task {self.task} without a confusion matrix has nothing to plot")
        return confusion_figure(self.confusion, self.labels)

    def plot(self, path: str | Path) -> Path:
        """Write that figure to `path` (.png, .pdf or .svg).

        Raises:
            CallError: this evaluation has nothing to plot, or the suffix names no format.
        """
        path = Path(path)
        if path.suffix.lower() not in {".png", ".pdf", ".svg"}:
            raise CallError(f"{path}: a figure is saved as .png, .pdf or .svg; give one of these suffixes")
        figure = self.figure()
        try:
            with whole_file(path) as temporary:
                figure.savefig(temporary, format=path.suffix[1:].lower(), dpi=150)
        except OSError as error:
            raise WorkError(f"{path} cannot be written ({error.strerror or error}); choose another place") from error
        return path

    def to_dict(self) -> dict[str, Any]:
        """Plain values; NaN becomes null."""
        return {
            "schema": SCHEMA,
            "task": self.task,
            "n": self.n,
            "metrics": {name: _plain(value) for name, value in self.metrics.items()},
            "intervals": {name: [_plain(low), _plain(high)] for name, (low, high) in self.intervals.items()},
            "labels": list(self.labels),
            "per_class": {
                label: {name: _plain(value) for name, value in values.items()}
                for label, values in self.per_class.items()
            },
            "confusion": None if self.confusion is None else self.confusion.tolist(),
            "worst": [miss.to_dict() for miss in self.worst],
            "skipped": [[str(path), why] for path, why in self.skipped],
            "notes": list(self.notes),
            **({} if self.mistakes is None else {"mistakes": self.mistakes.to_dict()}),
            **({} if self.curves is None else {"curves": self.curves.to_dict()}),
            **({} if self.roc is None else {"roc": self.roc.to_dict()}),
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Evaluation":
        """Read what `to_json` wrote.

        Raises:
            CallError: the text is something else.
        """
        try:
            plain = json.loads(text)
            if plain["schema"] != SCHEMA:
                raise CallError(f"this JSON is not an evaluation of schema {SCHEMA}: {text:.80}")
            confusion = plain["confusion"]
            return cls(
                task=plain["task"],
                n=plain["n"],
                metrics={name: _number(value) for name, value in plain["metrics"].items()},
                intervals={name: (_number(low), _number(high)) for name, (low, high) in plain["intervals"].items()},
                labels=tuple(plain["labels"]),
                per_class={
                    label: {name: _number(value) for name, value in values.items()}
                    for label, values in plain["per_class"].items()
                },
                confusion=None
                if confusion is None
                else np.array(confusion, np.int64).reshape(len(confusion), len(confusion)),
                worst=tuple(Miss.from_dict(miss) for miss in plain["worst"]),
                skipped=tuple((path, why) for path, why in plain["skipped"]),
                notes=tuple(plain["notes"]),
                mistakes=Mistakes.from_dict(plain["mistakes"]) if "mistakes" in plain else None,
                curves=Curves.from_dict(plain["curves"]) if "curves" in plain else None,
                roc=Roc.from_dict(plain["roc"]) if "roc" in plain else None,
            )
        except CallError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CallError(f"this is not the JSON of an evaluation ({error}): {text:.80}") from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Evaluation):
            return NotImplemented
        return self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash((self.task, self.n, self.labels))

    def __repr__(self) -> str:
        numbers = ", ".join(f"{name} {value:.4g}" for name, value in self.metrics.items() if "/" not in name)
        return f"Evaluation({self.task}, n={self.n}, {numbers})"

    def __str__(self) -> str:
        """A line a metric with its interval, then the worst classes, then what a reader must know."""
        lines = [f"{self.task}, {self.n} {'picture' if self.n == 1 else 'pictures'}"]
        plain = {name: value for name, value in self.metrics.items() if "/" not in name}  # not those of one class
        wide = max((len(name) for name in plain), default=0)
        for name, value in plain.items():
            interval = self.intervals.get(name)
            between = f"   95 % interval {interval[0]:.4f} to {interval[1]:.4f}" if interval else ""
            lines.append(f"  {name:<{wide}}  {value:.4f}{between}")
        weakest = sorted(
            (values["f1"], label) for label, values in self.per_class.items() if "f1" in values and values.get("n", 1)
        )
        if weakest and weakest[0][0] < 1:
            lines.append("  weakest: " + ", ".join(f"{label} (F1 {f1:.3f})" for f1, label in weakest[:3]))
        if self.mistakes is not None:
            lines.append(f"  mistakes from score {self.mistakes.threshold:.3f} on: {self.mistakes}")
        if self.skipped:
            count = len(self.skipped)
            lines.append(f"  {count} {'file' if count == 1 else 'files'} could not be read")
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])

    def _compared(self) -> dict[str, Any]:
        """Everything but the pictures of the errors."""
        plain = self.to_dict() | ({} if self.mistakes is None else {"mistakes": self.mistakes.to_dict(files=False)})
        return plain | {"worst": [{**miss, "image": None, "beside": None} for miss in plain["worst"]]}


def _plain(value: _Number) -> _Number | None:
    """JSON knows no NaN; whole numbers stay whole."""
    if isinstance(value, int | np.integer):
        return int(value)
    return float(value) if math.isfinite(value) else None


def _number(value: _Number | None) -> _Number:
    return math.nan if value is None else value
