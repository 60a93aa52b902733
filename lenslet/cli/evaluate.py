"""`lenslet evaluate`: the numbers with their intervals, the classes, the worst errors."""

import math
from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import number, percent, say, table, write
from lenslet.verbs.evaluate import evaluate

if TYPE_CHECKING:
    from lenslet.results import Evaluation

SHARES = ("accuracy", "top5_accuracy", "macro_f1", "found", "nme", "failure@0.08")  # read best as percentages
WORST = 8
SINGLE = ("n", "precision", "recall", "f1", "mean_iou", "found")


def show(evaluation: "Evaluation") -> None:
    """Metrics, a row per class, the costliest errors; what was left out goes to stderr."""
    things, kinds = ("things", "points") if evaluation.task == "landmark" else ("pictures", "classes")
    write(f"{evaluation.n:,} {things}, {len(evaluation.labels)} {kinds}")
    table("", ["metric", "value", "95 % interval"], [_metric(evaluation, name) for name in evaluation.metrics])
    if evaluation.task in ("localize", "landmark"):
        _show_single(evaluation)
    elif evaluation.per_class:
        rows = [
            [label, int(row["n"]), percent(row["precision"]), percent(row["recall"]), percent(row["f1"])]
            for label, row in evaluation.per_class.items()
        ]
        table("", ["class", "n", "precision", "recall", "f1"], rows)
    if evaluation.worst and evaluation.task != "landmark":
        rows = [[miss.picture, miss.truth, miss.predicted, percent(miss.score)] for miss in evaluation.worst[:WORST]]
        table("Worst errors", ["picture", "is", "was taken for", "how sure"], rows)
    for _, why in evaluation.skipped:
        say(f"left out: {why}")
    for note in evaluation.notes:
        say(note)


def _show_single(evaluation: "Evaluation") -> None:
    """A row a class, or the points and the pictures that are farthest off."""
    if evaluation.task == "localize":
        rows = [
            [label, *(_cell(row.get(name), name) for name in SINGLE)] for label, row in evaluation.per_class.items()
        ]
        table("", ["class", "n", "precision", "recall", "f1", "mean IoU", "found"], rows)
        return
    far = sorted(
        ((label, row) for label, row in evaluation.per_class.items() if row["n"]), key=lambda item: -item[1]["nme"]
    )
    rows = [[label, int(row["n"]), percent(row["nme"])] for label, row in far[:WORST]]
    table("Farthest off" if len(far) > WORST else "", ["point", "known", "off by"], rows)
    if evaluation.worst:
        table("Worst", ["picture", "off by"], [[miss.picture, percent(miss.loss)] for miss in evaluation.worst[:WORST]])


def _cell(value: float | int | None, name: str) -> object:
    if value is None or math.isnan(value):
        return ""
    return int(value) if name == "n" else number(value) if name == "mean_iou" else percent(value)


def _metric(evaluation: "Evaluation", name: str) -> list[object]:
    style = percent if name in SHARES else number
    low_high = evaluation.intervals.get(name)
    interval = f"{style(low_high[0])} to {style(low_high[1])}" if low_high else ""
    return [name, style(evaluation.metrics[name]), interval]


command = Command(evaluate, show, example="lenslet evaluate runs/classify-1 flowers-test/")
