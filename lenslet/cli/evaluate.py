"""`lenslet evaluate`: the numbers with their intervals, the classes, the worst errors."""

from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import number, percent, say, table, write
from lenslet.verbs.evaluate import evaluate

if TYPE_CHECKING:
    from lenslet.results import Evaluation

SHARES = ("accuracy", "top5_accuracy", "macro_f1")  # read best as percentages
WORST = 8


def show(evaluation: "Evaluation") -> None:
    """Metrics, a row per class, the costliest errors; what was left out goes to stderr."""
    write(f"{evaluation.n:,} pictures, {len(evaluation.labels)} classes")
    table("", ["metric", "value", "95 % interval"], [_metric(evaluation, name) for name in evaluation.metrics])
    if evaluation.per_class:
        rows = [
            [label, int(row["n"]), percent(row["precision"]), percent(row["recall"]), percent(row["f1"])]
            for label, row in evaluation.per_class.items()
        ]
        table("", ["class", "n", "precision", "recall", "f1"], rows)
    if evaluation.worst:
        rows = [[miss.picture, miss.truth, miss.predicted, percent(miss.score)] for miss in evaluation.worst[:WORST]]
        table("Worst errors", ["picture", "is", "was taken for", "how sure"], rows)
    for _, why in evaluation.skipped:
        say(f"left out: {why}")
    for note in evaluation.notes:
        say(note)


def _metric(evaluation: "Evaluation", name: str) -> list[object]:
    style = percent if name in SHARES else number
    low_high = evaluation.intervals.get(name)
    interval = f"{style(low_high[0])} to {style(low_high[1])}" if low_high else ""
    return [name, style(evaluation.metrics[name]), interval]


command = Command(evaluate, show, example="lenslet evaluate runs/classify-1 flowers-test/")
