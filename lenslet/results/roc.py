"""How distances of the same and of different ones lie, and what every threshold would do; as numbers and a figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Bool, Float

from lenslet.errors import CallError, ShapeError
from lenslet.results.frozen import locked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Roc", "roc_figure"]

BINS = 200
_WIDEST = 4.0  # squared distance between encodings of length 1
_INK, _SOFT, _GRID, _SAME, _OTHER = "#1c2430", "#5c6675", "#e8ebee", "#2066b0", "#e66101"


@dataclass(frozen=True, eq=False)
class Roc:
    """Counts of pairs by their distance, in 200 bins from 0 to 4.

    Args:
        same: shares of the pairs of the same; together 1.
        other: shares of the pairs of different ones; together 1.
        threshold: up to which two count as the same.
    """

    same: Float[np.ndarray, " 200"]
    other: Float[np.ndarray, " 200"]
    threshold: int | float

    def __post_init__(self) -> None:
        for name in ("same", "other"):
            values = locked(getattr(self, name))
            if values.shape != (BINS,):
                raise ShapeError(f"{name} of shape {values.shape}: give {BINS} shares")
            if not abs(float(values.sum()) - 1) < 1e-6 or (values < 0).any():
                raise CallError(f"the shares of {name} are none: they are not negative, and 1 together")
            object.__setattr__(self, name, values)

    @classmethod
    def of(cls, distances: Float[np.ndarray, " p"], same: Bool[np.ndarray, " p"], threshold: int | float) -> "Roc":
        """Counted from pairs of both kinds."""
        bins = np.clip((distances / _WIDEST * BINS).astype(int), 0, BINS - 1)
        counts = [np.bincount(bins[which], minlength=BINS).astype(float) for which in (same, ~same)]
        return cls(counts[0] / counts[0].sum(), counts[1] / counts[1].sum(), float(threshold))

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"same": self.same.tolist(), "other": self.other.tolist(), "threshold": float(self.threshold)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Roc":
        """Read what `to_dict` wrote."""
        return cls(np.array(plain["same"], float), np.array(plain["other"], float), plain["threshold"])

    def __eq__(self, other: object) -> bool:
        return self.to_dict() == other.to_dict() if isinstance(other, Roc) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.same.tobytes(), self.threshold))


def roc_figure(roc: Roc) -> "Figure":
    """Left, how far apart the same and different ones are; right, what is accepted of each at every threshold."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.4, 4.2), dpi=150, layout="constrained")
    left, right = figure.subplots(1, 2)
    edges = np.linspace(0, _WIDEST, BINS + 1)
    for values, colour, name in ((roc.same, _SAME, "the same"), (roc.other, _OTHER, "different")):
        left.stairs(values, edges, fill=True, color=colour, alpha=0.55, label=name)
    left.axvline(roc.threshold, color=_INK, linewidth=1.2, linestyle="--", label=f"threshold {roc.threshold:.2f}")
    last = int(np.flatnonzero(roc.same + roc.other).max(initial=0))
    left.set_xlim(0, max(edges[min(last + 3, BINS)], 1.3 * roc.threshold))
    left.set_title("How far apart two pictures are", loc="left", color=_INK, fontsize=11)
    left.set_xlabel("squared distance between their encodings", color=_INK)
    left.set_ylabel("share of the pairs", color=_INK)
    left.legend(frameon=False, fontsize=9)
    accepted, wrongly = np.cumsum(roc.same), np.cumsum(roc.other)
    cut = min(int(roc.threshold / _WIDEST * BINS), BINS - 1)
    right.plot(np.maximum(wrongly, 1e-5), accepted, color=_SAME, linewidth=2, drawstyle="steps-post")
    right.plot(
        max(wrongly[cut], 1e-5), accepted[cut], "o", color=_INK, markersize=7, label="at the threshold", zorder=3
    )
    right.set_xscale("log")
    right.set_xlim(1e-5, 1)
    right.set_ylim(min(0.5, float(accepted[wrongly <= 1e-4].max(initial=0.0))) if accepted.size else 0, 1.01)
    right.set_title("What is accepted at every threshold (ROC)", loc="left", color=_INK, fontsize=11)
    right.set_xlabel("share of different ones that are accepted (FAR)", color=_INK)
    right.set_ylabel("share of the same that are accepted (TAR)", color=_INK)
    right.legend(frameon=False, fontsize=9, loc="lower right")
    for axes in (left, right):
        axes.grid(color=_GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=_SOFT)
    return figure
