"""Curves as SVG in the colours of the page, in either theme; drawn here so that no page waits for a library."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, isfinite, log10

from lenslet.report.curves import MEASURED

__all__ = ["Line", "chart", "loss_lines", "measured_lines"]

_WIDE, _HIGH = 420, 208
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 10, 26
_MOST = 400  # points of a line; of more, the mean of neighbours

Rows = Sequence[dict[str, float]]


@dataclass(frozen=True)
class Line:
    """One curve.

    Args:
        name: in the legend.
        points: (epoch, value), from the left.
        look: number of its colour, from 1.
        dashed: whether it is that of the second of two runs.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    look: int = 1
    dashed: bool = False


def loss_lines(rows: Rows, *, run: str = "", dashed: bool = False) -> list[Line]:
    """The whole loss on training pictures, and that on held-out ones where it is measured."""
    whole = [
        (row["epoch"], sum(value for name, value in row.items() if name.startswith("train_")))
        for row in rows
        if any(name.startswith("train_") for name in row)
    ]
    lines = [Line(f"{run}training", tuple(whole), 2, dashed)]
    return [*lines, *_lines(rows, (("valid_loss", f"{run}held out", 1),), dashed)]


def measured_lines(rows: Rows, *, run: str = "", dashed: bool = False) -> list[Line]:
    """What is measured on held-out pictures as the run goes on."""
    wanted = (("valid_accuracy", "accuracy"), *((name, label) for name, label, _ in MEASURED))
    there = [(name, label) for name, label in wanted if any(name in row for row in rows)]
    return _lines(rows, tuple((name, f"{run}{label}", 1 + n) for n, (name, label) in enumerate(there)), dashed)


def chart(title: str, lines: Sequence[Line], *, share: bool = False) -> str:
    """An SVG with a title, axes, a legend, and in words what its curves end with.

    Args:
        title: of the chart.
        lines: the curves; those without a point are left out.
        share: the values are 0 to 1, told in percent.
    """
    lines = [line for line in lines if line.points]
    every = [point for line in lines for point in line.points if isfinite(point[1])]
    said = "; ".join(f"{line.name} {_told(line.points[-1][1], share)}" for line in lines)
    head = (
        f'<figure class="chart"><figcaption><b>{escape(title)}</b>{_legend(lines, share)}</figcaption>'
        f'<svg class="chart" viewBox="0 0 {_WIDE} {_HIGH}" role="img" '
        f'aria-label="{escape(title)}: {escape(said or "nothing yet")}">'
    )
    if not every:
        middle = f'x="{_WIDE / 2}" y="{_HIGH / 2}" text-anchor="middle"'
        return f'{head}<text class="soft" {middle}>nothing yet</text></svg></figure>'
    left, right = min(x for x, _ in every), max(x for x, _ in every)
    left, right = (left, right) if right > left else (left - 0.5, right + 0.5)
    top = max(1.0 if share else 1e-9, *(y for _, y in every))
    ticks = _ticks(top)
    top = max(top, ticks[-1])

    def place(x: int | float, y: int | float) -> tuple[float, float]:
        wide, high = _WIDE - _LEFT - _RIGHT, _HIGH - _TOP - _BOTTOM
        return _LEFT + wide * (x - left) / (right - left), _TOP + high * (1 - max(y, 0.0) / top)

    parts = [head]
    for value in ticks:
        _, y = place(left, value)
        parts.append(f'<line class="rule" x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(
            f'<text class="soft" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_told(value, share)}</text>'
        )
    for value in _epochs(every[0][0] if left % 1 else left, right):
        x, _ = place(value, 0)
        anchor = "end" if value >= 100 and value == right else "middle"  # there is room for half of two digits
        x = x + _RIGHT if anchor == "end" else x
        parts.append(f'<text class="soft" x="{x:.1f}" y="{_HIGH - 8}" text-anchor="{anchor}">{value:g}</text>')
    parts.append(f'<text class="soft" x="{_LEFT - 6}" y="{_HIGH - 8}" text-anchor="end">epoch</text>')
    for line in lines:
        dash = " dashed" if line.dashed else ""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in _thinned(line.points)))
        parts.append(f'<polyline class="curve look{line.look}{dash}" points="{path}"/>')
        x, y = place(*line.points[-1])
        parts.append(f'<circle class="end look{line.look}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>')
    return "".join(parts) + "</svg></figure>"


def _legend(lines: Sequence[Line], share: bool) -> str:
    """Names and last values, each behind a piece of its curve; they wrap where there is no room."""
    return "".join(
        f'<span><svg class="key" viewBox="0 0 22 8" aria-hidden="true"><line class="curve look{line.look}'
        f'{" dashed" if line.dashed else ""}" x1="1" x2="21" y1="4" y2="4"/></svg>'
        f"{escape(line.name)} {_told(line.points[-1][1], share)}</span>"
        for line in lines
    )


def _lines(rows: Rows, wanted: Sequence[tuple[str, str, int]], dashed: bool) -> list[Line]:
    made = []
    for name, label, look in wanted:
        points = tuple((row["epoch"], row[name]) for row in rows if name in row and isfinite(row[name]))
        if points:
            made.append(Line(label, points, look, dashed))
    return made


def _thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    step = ceil(len(points) / _MOST)
    if step == 1:
        return points
    groups = [points[start : start + step] for start in range(0, len(points), step)]
    return [(group[-1][0], sum(y for _, y in group) / len(group)) for group in groups]


def _ticks(top: int | float) -> list[float]:
    """From 0 up, in steps of 1, 2 or 5."""
    step = 10.0 ** floor(log10(top / 4)) if top > 0 else 1.0
    step *= next(factor for factor in (1, 2, 5, 10) if top / (step * factor) <= 5)
    return [step * n for n in range(int(top / step + 1e-9) + 1)]


def _epochs(left: int | float, right: int | float) -> list[float]:
    """Whole epochs for the axis: the first, the last, and some between that leave room for them."""
    room = (right - left) / 10
    between = (value for value in _ticks(right) if value % 1 == 0 and left + room < value < right - room)
    return sorted({float(left), *between, float(right // 1)})


def _told(value: int | float, share: bool) -> str:
    return f"{100 * value:.3g} %" if share else f"{value:.3g}"
