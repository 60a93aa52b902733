"""The page of the statistics of data: classes, sizes, colours, formats."""

import io
from pathlib import Path

import numpy as np

from lenslet.image.names import spoken
from lenslet.report.bars import BARS, bars, largest
from lenslet.report.box_stats import classes_of_boxes, sizes_of_boxes
from lenslet.report.curves import BLUE, INK
from lenslet.report.page import Block, Figure, Page, Section, Table
from lenslet.results.data_stats import DataStats


def stats_page(stats: DataStats, *, foot: str = "") -> Page:
    """A page that says what is in a data set."""
    unread = stats.pictures - stats.readable
    parts = ", ".join(f"{count:,} {name}" for name, count in stats.parts.items())
    lead = f"in {len(stats.classes)} classes{f' ({parts})' if len(stats.parts) > 1 else ''}, {_bytes(stats.bytes)}"
    sizes = Section("Sizes" if stats.boxes is None else "Sizes of pictures", tuple(_sizes(stats)))
    if (boxes := stats.boxes) is not None:
        about = [Section("Classes", classes_of_boxes(boxes)), Section("Boxes", sizes_of_boxes(boxes)), sizes]
        empty = f", {boxes.empty:,} without a box" if boxes.empty else ""
        lead = f"with {boxes.boxes:,} boxes in {len(boxes.classes)} classes{empty} ({parts}), {_bytes(stats.bytes)}"
    else:
        drawn = Figure(bars(stats.classes, tuple(stats.parts), "pictures"), _classes_said(stats))
        about = [Section("Classes", (drawn, _table(stats))), sizes]
    sections = [
        *about,
        Section("Colours and formats", tuple(_colours(stats))),
    ]
    if stats.notes:
        sections.append(Section("Said while reading", tuple(f"{spoken(note)}." for note in stats.notes)))
    return Page(
        title=f"What is in {spoken(Path(stats.data).name or stats.data)}",
        headline=f"{stats.pictures:,} pictures",
        lead=f"{lead}; {unread:,} of them cannot be read." if unread else f"{lead}.",
        sections=tuple(sections),
        foot=foot,
    )


def _classes_said(stats: DataStats) -> str:
    counts = sorted(sum(parts.values()) for parts in stats.classes.values())
    said = f"Between {counts[0]:,} and {counts[-1]:,} pictures a class."
    return said + (f" The {BARS} largest classes are drawn." if len(counts) > BARS else "")


def _table(stats: DataStats) -> Table:
    names = tuple(stats.parts)
    rows = [(spoken(name), *(f"{parts.get(n, 0):,}" for n in names)) for name, parts in largest(stats.classes)]
    return Table(("class", *(names if len(names) > 1 else ("pictures",))), tuple(rows))


def _sizes(stats: DataStats) -> list[Block]:
    rows = [
        (name, _number(spread.least), _number(spread.middle), _number(spread.greatest))
        for name, spread in (("width, pixels", stats.width), ("height, pixels", stats.height))
    ]
    aspect = stats.aspect
    rows.append(("width : height", f"{aspect.least:.2f}", f"{aspect.middle:.2f}", f"{aspect.greatest:.2f}"))
    blocks: list[Block] = [Table(("", "least", "middle", "greatest"), tuple(rows))]
    if stats.sizes is not None and stats.width.least < stats.width.greatest:
        blocks.insert(0, Figure(_scatter(stats), "A dot for each size; the larger, the more pictures have it.", 520))
    return blocks


def _colours(stats: DataStats) -> list[Block]:
    rows = tuple(
        (name, f"{mean:.3f}", f"{std:.3f}")
        for name, mean, std in zip(("red", "green", "blue"), stats.mean, stats.std, strict=True)
    )
    grey = f"{100 * stats.grey:.0f} % of them are grey. " if 0 < stats.grey < 1 else ""
    grey = {0.0: "All are in colour. ", 1.0: "All are grey. "}.get(stats.grey, grey)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in stats.kinds.items())
    return [
        f"{stats.opened:,} pictures were opened for this. {grey}Formats: {kinds}.",
        Table(("channel", "mean", "standard deviation"), rows, "Of pixels from 0 to 1."),
    ]


def _scatter(stats: DataStats) -> bytes:
    from matplotlib.figure import Figure as Plot
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

    assert stats.sizes is not None
    sizes, counts = np.unique(stats.sizes, axis=0, return_counts=True)
    plot = Plot(figsize=(5.2, 4.6), dpi=150, layout="constrained")
    axes = plot.subplots()
    axes.scatter(sizes[:, 0], sizes[:, 1], s=12 + 120 * np.sqrt(counts / counts.max()), color=BLUE, alpha=0.35, lw=0)
    if stats.sizes.max() > 8 * stats.sizes.min():
        for axis in (axes.xaxis, axes.yaxis):
            (axes.set_xscale if axis is axes.xaxis else axes.set_yscale)("log")
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter(ScalarFormatter())
            axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("width, pixels", color=INK)
    axes.set_ylabel("height, pixels", color=INK)
    axes.grid(color="#e8ebee", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors="#5c6675")
    return _png(plot)


def _png(plot: object) -> bytes:
    buffer = io.BytesIO()
    plot.savefig(buffer, format="png")  # type: ignore[attr-defined]
    return buffer.getvalue()


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _bytes(size: int) -> str:
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
