"""A learning curve as a figure."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from lenslet.results.learning_curve import LearningCurve

_INK, _SOFT, _BLUE, _ORANGE = "#1c2430", "#5c6675", "#1f6f8b", "#d9772b"


def learning_curve_figure(curve: "LearningCurve") -> "Figure":
    """Accuracy against pictures: a dot per run with its interval, the fit with its band, dashed where it foresees."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FixedLocator, NullLocator, PercentFormatter

    figure = Figure(figsize=(8, 4.6), dpi=150, layout="constrained")
    axes = figure.subplots()
    if curve.fit is not None:
        _draw_fit(axes, curve)
    for number, point in enumerate(curve.points):
        low, high = point.interval
        x = point.n * 1.02 ** (2 * point.repeat)  # runs of one size stand side by side
        axes.plot((x, x), (low, high), color=_BLUE, linewidth=1.2, alpha=0.55)
        axes.plot(x, point.accuracy, "o", color=_BLUE, markersize=6, label="" if number else "measured, 95 % interval")
    sizes = [*curve.sizes, *([2 * curve.now.n] if curve.fit is not None else [])]
    # of sizes that hardly differ, because copies were drawn together, one number: two would be printed over each other
    ticks = [n for k, n in enumerate(sizes) if k + 1 == len(sizes) or sizes[k + 1] > 1.2 * n]
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator([float(t) for t in ticks]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{t:,}" for t in ticks])
    axes.set_xlim(0.9 * sizes[0], 1.15 * sizes[-1])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    top = max(high for _, high in (p.interval for p in curve.points))
    axes.set_ylim(top=1.005 if top > 0.8 else None)
    axes.set_xlabel("pictures to learn from", color=_INK)
    axes.set_ylabel("right, of held-out pictures", color=_INK)
    axes.set_title("What more pictures bring", loc="left", color=_INK, fontsize=11)
    axes.grid(color="#e8ebee", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=_SOFT)
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    return figure


def _draw_fit(axes: "Axes", curve: "LearningCurve") -> None:
    assert curve.fit is not None
    first, last = curve.sizes[0], curve.now.n
    for sizes, style in ((np.geomspace(first, last, 40), "-"), (np.geomspace(last, 2 * last, 12), "--")):
        label = r"fit: error = c + a $n^{-b}$" if style == "-" else ""
        axes.plot(sizes, [1 - float(curve.fit.error(n)[0]) for n in sizes], style, color=_ORANGE, label=label)
    expected = [found for n in np.geomspace(first, 2 * last, 30) if (found := curve.predict(round(n))) is not None]
    x, low, high = ([getattr(e, name) for e in expected] for name in ("n", "low", "high"))
    axes.fill_between(x, low, high, color=_ORANGE, alpha=0.14, linewidth=0, label="where a run is expected, 95 %")
    if not curve.why_not and (twice := curve.predict(2 * last)) is not None:
        axes.plot((twice.n, twice.n), (twice.low, twice.high), color=_ORANGE, linewidth=2.5, solid_capstyle="butt")
