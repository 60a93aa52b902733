"""The report of a detector: how good it is, what the threshold does, where it errs."""

import io
import math
from typing import TYPE_CHECKING

from lenslet.image.names import spoken
from lenslet.report.mistaken import mistaken, words
from lenslet.report.page import Block, Figure, Page, Section, Table
from lenslet.results import Evaluation
from lenslet.results.curves import curves_figure, threshold_figure
from lenslet.results.mistakes import KINDS, Mistakes

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

DRAWN = 12
"""Pictures with mistakes on a page; each is some hundred kB."""
_CLASSES = 60  # rows of the table of classes

_MEANING = {
    "map50": "average precision, a mean over classes; a box fits from half an overlap (IoU 0.5) on",
    "map": "the same, a mean over fits from IoU 0.50 to 0.95: COCO's number, it asks for tight boxes",
    "map_small": "map of things smaller than 32 x 32 pixels",
    "map_medium": "map of things up to 96 x 96 pixels",
    "map_large": "map of larger things",
    "ar100": "share of things found by any of 100 answers a class and picture, a mean over the same fits",
    "precision": "share of the answers at the threshold that are right",
    "recall": "share of the things that are found at the threshold",
    "f1": "balance of precision and recall at the threshold",
}


def detection_page(evaluation: Evaluation, *, title: str, foot: str = "") -> Page:
    """A page that says how good a detector is on some data, and where it errs."""
    things = evaluation.mistakes.things if evaluation.mistakes is not None else 0
    interval = evaluation.intervals.get("map50")
    between = (
        f" On all pictures of the kind it lies between {interval[0]:.3f} and {interval[1]:.3f} (95 % interval)."
        if interval
        else ""
    )
    sections = detection_sections(evaluation)
    if evaluation.skipped:
        rows = tuple((spoken(str(path)), why) for path, why in evaluation.skipped[:50])
        sections.append(Section("Left out", (Table(("file", "why"), rows),)))
    return Page(
        title=title,
        headline=f"mAP50 {evaluation['map50']:.3f}" if things else "Nothing to find",
        lead=(
            f"mAP {evaluation['map']:.3f}, on {_count(evaluation.n, 'picture')} with {_count(things, 'thing')} "
            f"of {len(evaluation.labels)} classes.{between}"
            if things
            else f"{_count(evaluation.n, 'picture')} without a thing that counts: only false answers can be told."
        ),
        sections=tuple(sections),
        foot=foot,
    )


def detection_sections(evaluation: Evaluation) -> list[Section]:
    """What a report says of a detector: the numbers, the curves, the mistakes.

    Args:
        evaluation: of the task detect, with curves and mistakes.
    """
    assert evaluation.curves is not None
    assert evaluation.mistakes is not None
    sections = [Section("How good it is", tuple(_goodness(evaluation)))]
    if evaluation.mistakes.things:
        sections.append(Section("Precision, recall and the threshold", tuple(_curves(evaluation))))
    return [*sections, Section("Where it errs", tuple(_errors(evaluation.mistakes)))]


def _goodness(evaluation: Evaluation) -> list[Block]:
    rows = []
    for name, value in evaluation.metrics.items():
        if "/" not in name:
            interval = evaluation.intervals.get(name)
            between = f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""
            rows.append((name, _number(value), between, _MEANING.get(name, "")))
    blocks: list[Block] = [Table(("metric", "value", "95 % interval", "what it means"), tuple(rows))]
    blocks += [f"Note: {note}." for note in evaluation.notes]
    classes = sorted(evaluation.per_class.items(), key=lambda item: (item[1]["n"] == 0, item[1]["ap50"]))
    if len(classes) > _CLASSES:
        blocks.append(f"The {_CLASSES} weakest of {len(classes)} classes:")
    columns = ("ap50", "ap", "precision", "recall", "f1")
    blocks.append(
        Table(
            ("class", "things", "AP50", "AP", "precision", "recall", "F1"),
            tuple(
                (spoken(name), f"{values['n']:,}", *(_number(values[column]) for column in columns))
                for name, values in classes[:_CLASSES]
            ),
            "Class by class, the weakest first; precision, recall and F1 are those at the threshold.",
        )
    )
    return blocks


