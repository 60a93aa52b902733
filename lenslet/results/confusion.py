"""A confusion matrix as a figure that can be read, from two classes to a thousand."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from lenslet import draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WRITTEN = 20  # up to so many classes, every count is written into its cell
SHOWN = 40  # of more classes, only those are shown that take part in the most errors
_LABEL = 24  # characters of a class name


def confusion_figure(counts: Int[np.ndarray, "k k"], labels: tuple[str, ...]) -> "Figure":
    """Rows are the truth, columns the answer; colour is the share of the row, numbers are counts.

    Made by Matplotlib's objects alone: pyplot's global state, and with it a user's own figures, stay untouched.

    Args:
        counts: pictures of class i (row) that were taken for class j (column).
        labels: class names.
    """
    from matplotlib.figure import Figure

    total = int(counts.sum())
    right = int(np.trace(counts))
    chosen = most_confused(counts, SHOWN) if len(labels) > SHOWN else np.arange(len(labels))
    part = counts[np.ix_(chosen, chosen)]
    names = [_name(labels[i]) for i in chosen]
    # Of the whole row, not of the part that is shown
    shares = part / np.maximum(counts.sum(1)[chosen], 1)[:, None]
    written = len(names) <= WRITTEN
    cell = 0.52 if written else 0.24
    side = max(cell * len(names), 2.6)
    figure = Figure(figsize=(side + 2.6, side + 1.9), layout="constrained")
    axes = figure.subplots()
    shown = axes.imshow(_coloured(shares), interpolation="nearest")
    shown.set_rasterized(True)
    _name_axes(axes, names, size=9 if written else 7)
    if written:
        _write_counts(axes, part, shares)
    _grid_lines(axes, len(names))
    axes.set_title(_title(right, total, len(names), len(labels)), fontsize=10, loc="left", pad=12)
    return figure


def most_confused(counts: Int[np.ndarray, "k k"], most: int) -> Int[np.ndarray, " m"]:
    """The classes that take part in the most errors, in their own order.

    Both ends of an error count, so that a pair which is confused is shown as a pair.
    """
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    worst = np.argsort(-(wrong.sum(0) + wrong.sum(1)), kind="stable")[:most]
    return np.sort(worst)


def _coloured(shares: Float[np.ndarray, "k k"]) -> Float[np.ndarray, "k k 3"]:
    """White to blue on the diagonal, white to orange beside it; the root makes a few errors among many visible."""
    depth = np.sqrt(np.clip(shares, 0, 1))[:, :, None]
    good, bad = np.array((32, 102, 176)) / 255, np.array((217, 84, 10)) / 255
    colour = np.where(np.eye(len(shares), dtype=bool)[:, :, None], good, bad)
    mixed: np.ndarray = 1 - depth * (1 - colour)
    return mixed


def _name_axes(axes: "Axes", names: list[str], *, size: int) -> None:
    from matplotlib.font_manager import FontProperties

    places = np.arange(len(names))
    upright = len(names) <= 12 and max(map(len, names)) <= 4
    axes.set_xticks(places, names, rotation=0 if upright else 90)
    axes.set_yticks(places, names)
    for axis in (axes.xaxis, axes.yaxis):
        for tick, name in zip(axis.get_ticklabels(), names, strict=True):
            # By file, so that no font is guessed and no missing glyph warned of
            tick.set_fontproperties(FontProperties(fname=str(draw.font_file(name)), size=size))
    axes.tick_params(length=0)
    axes.set_xlabel("the model said", fontsize=10, labelpad=8)
    axes.set_ylabel("the truth", fontsize=10, labelpad=8)


def _write_counts(axes: "Axes", part: Int[np.ndarray, "k k"], shares: Float[np.ndarray, "k k"]) -> None:
    """Counts in their cells; zeros are left out, so that what is there is seen."""
    digits = len(str(part.max(initial=0)))
    size = 9 if digits <= 4 else 7
    for row, column in zip(*np.nonzero(part), strict=True):
        dark = shares[row, column] > 0.3
        axes.text(
            int(column),
            int(row),
            str(part[row, column]),
            ha="center",
            va="center",
            fontsize=size,
            color="white" if dark else "#202124",
        )


def _grid_lines(axes: "Axes", count: int) -> None:
    for spine in axes.spines.values():
        spine.set_color("#c8cacd")
    axes.set_xticks(np.arange(count + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(count + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="#e6e7e9", linewidth=0.6)
    axes.tick_params(which="minor", length=0)


def _title(right: int, total: int, shown: int, classes: int) -> str:
    wrong = total - right
    said = f"{total:,} pictures, {wrong:,} {'error' if wrong == 1 else 'errors'}"
    return said if shown == classes else f"{said}\nthe {shown} of {classes} classes with the most of them"


def _name(label: str) -> str:
    """A label that Matplotlib draws as it is: no character without a glyph, no $ that would begin a formula."""
    text = draw.drawable(label)
    text = text if len(text) <= _LABEL else text[: _LABEL - 1] + "…"
    return text.replace("$", r"\$")
