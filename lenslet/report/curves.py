"""Learning curves as PNG."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, SOFT, BLUE, ORANGE = "#1c2430", "#9aa5b4", "#1f6f8b", "#d9772b"


MEASURED = (
    ("valid_map50", "mAP50", BLUE),
    ("valid_map", "mAP", ORANGE),
    ("valid_found", "found", BLUE),
    ("valid_mean_iou", "mean IoU", ORANGE),
    ("valid_auc", "AUC", ORANGE),
    ("valid_content", "content cost", ORANGE),
    ("valid_style", "style cost", BLUE),
    ("valid_nme", "nme (lower is better)", BLUE),
)
"""What tasks other than classification measure while training: column of results.csv, name, colour."""


def curves(rows: Sequence[dict[str, float]]) -> bytes:
    """Loss, and what was measured on held-out pictures, against the epoch.

    Args:
        rows: as in results.csv: `epoch`, the parts of the loss as `train_...`, and where measured `valid_loss`, and
            `valid_accuracy` (0 to 1) or one of the other names in `MEASURED`.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    figure = Figure(figsize=(9, 3.6), dpi=150, layout="constrained")
    left, right = figure.subplots(1, 2)
    classes = any("valid_accuracy" in row for row in rows) or not any(
        name in row for name, *_ in MEASURED for row in rows
    )
    whole = [
        row | {"train_whole": sum(value for name, value in row.items() if name.startswith("train_"))} for row in rows
    ]
    _line(left, whole, "train_whole", "training (smoothed, augmented)" if classes else "training (augmented)", ORANGE)
    _line(left, rows, "valid_loss", "held out", BLUE)
    left.set_title("Loss", loc="left", color=INK, fontsize=11)
    left.set_ylim(bottom=0)
    if classes:
        _line(right, rows, "valid_accuracy", "held out", BLUE)
        right.yaxis.set_major_formatter(PercentFormatter(1.0))
        right.set_ylim(top=1.005)
    else:
        for name, label, colour in MEASURED:
            _line(right, rows, name, label, colour)
        right.set_ylim(bottom=0)
        right.legend(frameon=False, fontsize=9)
    title = "Accuracy on held-out pictures" if classes else "Measured on held-out pictures"
    right.set_title(title, loc="left", color=INK, fontsize=11)
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
