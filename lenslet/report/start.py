"""What a run started from, and what that was worth."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from lenslet.report.curves import BLUE, INK, ORANGE
from lenslet.report.page import Block, Figure, Section, Table
from lenslet.report.training import share
from lenslet.results import Evaluation

Curve = Sequence[tuple[float, float]]  # (seconds, accuracy 0 to 1)


def start_section(
    started_from: Mapping[str, Any],
    *,
    ours: Evaluation,
    curve: Curve = (),
    seconds: float = 0.0,
    scratch: Evaluation | None = None,
    scratch_curve: Curve = (),
    scratch_seconds: float = 0.0,
) -> Section:
    """A section that names the weights and their licence, and compares with a run from scratch where there was one.

    Args:
        started_from: as on the card.
        ours: of the model.
        curve: accuracy over time of its training.
        seconds: that it took.
        scratch: of the model that was trained from noise, on the same pictures.
        scratch_curve, scratch_seconds: as above, of that one.
    """
    source = started_from["weights"]
    frozen = started_from.get("frozen") or []
    kept = f" Frozen, so that only what is behind them learned: {', '.join(frozen)}." if frozen else ""
    blocks: list[Block] = [f"The weights of {source}, not noise.{kept} Their licence: {started_from['licence']}"]
    if scratch is None:
        blocks.append(
            "What that was worth was not measured here: --against-scratch trains from noise as well, and compares."
        )
        return Section("What it started from", tuple(blocks))
    blocks.append(verdict(source, ours, scratch))
    blocks.append(
        Table(
            ("start", "right", "95 % interval", "pictures", "seconds"),
            (_row(source, ours, seconds), _row("from scratch", scratch, scratch_seconds)),
        )
    )
    if curve or scratch_curve:
        blocks.append(
            Figure(
                _png(source, curve, scratch_curve),
                "The same net, pictures and budget. Measured on the held-out part after each pass, or where a run by "
                "minutes found time to.",
                640,
            )
        )
    return Section("What the start brought", tuple(blocks))


def verdict(source: str, ours: Evaluation, scratch: Evaluation) -> str:
    """One sentence: how many points more or fewer, and whether that may be chance."""
    with_start, without = ours["accuracy"], scratch["accuracy"]
    points = 100 * (with_start - without)
    (low, high), (other_low, other_high) = ours.intervals["accuracy"], scratch.intervals["accuracy"]
    sure = (
        "The intervals do not overlap."
        if low > other_high or high < other_low
        else ("The intervals overlap: with so few pictures to measure on, this may be chance.")
    )
    way = "more" if points >= 0 else "fewer"
    return (
        f"Started from {source}: {share(with_start)} right. From scratch: {share(without)}. "
        f"That is {abs(points):.1f} points {way}. {sure}"
    )


def _row(name: str, evaluation: Evaluation, seconds: float) -> tuple[str, ...]:
    low, high = evaluation.intervals["accuracy"]
    return (
        name,
        share(evaluation["accuracy"]),
        f"{share(low)} to {share(high)}",
        str(evaluation.n),
        f"{seconds:.0f}",
    )


def _png(source: str, curve: Curve, scratch_curve: Curve) -> bytes:
    from matplotlib.figure import Figure as Plot
    from matplotlib.ticker import PercentFormatter

    plot = Plot(figsize=(6.4, 3.6), dpi=150, layout="constrained")
    axes = plot.subplots()
    for points, name, colour in ((curve, f"from {source}", BLUE), (scratch_curve, "from scratch", ORANGE)):
        if points:
            x, y = zip(*points, strict=True)
            axes.plot(x, y, color=colour, linewidth=1.8, label=name, marker="o" if len(x) < 30 else None, markersize=3)
    axes.set_title("Accuracy on held-out pictures", loc="left", color=INK, fontsize=11)
    axes.set_xlabel("seconds of training", color=INK)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlim(left=0)
    axes.set_ylim(0, 1.005)
    axes.grid(color="#e8ebee", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors="#5c6675")
    axes.legend(frameon=False, fontsize=9)
    buffer = io.BytesIO()
    plot.savefig(buffer, format="png")
    return buffer.getvalue()
