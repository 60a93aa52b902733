"""The report of a training run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from lenslet.errors import ImageError
from lenslet.image import open_image
from lenslet.report.curves import curves
from lenslet.report.page import Block, Code, Figure, Page, Pictures, Section, Table
from lenslet.results import Evaluation


def training_page(
    *,
    title: str,
    evaluation: Evaluation,
    measured_on: str,
    rows: Sequence[dict[str, float]],
    facts: Sequence[tuple[str, str]],
    command: str,
    per_class: dict[str, int],
    skipped: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
    samples: Sequence[tuple[UInt8[np.ndarray, "_ _ 3"], str]] = (),
    start: Section | None = None,
    sureness: Section | None = None,
    more_data: Section | None = None,
    foot: str = "",
) -> Page:
    """A page that says how good the model is, where it errs, how it got there, and how to do it again.

    Args:
        title: what was trained on what.
        evaluation: on pictures that were not trained on.
        measured_on: which those were.
        rows: of results.csv.
        facts: (name, value) of net, data and recipe.
        command: that repeats the run.
        per_class: pictures learned from, by class.
        skipped: (path, why) of unreadable files.
        notes: sentences about the data or the run.
        samples: augmented pictures as the net saw them, with captions.
        start: what the run started from, where that was not noise.
        sureness: how far its confidence can be believed.
        more_data: what more pictures would bring.
        foot: versions and date.
    """
    sections = [
        Section("How good it is", tuple(goodness(evaluation))),
        Section("Where it errs", tuple(errors(evaluation))),
        Section(
            "How it learned",
            (
                Figure(
                    curves(rows), "Measured after each pass over the pictures; the weights of the best one were kept."
                ),
            ),
        ),
    ]
    sections += [section for section in (more_data, start, sureness) if section is not None]
    if samples:
        sections.append(
            Section(
                "What it was shown",
                (
                    "Training pictures as the net saw them: changed a little each time, so that it learns the "
                    "thing and not the picture.",
                    Pictures(tuple(samples), side=112),
                ),
            )
        )
    sections += [
        Section("What it learned from", tuple(_data(per_class, skipped, notes))),
        Section("Do it again", (Code(command), Table(("", ""), tuple(facts)))),
    ]
    accuracy = evaluation.metrics["accuracy"]
    low, high = evaluation.intervals["accuracy"]
    return Page(
        title=title,
        headline=f"{share(accuracy)} right",
        lead=(
            f"of {evaluation.n} pictures: {measured_on}. With so many pictures, the true share lies "
            f"between {share(low)} and {share(high)} (95 % Wilson interval)."
        ),
        sections=tuple(sections),
        foot=foot,
    )


def share(value: float) -> str:
    """A share in percent, never rounded up to 100 or down to 0."""
    text = f"{100 * value:.1f}"
    if text == "100.0" and value < 1:
        return "over 99.9 %"
    return f"{text.removesuffix('.0') if value in (0, 1) else text} %"


def goodness(evaluation: Evaluation) -> list[Block]:
    """The metrics as a table that says what each means, and what a reader must know of them."""
    meaning = {
        "accuracy": "share of pictures whose first answer is right",
        "top5_accuracy": "share of pictures whose truth is among the first five answers",
        "macro_f1": "balance of precision and recall, every class counting the same",
        "ece": "how far its confidence is from the truth: 0 is honest, 0.1 is off by ten points",
        "loss": "mean negative logarithm of the probability it gave to the truth",
    }
    rows = []
    for name, value in evaluation.metrics.items():
        interval = evaluation.intervals.get(name)
        between = f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""
        rows.append((name, f"{value:.4f}", between, meaning.get(name, "")))
    blocks: list[Block] = [Table(("metric", "value", "95 % interval", "what it means"), tuple(rows))]
    blocks += [f"Note: {note}." for note in evaluation.notes]
    return blocks


def errors(evaluation: Evaluation) -> list[Block]:
    """The confusion matrix, the pairs most often confused, and the costliest errors as pictures."""
    blocks: list[Block] = []
    if evaluation.confusion is not None:
        pairs = _confused(evaluation)
        if pairs:
            said = "; ".join(f"{n} × {truth} taken for {predicted}" for truth, predicted, n in pairs[:4])
            blocks.append(f"Most often: {said}.")
        blocks.append(
            Figure(
                confusion_png(evaluation),
                "Rows are the truth, columns the answer; a perfect model fills the diagonal.",
                620,
            )
        )
    pictures = []
    for miss in evaluation.worst:
        try:
            picture = open_image(miss.picture) if miss.picture is not None else None
        except ImageError:
            picture = None
        if picture is not None:
            pictures.append(
                (picture, f"is {miss.truth}\nsaid {miss.predicted} ({share(miss.score)})\n{_short(miss.picture)}")
            )
    if pictures:
        blocks.append(
            "The costliest errors, the surest wrong answers first. Look whether the label is right: often it is not."
        )
        blocks.append(Pictures(tuple(pictures)))
    elif not evaluation.worst:
        blocks.append(
            "No error on these pictures. That does not make it perfect: the interval above says what can be claimed."
        )
    return blocks


def _data(per_class: dict[str, int], skipped: Sequence[tuple[str, str]], notes: Sequence[str]) -> list[Block]:
    blocks: list[Block] = [f"Note: {note}." for note in notes]
    total = sum(per_class.values())
    few = min(per_class.values(), default=0)
    many = max(per_class.values(), default=0)
    blocks.append(f"{total} pictures in {len(per_class)} classes, between {few} and {many} a class.")
    if few and many > 5 * few:
        blocks.append("The classes are uneven: rare ones are learned less well. More pictures of those help most.")
    shown = sorted(per_class.items(), key=lambda item: item[1])
    if len(shown) > 24:
        blocks.append("The twelve smallest and the twelve largest classes:")
        shown = shown[:12] + shown[-12:]
    blocks.append(Table(("class", "pictures learned from"), tuple((name, str(n)) for name, n in shown)))
    if skipped:
        blocks.append(f"{len(skipped)} files could not be read and were left out:")
        blocks.append(Table(("file", "why"), tuple((_short(path), why) for path, why in skipped[:50])))
    return blocks


def confusion_png(evaluation: Evaluation) -> bytes:
    """The confusion matrix as a PNG."""
    return figure_png(evaluation.figure())


def figure_png(figure: Any) -> bytes:
    """A Matplotlib figure as a PNG."""
    import io

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=150)
    return buffer.getvalue()


def _confused(evaluation: Evaluation) -> list[tuple[str, str, int]]:
    """(truth, answer, how often) of wrong answers, most frequent first."""
    assert evaluation.confusion is not None
    wrong = evaluation.confusion.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:8]
    cells = [np.unravel_index(i, wrong.shape) for i in order]
    return [(evaluation.labels[i], evaluation.labels[j], int(wrong[i, j])) for i, j in cells if wrong[i, j]]


def _short(picture: Any) -> str:
    """The last two parts of a path."""
    return str(Path(*Path(picture).parts[-2:])) if isinstance(picture, str | Path) else ""
