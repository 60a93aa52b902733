"""`lenslet evaluate`: the numbers with their intervals, the classes, the worst errors."""

import math
from pathlib import PurePath
from typing import TYPE_CHECKING

from lenslet.cli.command import Command
from lenslet.cli.output import number, percent, say, table, write
from lenslet.verbs.evaluate import evaluate

if TYPE_CHECKING:
    from lenslet.results import Evaluation, Mistakes
    from lenslet.results.mistakes import Erring

# read best as percentages
SHARES = (
    "accuracy",
    "top5_accuracy",
    "macro_f1",
    "found",
    "nme",
    "failure@0.08",
    "precision",
    "recall",
    "f1",
)
PARTS = ("map50", "map", "map_small", "map_medium", "map_large", "ar100")  # always written with three digits
WORST = 8
KINDS_OF = {"landmark": ("things", "points"), "face": ("pictures", "identities")}
SINGLE = ("n", "precision", "recall", "f1", "mean_iou", "found")


def show(evaluation: "Evaluation") -> None:
    """Metrics, a row per class, the costliest errors; what was left out goes to stderr."""
    things, kinds = KINDS_OF.get(evaluation.task, ("pictures", "classes"))
    if evaluation.task == "style":
        write(f"{evaluation.n:,} photos, painted like {evaluation.labels[0]}")
    else:
        write(f"{evaluation.n:,} {things}, {len(evaluation.labels)} {kinds}")
    whole = [name for name in evaluation.metrics if "/" not in name]  # those of one class stand in its row
    table("", ["metric", "value", "95 % interval"], [_metric(evaluation, name) for name in whole])
    if evaluation.task in ("localize", "landmark"):
        _show_single(evaluation)
    elif evaluation.task == "face":
        _show_pairs(evaluation)
    elif evaluation.per_class:
        parts = [name for name in ("ap50", "ap") if name in next(iter(evaluation.per_class.values()))]
        rows = [
            [label, int(row["n"]), *(_part(row[p]) for p in parts), *(_share(row[s]) for s in SHARES[-3:])]
            for label, row in evaluation.per_class.items()
        ]
        table("", ["class", "n", *parts, *SHARES[-3:]], rows)
    if evaluation.mistakes is not None:
        _show_mistakes(evaluation.mistakes)
    if evaluation.task == "style":
        rows = [[miss.picture, miss.predicted] for miss in evaluation.worst[:WORST]]
        table("Farthest off", ["photo", "costs"], rows)
    elif evaluation.worst and evaluation.task not in ("landmark", "face"):
        rows = [[miss.picture, miss.truth, miss.predicted, percent(miss.score)] for miss in evaluation.worst[:WORST]]
        table("Worst errors", ["picture", "is", "was taken for", "how sure"], rows)
    for _, why in evaluation.skipped:
        say(f"left out: {why}")
    for note in evaluation.notes:
        say(note)


def _show_mistakes(mistakes: "Mistakes") -> None:
    """What kinds there are and what each costs, and the pictures that cost most."""
    from lenslet.results.mistakes import KINDS

    write(
        f"From a score of {mistakes.threshold:.3f} on: {mistakes.right:,} of {mistakes.things:,} things found, "
        f"{_count(len(mistakes), 'mistake')} in {_count(mistakes.erring, 'picture')}\n"
    )
    rows = [[name, k.count, _part(k.f1), _part(k.map50), KINDS[name]] for name, k in mistakes.kinds.items()]
    table("Mistakes, and what it would bring to repair them", ["kind", "n", "f1", "map50", "what it is"], rows)
    if mistakes.pictures:
        rows = [
            [
                one.picture if isinstance(one.picture, PurePath) else f"number {one.number}",
                f"{one.cost:.2f}",
                _kinds(one),
            ]
            for one in mistakes.pictures[:WORST]
        ]
        table("Costliest pictures", ["picture", "cost", "mistakes"], rows)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _kinds(erring: "Erring") -> str:
    kinds = [mistake.kind for mistake in erring.mistakes]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds), key=kinds.index))


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


def _show_pairs(evaluation: "Evaluation") -> None:
    """Who is told worst, and the pairs that are."""
    hard = sorted(
        evaluation.per_class.items(), key=lambda item: -max(_known(item[1]["refused"]), _known(item[1]["accepted"]))
    )
    rows = [[label, int(row["n"]), _share(row["refused"]), _share(row["accepted"])] for label, row in hard[:WORST]]
    if rows:
        table("Told worst", ["identity", "n", "own pairs refused", "others accepted"], rows)
    if evaluation.worst:
        worst = [[miss.picture, miss.beside or "", miss.truth, miss.predicted] for miss in evaluation.worst[:WORST]]
        table("Worst errors", ["picture", "beside", "is", "was said"], worst)


def _known(value: int | float) -> float:
    return 0.0 if math.isnan(value) else value


def _cell(value: float | int | None, name: str) -> object:
    if value is None or math.isnan(value):
        return ""
    return int(value) if name == "n" else number(value) if name == "mean_iou" else percent(value)


def _metric(evaluation: "Evaluation", name: str) -> list[object]:
    style = _part if name in PARTS else _share if name in SHARES else number
    low_high = evaluation.intervals.get(name)
    interval = f"{style(low_high[0])} to {style(low_high[1])}" if low_high else ""
    return [name, style(evaluation.metrics[name]), interval]


def _part(value: int | float) -> str:
    """A number 0..1 as COCO writes it; a dash where it cannot be told."""
    return "-" if math.isnan(value) else f"{value:.3f}"


def _share(value: int | float) -> str:
    return "-" if math.isnan(value) else percent(value)


command = Command(evaluate, show, example="lenslet evaluate runs/classify-1 flowers-test/")
