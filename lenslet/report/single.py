"""The report of a model that says one thing of a picture: a class and a box, or the points of a thing."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8

from lenslet.image.names import spoken
from lenslet.report.page import Block, Figure, Page, Pictures, Section, Table
from lenslet.report.training import figure_png, share
from lenslet.results import Evaluation

Drawn = Sequence[tuple[UInt8[np.ndarray, "_ _ 3"], str]]

_ROWS = 70  # of a table of classes or points
_MEANING = {
    "accuracy": "share of pictures of which the right class is said, or rightly that nothing is there",
    "mean_iou": "how well boxes fit, a mean over the things: 1 is exact, 0 is missed",
    "found": "share of things of the right class whose box overlaps by half (IoU 0.5) and more",
    "nme": "how far points are off, a mean: 0.05 is 5 % of the unit told below",
    "auc@0.08": "1 where every answer is exact, 0 where every one is off by 8 % and more",
    "failure@0.08": "share of things whose points are off by more than 8 % on average",
}


def single_page(evaluation: Evaluation, *, title: str, worst: Drawn = (), foot: str = "") -> Page:
    """A page that says how good a model is on some data, and where it errs.

    Args:
        evaluation: of the task localize or landmark.
        title: what was measured.
        worst: the costliest answers, drawn, with captions.
        foot: versions and date.
    """
    sections = [
        Section("How good it is", tuple(_goodness(evaluation))),
        Section("Where it errs", tuple(_errors(evaluation, worst))),
    ]
    if evaluation.skipped:
        rows = tuple((spoken(str(path)), why) for path, why in evaluation.skipped[:50])
        sections.append(Section("Left out", (Table(("file", "why"), rows),)))
    headline, lead = _said(evaluation)
    return Page(title=title, headline=headline, lead=lead, sections=tuple(sections), foot=foot)


def _said(evaluation: Evaluation) -> tuple[str, str]:
    """The headline and the sentence under it."""
    if evaluation.task == "landmark":
        what = f"{evaluation.n} thing{'' if evaluation.n == 1 else 's'}"
        between = _between(evaluation, "nme", " On all of the kind it is off by {} to {} (95 % interval).")
        return (
            f"off by {share(evaluation['nme'])}",
            f"on average, over {what} with {len(evaluation.labels)} points.{between}",
        )
    what = f"{evaluation.n} picture{'' if evaluation.n == 1 else 's'}"
    if not np.isfinite(evaluation["found"]):
        return f"{share(evaluation['accuracy'])} right", f"of {what}, none of which shows a thing."
    between = _between(evaluation, "found", " On all of the kind, {} to {} are found (95 % Wilson interval).")
    return (
        f"{share(evaluation['found'])} found",
        f"with the right class and a box that fits, of the things on {what}; {share(evaluation['accuracy'])} of the "
        f"pictures have the right class, and boxes have a mean IoU of {evaluation['mean_iou']:.3f}.{between}",
    )


def _between(evaluation: Evaluation, name: str, words: str) -> str:
    interval = evaluation.intervals.get(name)
    return words.format(share(interval[0]), share(interval[1])) if interval else ""


def _goodness(evaluation: Evaluation) -> list[Block]:
    rows = []
    for name, value in evaluation.metrics.items():
        interval = evaluation.intervals.get(name)
        between = f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""
        shown = f"{value:.4f}" if np.isfinite(value) else "not known"
        rows.append((name, shown, between, _MEANING.get(name, "")))
    blocks: list[Block] = [Table(("metric", "value", "95 % interval", "what it means"), tuple(rows))]
    blocks += [f"Note: {note}." for note in evaluation.notes]
    return blocks


def _errors(evaluation: Evaluation, worst: Drawn) -> list[Block]:
    """The costliest answers as pictures, then classes or points one by one, the weakest first."""
    blocks: list[Block] = []
    if worst:
        blocks.append(
            "The answers that are farthest off: green is what is so, orange what was said. Look whether the labels are "
            "right: often they are not."
        )
        blocks.append(Pictures(tuple(worst), side=220))
    elif not evaluation.worst:
        blocks.append("No error on these pictures. The intervals above say what can be claimed of others.")
    if evaluation.task == "landmark":
        return [*blocks, *_points(evaluation)]
    if evaluation.confusion is not None and len(evaluation.labels) > 1:
        caption = "Rows are the truth, columns the answer; a perfect model fills the diagonal."
        blocks.append(Figure(figure_png(evaluation.figure()), caption, 620))
    names = ("n", "precision", "recall", "f1", "mean_iou", "found")
    table = sorted(evaluation.per_class.items(), key=lambda item: item[1].get("found", 2.0))
    rows = tuple((label, *(_cell(values.get(name), name) for name in names)) for label, values in table[:_ROWS])
    return [*blocks, Table(("class", "pictures", "precision", "recall", "F1", "mean IoU", "found"), rows)]


def _points(evaluation: Evaluation) -> list[Block]:
    """How far each point is off."""
    known = [(name, values) for name, values in evaluation.per_class.items() if values["n"]]
    far = sorted(known, key=lambda item: -item[1]["nme"])
    rows = tuple((name, str(int(values["n"])), f"{values['nme']:.4f}") for name, values in far)
    if len(rows) <= 24:
        return [Table(("point", "known", "off by"), rows)]
    return [
        "The twelve points that are farthest off, and the twelve that are nearest:",
        Table(("point", "known", "off by"), rows[:12] + rows[-12:]),
    ]


def _cell(value: float | int | None, name: str) -> str:
    if value is None or not np.isfinite(value):
        return ""
    return str(int(value)) if name == "n" else f"{value:.3f}"
