"""Bars of classes, with a colour for each part of a data set."""

import io
from collections.abc import Mapping, Sequence

import numpy as np

from lenslet.image.names import spoken
from lenslet.report.curves import BLUE, INK, ORANGE, SOFT

BARS = 40
"""Classes in a plot; a table beside it has all."""
_COLOURS = {"train": BLUE, "val": ORANGE, "test": SOFT}
_LETTERS = 28  # of a name


def largest(classes: Mapping[str, Mapping[str, int]]) -> list[tuple[str, Mapping[str, int]]]:
    """The classes, the largest first."""
    return sorted(classes.items(), key=lambda item: -sum(item[1].values()))


def bars(classes: Mapping[str, Mapping[str, int]], parts: Sequence[str], of: str) -> bytes:
    """A bar for each class, the largest on top, as PNG.

    Args:
        classes: counts of each class, by part.
        parts: train, val, test: those that are there.
        of: what is counted.
    """
    from matplotlib.figure import Figure

    drawn = largest(classes)[:BARS]
    plot = Figure(figsize=(8, 0.9 + 0.26 * len(drawn)), dpi=150, layout="constrained")
    axes = plot.subplots()
    left = np.zeros(len(drawn))
    for part in parts:
        width = np.array([counts.get(part, 0) for _, counts in drawn])
        axes.barh(range(len(drawn)), width, left=left, color=_COLOURS.get(part, INK), label=part, height=0.72)
        left += width
    axes.set_yticks(range(len(drawn)), [_clipped(name) for name, _ in drawn], fontsize=9, parse_math=False)
    axes.set_ylim(len(drawn) - 0.4, -0.6)
    axes.set_xlabel(of, color=INK)
    axes.grid(axis="x", color="#e8ebee", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(colors="#5c6675", left=False)
    if len(parts) > 1:
        axes.legend(frameon=False, fontsize=9)
    buffer = io.BytesIO()
    plot.savefig(buffer, format="png")
    return buffer.getvalue()


def _clipped(name: str) -> str:
    name = spoken(name)
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
