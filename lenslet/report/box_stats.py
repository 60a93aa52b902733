"""What the page of the statistics of data says of boxes: how many of each class, how many a picture, how large."""

import io

import numpy as np

from lenslet.image.names import spoken
from lenslet.report.bars import bars, largest
from lenslet.report.curves import BLUE, INK, SOFT
from lenslet.report.page import Block, Figure, Table
from lenslet.results.box_stats import BoxStats

_SMALL, _MEDIUM = 32.0, 96.0  # pixels: sides of squares that COCO calls small, and medium, at most
_SHOWN = 20_000  # dots of the plot


def classes_of_boxes(found: BoxStats) -> tuple[Block, ...]:
    """A bar and a row for each class."""
    counts = sorted(sum(parts.values()) for parts in found.classes.values())
    said = f"Between {counts[0]:,} and {counts[-1]:,} boxes a class." if counts else ""
    names = tuple(found.pictures)
    rows = tuple((spoken(name), *(f"{parts.get(n, 0):,}" for n in names)) for name, parts in largest(found.classes))
    return (
        Figure(bars(found.classes, names, "boxes"), said),
        Table(("class", *(names if len(names) > 1 else ("boxes",))), rows),
    )


def sizes_of_boxes(found: BoxStats) -> tuple[Block, ...]:
    """Two plots, and what they show in numbers."""
    pictures = sum(found.pictures.values())
    empty = f"{found.empty:,} of {pictures:,} pictures have no box; from them a detector learns what is nothing."
    rows = [("boxes a picture", *_three(found.per_picture.to_dict().values(), "{:,.0f}"))]
    for name, spread, form in (
        ("width, pixels", found.width, "{:,.0f}"),
        ("height, pixels", found.height, "{:,.0f}"),
        ("width : height", found.aspect, "{:.2f}"),
        ("side, of its picture's", found.share, "{:.1%}"),
    ):
        if spread is not None:
            rows.append((name, *_three(spread.to_dict().values(), form)))
    blocks: list[Block] = [empty if found.empty else "Every picture has a box."]
    if found.sides is not None and len(found.sides) and found.counts is not None:
        said = ", ".join(f"{count:,} {name}" for name, count in found.sizes.items())
        how = "as COCO has it: small is below 32 × 32 pixels, large above 96 × 96, as the dashed lines show"
        blocks.append(Figure(_plot(found.sides, found.counts), f"{said}; {how}."))
    blocks.append(Table(("", "least", "middle", "greatest"), tuple(rows)))
    if found.points:
        blocks.append(f"Each thing has {found.points:,} points.")
    return tuple(blocks)


def _three(values: object, form: str) -> tuple[str, str, str]:
    least, middle, greatest = (form.format(value) for value in values)  # type: ignore[attr-defined]
    return least, middle, greatest


def _plot(sides: np.ndarray, counts: np.ndarray) -> bytes:
    """Boxes a picture, and width against height of each box."""
    from matplotlib.figure import Figure as Plot
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, ScalarFormatter

    plot = Plot(figsize=(9.2, 4.2), dpi=150, layout="constrained")
    left, right = plot.subplots(1, 2)
    most = int(counts.max())
    step = max(1, -(-(most + 1) // 30))
    left.hist(counts, bins=np.arange(-0.5, most + step + 0.5, step), color=BLUE, rwidth=0.86)
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    left.set_xlabel("boxes a picture", color=INK)
    left.set_ylabel("pictures", color=INK)
    shown = np.maximum(sides[:: max(1, len(sides) // _SHOWN)], 0.5)
    right.scatter(shown[:, 0], shown[:, 1], s=7, color=BLUE, alpha=max(0.05, min(0.6, 60 / len(shown) ** 0.7)), lw=0)
    low, high = float(shown.min()) / 1.3, float(shown.max()) * 1.3
    line = np.geomspace(low, high, 50)
    for side in (_SMALL, _MEDIUM):
        right.plot(line, side**2 / line, "--", color=SOFT, lw=1)
    right.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high))
    for axis in (right.xaxis, right.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(ScalarFormatter())
        axis.set_minor_formatter(NullFormatter())
    right.set_xlabel("width of a box, pixels", color=INK)
    right.set_ylabel("height of a box, pixels", color=INK)
    for axes in (left, right):
        axes.grid(color="#e8ebee", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors="#5c6675")
    buffer = io.BytesIO()
    plot.savefig(buffer, format="png")
    return buffer.getvalue()
