"""The parts of the page Results."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from nicegui import ui

from lenslet.errors import CallError
from lenslet.results import Answer, Evaluation
from lenslet.studio.measured.measured import MISSED, NOTHING, PLACED, Erring, compared, confusion, erring, read
from lenslet.studio.parts import empty, link, panel, picture_url
from lenslet.studio.training.chart import chart, loss_lines, measured_lines
from lenslet.studio.training.runs import Run
from lenslet.studio.words import tag

if TYPE_CHECKING:
    from lenslet.studio.project import Project

__all__ = ["show_both", "show_confusion", "show_curves", "show_erring", "show_numbers"]

_MOST = 60  # pictures in a list
_SAME = frozenset({"data", "seed", "progress"})
_PLAIN = frozenset({"loss", "one_shot_error"})
"""Metrics that are no share of something."""


def show_numbers(run: Run, evaluation: Evaluation) -> None:
    """Metrics with their intervals, and what a reader must know."""
    card = run.card
    tag("p", f"{card.get('task', '')}, {card.get('net', '')}, {evaluation.n:,} picture{'s' * (evaluation.n != 1)}: "
        f"{card.get('measured_on', '')}.", "results-said")  # fmt: skip
    with tag("div", "", "results-wide"), tag("table", "", "plain"):
        with tag("thead"), tag("tr"):
            tag("th", "Metric", scope="col")
            tag("th", "Value", "number", scope="col")
            tag("th", "95 % interval", "number", scope="col")
        with tag("tbody"):
            for name, value in evaluation.metrics.items():
                if "/" in name:
                    continue
                between = evaluation.intervals.get(name)
                with tag("tr"):
                    tag("th", name, scope="row")
                    tag("td", _told(name, value), "number")
                    tag("td", "" if between is None else _between(name, between), "number soft")
    if evaluation.per_class:
        with tag("details", "", "results-more"):
            tag("summary", f"Each of the {len(evaluation.per_class)} {_what(evaluation)}")
            _each(evaluation)
    for note in evaluation.notes:
        tag("p", note[:1].upper() + note[1:] + ".", "train-doc")
    if evaluation.skipped:
        tag("p", f"{len(evaluation.skipped)} files could not be read, the first: {evaluation.skipped[0][1]}", "warned")


def show_curves(runs: Sequence[Run]) -> None:
    """Loss and what was measured, of one run or of two in one picture."""
    loss: list[Any] = []
    better: list[Any] = []
    for number, run in enumerate(runs):
        rows, name = run.rows, f"{run.name} " if len(runs) > 1 else ""
        loss += loss_lines(rows, run=name, dashed=number > 0)
        better += measured_lines(rows, run=name, dashed=number > 0)
    shares = all(0 <= y <= 1 for line in better for _, y in line.points)
    with tag("div", "", "train-curves"):
        ui.html(chart("Loss", loss), sanitize=False)
        ui.html(chart("Held-out pictures", better, share=shares), sanitize=False)


def show_confusion(run: Run, evaluation: Evaluation, answers: Sequence[Answer], query: Mapping[str, str]) -> None:
    """The matrix; each cell leads to its pictures."""
    matrix = confusion(evaluation, answers)
    if matrix is None:
        return
    with panel("What is taken for what"):
        tag("p", "Rows are what is there, columns what was said. A number opens its pictures.", "train-doc")
        if len(matrix.rows) < matrix.of:
            tag("p", f"Of {matrix.of} classes, those that are confused most.", "train-doc")
        total = matrix.counts.sum(1)
        head = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in matrix.columns)
        body = []
        for i, truth in enumerate(matrix.rows):
            cells = []
            for j, said in enumerate(matrix.columns):
                count = int(matrix.counts[i, j])
                if not count:
                    cells.append("<td></td>")
                    continue
                right = truth == said
                deep = round(100 * (count / max(int(total[i]), 1)) ** 0.5)
                address = urlencode({"run": run.name, "truth": truth, "said": said})
                now = query.get("truth") == truth and query.get("said") == said
                words = f"{count} that are {truth}, said to be {said}"
                cells.append(
                    f'<td class="{"good" if right else "bad"}" style="--deep: {deep}%">'
                    f'<a href="/results?{escape(address)}#pictures" aria-label="{escape(words)}"'
                    f"{' aria-current=true' if now else ''}>{count}</a></td>"
                )
            body.append(f'<tr><th scope="row">{escape(truth)}</th>{"".join(cells)}</tr>')
        short = max(map(len, matrix.columns)) <= 3
        few = " few" if len(matrix.columns) <= 6 else " short" if short else ""
        ui.html(
            f'<table class="confusion{few}"><thead><tr><td></td>{head}</tr></thead>'
            f"<tbody>{''.join(body)}</tbody></table>",
            sanitize=False,
        ).classes("results-wide").props('tabindex=0 role=region aria-label="Confusion matrix"')


def show_erring(
    project: "Project", run: Run, evaluation: Evaluation, answers: Sequence[Answer], query: Mapping[str, str]
) -> None:
    """Pictures with mistakes, the costliest first; or those of a cell."""
    truth, said, kind = (query.get(name, "") for name in ("truth", "said", "kind"))
    found = erring(evaluation, answers, truth=truth, said=said, kind=kind)
    title = f"{_there(truth)}, {_answer(said)}" if truth and said else "Mistakes, the costliest first"
    with panel(title) as place:
        place.props("id=pictures tabindex=-1")
        kinds = Counter(one.kind for one in answers if one.kind)
        with tag("div", "", "row-of"):
            if truth or said or kind:
                link("All mistakes", f"/results?{urlencode({'run': run.name})}#pictures")
            if len(kinds) > 1 and evaluation.task != "landmark":
                for name, count in kinds.most_common():
                    address = urlencode({"run": run.name, "kind": name})
                    link(f"{count} {name}", f"/results?{address}#pictures").props(
                        "aria-current=true" if name == kind else ""
                    )
        if not found:
            empty("None: every answer on these pictures is right.")
        with tag("ul", "", "results-pictures"):
            for one in found[:_MOST]:
                _picture(project, run, one, boxed=evaluation.task in ("detect", "localize"))
        if len(found) > _MOST:
            tag("p", f"{len(found) - _MOST} more are in {run.name}/answers.csv.", "train-doc")


def show_both(first: Run, second: Run) -> None:
    """Two runs side by side: numbers, options, curves."""
    (one, _), (two, _) = read(first), read(second)
    with tag("div", "", "results-page"):
        with tag("div", "", "results-main"):
            with panel("How good they are"):
                if one is None or two is None:
                    missing = first.name if one is None else second.name
                    tag(
                        "p",
                        f"{missing} is not measured yet, or was by an older version: there is nothing to compare.",
                        "warned",
                    )
                else:
                    _differences(first, second, one, two)
            with panel("How they learned"):
                show_curves([first, second])
        with tag("div", "", "results-side"), panel("Options that differ"):
            _options(first, second)


def _differences(first: Run, second: Run, one: Evaluation, two: Evaluation) -> None:
    if one.task != two.task:
        tag("p", f"They are of two tasks, {one.task} and {two.task}.", "warned")
    elif first.card.get("measured_on") != second.card.get("measured_on") or one.n != two.n:
        tag("p", "They were not measured on the same pictures, so small differences say little.", "warned")
    with tag("div", "", "results-wide"), tag("table", "", "plain"):
        with tag("thead"), tag("tr"):
            tag("th", "Metric", scope="col")
            for run in (first, second):
                tag("th", run.name, "number", scope="col")
                tag("th", "95 % interval", "number", scope="col")
            tag("th", "", "verdict", scope="col", aria_label="Which is better")
        with tag("tbody"):
            for row in compared(one, two):
                if "/" in row.name:
                    continue
                with tag("tr"):
                    tag("th", row.name, scope="row")
                    for number, (value, between) in enumerate(zip(row.values, row.intervals, strict=True), 1):
                        tag("td", _told(row.name, value), "number best" if row.better == number else "number")
                        tag("td", "" if between is None else _between(row.name, between), "number soft")
                    name = (first, second)[row.better - 1].name
                    tag("td", f"{name} is better" if row.better else "", "verdict")
    tag("p", "One is called better where the intervals do not overlap; else the difference may be chance.", "train-doc")


def _options(first: Run, second: Run) -> None:
    one, two = first.call, second.call
    one["net"], two["net"] = first.card.get("net"), second.card.get("net")
    names = [name for name in {**one, **two} if name not in _SAME and one.get(name) != two.get(name)]
    if not names:
        tag("p", "None: they were called alike, and differ by their pictures or by chance.", "train-doc")
        return
    with tag("table", "", "plain"):
        with tag("thead"), tag("tr"):
            for title in ("Option", first.name, second.name):
                tag("th", title, scope="col")
        with tag("tbody"):
            for name in names:
                with tag("tr"):
                    tag("th", name, scope="row")
                    for call in (one, two):
                        tag("td", "as usual" if call.get(name) is None else str(call[name]))


def _each(evaluation: Evaluation) -> None:
    """A row a class, the weakest first."""
    names = list(dict.fromkeys(name for values in evaluation.per_class.values() for name in values))
    order = "f1" if "f1" in names else None
    rows = sorted(evaluation.per_class.items(), key=lambda item: item[1].get(order or "", 0.0) if order else 0.0)
    with tag("div", "", "results-wide"), tag("table", "", "plain"):
        with tag("thead"), tag("tr"):
            for name in ("", *names):
                tag("th", name, "number" if name else "", scope="col") if name else tag("td", "")
        with tag("tbody"):
            for label, values in rows[:200]:
                with tag("tr"):
                    tag("th", label, scope="row")
                    for name in names:
                        value = values.get(name)
                        tag("td", f"{value:g}" if name == "n" else _told(name, value), "number")


def _picture(project: "Project", run: Run, one: Erring, *, boxed: bool) -> None:
    name = _name(project, one.picture)
    words = "; ".join(one.said)
    with tag("li"):
        if name is None:
            tag("span", one.picture.name if one.picture is not None else "a picture", "results-gone")
        else:
            with tag("a", href=f"/label?picture={quote(name, safe='')}", title="Open in Label"):
                address = (
                    f"/api/answers/{quote(run.name, safe='')}/{quote(name)}" if boxed else picture_url(name, thumb=True)
                )
                tag("img", src=address, alt=f"{name}: {words}", loading="lazy")
            beside = _name(project, one.beside)
            if beside is not None:
                with tag("a", href=f"/label?picture={quote(beside, safe='')}", title="Open in Label"):
                    tag("img", src=picture_url(beside, thumb=True), alt=f"Beside it: {beside}", loading="lazy")
        tag("span", words, "words")
        tag("span", name or "", "train-doc")


def _name(project: "Project", path: Path | None) -> str | None:
    """A file as a picture of the project; None where it is none, or gone."""
    if path is None:
        return None
    try:
        name = path.resolve().relative_to(project.root).as_posix()
        project.path(name)
    except (ValueError, OSError, CallError):  # not of this project, or gone: it is shown by its name
        return None
    return name


def _there(truth: str) -> str:
    return "Where nothing is" if truth == NOTHING else f"Is {truth}"


def _answer(said: str) -> str:
    return {MISSED: "missed", PLACED: "badly placed"}.get(said, f"said to be {said}")


def _what(evaluation: Evaluation) -> str:
    return {"landmark": "points", "face": "identities"}.get(evaluation.task, "classes")


def _told(name: str, value: int | float | None) -> str:
    if value is None or value != value:
        return "not told"
    return f"{value:.3g}" if name in _PLAIN else f"{100 * value:.1f} %"


def _between(name: str, between: tuple[float, float]) -> str:
    low, high = between
    return f"{low:.3g} to {high:.3g}" if name in _PLAIN else f"{100 * low:.1f} to {100 * high:.1f} %"
