"""Learning curves as PNG."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, SOFT, BLUE, ORANGE = "#1c2430", "#9aa5b4", "#1f6f8b", "#d9772b"


def curves(rows: Sequence[dict[str, float]]) -> bytes:
    """Loss and accuracy against the epoch.

    Args:
        rows: as in results.csv: `epoch`, `train_loss`, and where measured `valid_loss` and `valid_accuracy` (0 to 1).
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    figure = Figure(figsize=(9, 3.6), dpi=150, layout="constrained")
    left, right = figure.subplots(1, 2)
    _line(left, rows, "train_loss", "training (smoothed, augmented)", ORANGE)
    _line(left, rows, "valid_loss", "held out", BLUE)
    left.set_title("Loss", loc="left", color=INK, fontsize=11)
    left.set_ylim(bottom=0)
    _line(right, rows, "valid_accuracy", "held out", BLUE)
    right.set_title("Accuracy on held-out pictures", loc="left", color=INK, fontsize=11)
    right.yaxis.set_major_formatter(PercentFormatter(1.0))
    right.set_ylim(top=1.005)
    for axes in (left, right):
        axes.set_xlabel("epoch", color=INK)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(color="#e8ebee", linewidth=0.8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors="#5c6675")
    if left.get_legend_handles_labels()[0]:
        left.legend(frameon=False, fontsize=9)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _line(axes: "Axes", rows: Sequence[dict[str, float]], name: str, label: str, colour: str) -> None:
    """One curve, over the epochs that have this number; a single point is drawn as a dot."""
    points = [(row["epoch"], row[name]) for row in rows if name in row]
    if points:
        x, y = zip(*points, strict=True)
        axes.plot(
            x, y, color=colour, linewidth=1.8, label=label, marker="o" if len(points) < 30 else None, markersize=3
        )
