"""The report of a model that tells whether two pictures show the same one."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8

from lenslet.image.names import spoken
from lenslet.report.page import Block, Figure, Page, Pictures, Section, Table
from lenslet.report.training import figure_png, share
from lenslet.results import Evaluation

Drawn = Sequence[tuple[UInt8[np.ndarray, "_ _ 3"], str]]

_ROWS = 40
_MEANING = {
    "auc": "how often two of the same are nearer to each other than two different ones: 0.5 is chance, 1 never errs",
    "eer": "where as many of the same are refused as different ones are accepted: 0 never errs",
    "accuracy": "share of pairs told rightly at the threshold, both kinds counting alike",
    "tar@far=1e-2": "share of the same that are accepted where one in 100 different ones is accepted, too",
    "tar@far=1e-3": "the same where one in 1,000 is",
    "one_shot_error": "percent of wrong answers when each of up to twenty is known by one picture",
}


def verification_page(evaluation: Evaluation, *, title: str, worst: Drawn = (), foot: str = "") -> Page:
    """A page that says how well a model tells the same from others on some data, and where it errs.

    Args:
        evaluation: of the task face.
        title: what was measured.
        worst: the pairs that are farthest on the wrong side, with captions.
        foot: versions and date.
    """
    rows = []
    for name, value in evaluation.metrics.items():
        interval = evaluation.intervals.get(name)
        between = f"{interval[0]:.4f} to {interval[1]:.4f}" if interval else ""
        rows.append((name, f"{value:.4f}" if np.isfinite(value) else "not known", between, _MEANING.get(name, "")))
    good: list[Block] = [Table(("metric", "value", "95 % interval", "what it means"), tuple(rows))]
    if evaluation.roc is not None:
        good.append(Figure(figure_png(evaluation.figure()), "The less the two heaps overlap, the better.", 900))
    good += [f"Note: {note}." for note in evaluation.notes]
    sections = [Section("How good it is", tuple(good)), Section("Where it errs", tuple(_errors(evaluation, worst)))]
    if evaluation.skipped:
        left = tuple((spoken(str(path)), why) for path, why in evaluation.skipped[:50])
        sections.append(Section("Left out", (Table(("file", "why"), left),)))
    headline, lead = _said(evaluation)
    return Page(title=title, headline=headline, lead=lead, sections=tuple(sections), foot=foot)


def _said(evaluation: Evaluation) -> tuple[str, str]:
    n = f"{evaluation.n:,} picture{'' if evaluation.n == 1 else 's'}"
    error = evaluation.metrics.get("one_shot_error", float("nan"))
    if "auc" not in evaluation:
        return f"{100 - error:.1f} % found from one picture", f"of {n}, in one-shot runs."
    found = f" From one picture each, {100 - error:.1f} % are recognised." if np.isfinite(error) else ""
    return (
        f"AUC {evaluation['auc']:.4f}",
        f"on pairs of {n}: at the threshold {share(evaluation['accuracy'])} of the pairs are told rightly.{found}",
    )


def _errors(evaluation: Evaluation, worst: Drawn) -> list[Block]:
    blocks: list[Block] = []
    if worst:
        blocks.append(
            "The pairs that are farthest on the wrong side of the threshold. Look whether the names are right."
        )
        blocks.append(Pictures(tuple(worst), side=300))
    elif evaluation.worst:
        rows = tuple((miss.truth, miss.predicted) for miss in evaluation.worst)
        blocks.append(Table(("is", "was said"), rows))
    else:
        blocks.append("No error on these pairs. The intervals above say what can be claimed of others.")
    hard = sorted(
        evaluation.per_class.items(),
        key=lambda item: -max(np.nan_to_num(item[1]["refused"]), np.nan_to_num(item[1]["accepted"])),
    )
    rows3 = tuple(
        (name, str(int(row["n"])), _cell(row["refused"]), _cell(row["accepted"])) for name, row in hard[:_ROWS]
    )
    if rows3:
        blocks.append("Who is told worst: errors are not the same for everybody.")
        blocks.append(Table(("identity", "pictures", "own pairs refused", "pairs with others accepted"), rows3))
    return blocks


def _cell(value: float | int) -> str:
    return "" if not np.isfinite(value) else share(value)