def _curves(evaluation: Evaluation) -> list[Block]:
    curves = evaluation.curves
    assert curves is not None
    if curves.best is None:
        said = f"No answer is right, so no threshold is better than another; {curves.threshold:.3f} was taken."
    elif curves.best == curves.threshold:
        said = (
            f"Answers count from a score of {curves.threshold:.3f} on: there F1 is best on these very pictures, so "
            "on others it will be a little lower."
        )
    else:
        said = (
            f"Answers count from a score of {curves.threshold:.3f} on, as was settled before; on these pictures "
            f"F1 would be best from {curves.best:.3f} on."
        )
    return [
        Figure(
            _png(curves_figure(evaluation)),
            "From left to right answers count that are less and less sure. A perfect detector stays at the top.",
        ),
        said,
        Figure(
            _png(threshold_figure(curves)), "All classes together. Further right: fewer answers, more of them right."
        ),
    ]


def _errors(mistakes: Mistakes) -> list[Block]:
    if not len(mistakes):
        return [
            "No mistake on these pictures. That does not make it perfect: on others there may be some."
            if mistakes.things
            else "No answer, and nothing to find: no mistake."
        ]
    blocks: list[Block] = [
        f"From a score of {mistakes.threshold:.3f} on there are {_count(mistakes.right, 'right answer')} for "
        f"{_count(mistakes.things, 'thing')}, and {_count(len(mistakes), 'mistake')} in "
        f"{_count(mistakes.erring, 'picture')}."
        + (
            f" {_count(mistakes.spared, 'answer')} on crowds or difficult things count neither way."
            * bool(mistakes.spared)
        ),
        Figure(
            _png(_kinds_figure(mistakes)),
            "What each kind would bring if it were repaired and all else stayed. F1 at the threshold; mAP50 over all "
            "answers however unsure: to it, a thing that was found below the threshold is not missed (Bolya et al. "
            "2020).",
        ),
        Table(
            ("kind", "mistakes", "F1 gain", "mAP50 gain", "what it is"),
            tuple(
                (name, f"{kind.count:,}", _number(kind.f1), _number(kind.map50), KINDS[name])
                for name, kind in mistakes.kinds.items()
            ),
        ),
    ]
    drawn: list[Block] = []
    for erring in mistakes.pictures[:DRAWN]:
        picture = mistaken(erring)
        if picture is not None:
            drawn.append(Figure(picture, words(erring), 1200))
    if drawn:
        blocks.append(
            "The costliest pictures. Left what is there, right what was answered: right answers thin and green, "
            "mistakes thick and named, what was missed dashed. A wrong answer costs its score, a thing that was not "
            "found costs what its surest answer lacks to 1. Look whether the labels are right: often they are not."
        )
    return blocks + drawn


def _kinds_figure(mistakes: Mistakes) -> "Canvas":
    """Three rows of bars side by side: how many, and both gains."""
    from matplotlib.figure import Figure as Canvas

    figure = Canvas(figsize=(8.4, 2.9), dpi=150, layout="constrained")
    names = list(KINDS)
    panels = (
        ("mistakes", [float(kind.count) for kind in mistakes.kinds.values()], "{:.0f}"),
        ("F1 would rise by", [kind.f1 for kind in mistakes.kinds.values()], "{:+.3f}"),
        ("mAP50 would rise by", [kind.map50 for kind in mistakes.kinds.values()], "{:+.3f}"),
    )
    for place, (axes, (title, values, form)) in enumerate(zip(figure.subplots(1, 3, sharey=True), panels, strict=True)):
        lengths = [0.0 if math.isnan(value) else value for value in values]
        axes.barh(names, lengths, color="#1f6f8b" if place else "#9aa5b4", height=0.62)
        longest = max(*lengths, 1e-9)
        for row, value in enumerate(values):
            text = "-" if math.isnan(value) else form.format(value)
            axes.text(max(lengths[row], 0) + 0.03 * longest, row, text, va="center", fontsize=9, color="#1c2430")
        axes.set_xlim(0, 1.35 * longest)
        axes.set_title(title, loc="left", color="#1c2430", fontsize=10)
        axes.spines[["top", "right", "bottom"]].set_visible(False)
        axes.spines["left"].set_color("#9aa5b4")
        axes.tick_params(colors="#1c2430", length=0, labelsize=9.5)
        axes.set_xticks([])
    axes.invert_yaxis()
    return figure


def _png(figure: "Canvas") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=150)
    return buffer.getvalue()


def _number(value: int | float) -> str:
    """Three digits; a dash for what cannot be told, that is NaN."""
    return "-" if math.isnan(value) else f"{value:.3f}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
