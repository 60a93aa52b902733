"""Precision, recall and the threshold of a detector, as curves and as a figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from lenslet import draw
from lenslet.errors import CallError, ShapeError
from lenslet.results.frozen import locked

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from lenslet.results.evaluation import Evaluation

__all__ = ["Curves", "curves_figure", "threshold_figure"]

POINTS = 101
SHOWN = 10  # classes with a line of their own
_INK, _SOFT, _GRID = "#1c2430", "#5c6675", "#e8ebee"
_LABEL = 24  # characters of a class name


@dataclass(frozen=True, eq=False)
class Curves:
    """Precision against recall, and both against the threshold; at IoU 0.5.

    Args:
        labels: of the classes.
        precision: at recall 0, 0.01, ... 1 of each class, made falling as COCO does; NaN for a class without a thing.
        at: precision and recall of all classes together at the thresholds 0, 0.01, ... 1; NaN where there is none.
        threshold: answers count from this score on.
        best: the threshold with the best F1 on these very pictures; None where no answer is right.
    """

    labels: tuple[str, ...]
    precision: Float[np.ndarray, "k 101"]
    at: Float[np.ndarray, "101 2"]
    threshold: int | float
    best: int | float | None = None

    def __post_init__(self) -> None:
        if self.precision.shape != (len(self.labels), POINTS):
            raise ShapeError(f"curves of shape {self.precision.shape}: give {POINTS} points for each of the classes")
        for name in ("precision", "at"):
            values = locked(getattr(self, name))
            if (values < 0).any() or (values > 1).any():
                raise CallError("precision and recall lie between 0 and 1")
            object.__setattr__(self, name, values)
        for value in (self.threshold, self.best):
            if value is not None and not 0 <= value <= 1:
                raise CallError(f"a threshold lies between 0 and 1, not {value}")

    @property
    def f1(self) -> Float[np.ndarray, " 101"]:
        """Of all classes together, at the thresholds 0, 0.01, ... 1; 0 where nothing is right."""
        precision, recall = np.nan_to_num(self.at.T)
        made: np.ndarray = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        return made

    def to_dict(self) -> dict[str, Any]:
        """Plain values; NaN becomes null."""
        arrays = {name: _nulls(getattr(self, name)) for name in ("precision", "at")}
        best = None if self.best is None else float(self.best)
        return {"labels": list(self.labels), **arrays, "threshold": float(self.threshold), "best": best}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Curves":
        """Read what `to_dict` wrote."""
        precision, at = (np.array(plain[name], np.float64) for name in ("precision", "at"))
        labels = tuple(plain["labels"])
        return cls(labels, precision.reshape(len(labels), -1), at, plain["threshold"], plain["best"])

    def __eq__(self, other: object) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, Curves) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.labels, self.threshold))


def curves_figure(evaluation: "Evaluation") -> "Figure":
    """A line a class, with its AP50, and a dot where the threshold puts it; of many classes the weakest.

    Args:
        evaluation: one with curves.
    """
    from matplotlib.figure import Figure

    curves = evaluation.curves
    assert curves is not None
    figure = Figure(figsize=(8.4, 4.8), dpi=150, layout="constrained")
    axes = figure.subplots()
    areas = curves.precision.mean(1)
    known = [k for k in np.argsort(areas, kind="stable").tolist() if np.isfinite(areas[k])]
    shown = known[:SHOWN]
    for place, k in enumerate(reversed(shown)):
        colour = tuple(channel / 255 for channel in draw.PALETTE[place % len(draw.PALETTE)])
        label = f"{_name(curves.labels[k])}  {areas[k]:.3f}"
        axes.plot(np.linspace(0, 1, POINTS), curves.precision[k], color=colour, linewidth=1.8, label=label)
        point = evaluation.per_class.get(curves.labels[k], {})
        if np.isfinite([point.get("recall", np.nan), point.get("precision", np.nan)]).all():
            axes.plot(point["recall"], point["precision"], "o", color=colour, markersize=7, clip_on=False, zorder=3)
    title = "Precision against recall at IoU 0.5"
    if len(known) > len(shown):
        title += f": the {len(shown)} weakest of {len(known)} classes"
    axes.plot([], [], "o", color=_SOFT, label=f"at the threshold {curves.threshold:.2f}")
    _frame(axes, title, "recall: share of the things that are found", "precision: share of the answers that are right")
    legend = axes.legend(
        frameon=False, fontsize=9, title="class and AP50", loc="center left", bbox_to_anchor=(1.01, 0.5)
    )
    legend.set_alignment("left")
    for text in legend.get_texts():
        text.set_fontproperties(_font(text.get_text()))
    return figure


def threshold_figure(curves: Curves) -> "Figure":
    """Precision, recall and F1 of all classes together against the threshold."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 3.6), dpi=150, layout="constrained")
    axes = figure.subplots()
    x = np.linspace(0, 1, POINTS)
    lines = (("precision", curves.at[:, 0], "#2066b0", 1.4), ("recall", curves.at[:, 1], "#e66101", 1.4))
    for name, values, colour, width in (*lines, ("F1", curves.f1, _INK, 2.4)):
        axes.plot(x, values, color=colour, linewidth=width, label=name)
    best = curves.best
    axes.axvline(
        float(curves.threshold), color=_SOFT, linewidth=1, linestyle="--", label=f"used: {curves.threshold:.2f}"
    )
    if best is not None and abs(best - curves.threshold) > 0.005:
        axes.axvline(float(best), color=_SOFT, linewidth=1, linestyle=":", label=f"best here: {best:.2f}")
    _frame(axes, "What the threshold does", "an answer counts from this score on", "")
    axes.legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(1.01, 0.5))
    return figure


def _frame(axes: "Axes", title: str, across: str, up: str) -> None:
    axes.set_title(title, loc="left", color=_INK, fontsize=11)
    axes.set_xlabel(across, color=_INK)
    axes.set_ylabel(up, color=_INK)
    axes.set_xlim(0, 1.005)
    axes.set_ylim(0, 1.02)
    axes.grid(color=_GRID, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=_SOFT)


def _name(label: str) -> str:
    """A label that Matplotlib draws as it is: no character without a glyph, no $ that would begin a formula."""
    text = draw.drawable(label)
    return (text if len(text) <= _LABEL else text[: _LABEL - 1] + "…").replace("$", r"\$")


def _font(text: str) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(draw.font_file(text)), size=9)


def _nulls(values: np.ndarray) -> list[Any]:
    return [[None if np.isnan(value) else float(value) for value in row] for row in values]
