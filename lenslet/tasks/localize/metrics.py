"""How often the right thing is seen, and how well its box fits. Imports no torch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Int

from lenslet.errors import CallError
from lenslet.results import Answer, Evaluation, Localization, Miss
from lenslet.results.intervals import bootstrap, wilson

NOTHING = "nothing"
WELL = 0.5
"""IoU from which on a box counts as found."""


def evaluate(
    predicted: Sequence[Localization],
    truth: Sequence[Localization],
    *,
    worst: int = 24,
    skipped: Sequence[tuple[str | Path, str]] = (),
    notes: Sequence[str] = (),
) -> Evaluation:
    """Compare answers with the truth.

    Metrics: `accuracy`, the share of pictures of which the right class is said, or rightly that nothing is there;
    `mean_iou`, over the things there are, 0 where none was seen; `found`, the share of things whose class is right and
    whose box has an IoU of 0.5 and more with the truth's.

    Args:
        predicted: an answer a picture.
        truth: of each, with the same class names.
        worst: how many of the costliest errors to keep.
        skipped: (path, why) of files that could not be read.
        notes: sentences that a reader of the numbers must know.

    Raises:
        CallError: nothing to compare, or not one answer a picture.

    Source: course item 3.1.
    """
    if not truth or len(predicted) != len(truth):
        raise CallError(
            f"{len(predicted)} answers do not go with {len(truth)} pictures; give one a picture, and at least one"
        )
    names = truth[0].names
    there = np.array([one.found for one in truth])
    said, real = (np.array([_number(one) for one in side]) for side in (predicted, truth))
    over = np.array([overlap(a, t) for a, t in zip(predicted, truth, strict=True)])
    right = said == real
    found = right & there & (over >= WELL)
    metrics: dict[str, int | float] = {"accuracy": float(right.mean())}
    intervals = {"accuracy": wilson(int(right.sum()), len(right))}
    said_notes = list(notes)
    if there.any():
        metrics |= {"mean_iou": float(over[there].mean()), "found": float(found[there].mean())}
        between = bootstrap(over[there][:, None])
        intervals |= {} if between is None else {"mean_iou": between[0]}
        intervals["found"] = wilson(int(found.sum()), int(there.sum()))
    else:
        metrics |= {"mean_iou": float("nan"), "found": float("nan")}
        said_notes.append("none of these pictures shows a thing, so only false alarms can be told")
    labels = (*names, _nothing(names)) if not there.all() or (said == len(names)).any() else names
    cost = np.where(right & there, 1 - over, np.where(right, 0.0, 1.0 + np.array([one.score for one in predicted])))
    order = [int(i) for i in np.argsort(-cost, kind="stable") if cost[i] > 0][:worst]
    return Evaluation(
        task="localize",
        n=len(truth),
        metrics=metrics,
        intervals=intervals,
        labels=labels,
        per_class=_per_class(said, real, over, found, labels, len(names)),
        confusion=_counts(said, real, len(labels)),
        worst=tuple(_miss(predicted[i], truth[i], float(over[i]), float(cost[i])) for i in order),
        skipped=tuple(skipped),
        notes=tuple(said_notes),
        answers=tuple(
            _answer(predicted[i], truth[i], labels, float(over[i]), float(cost[i])) for i in range(len(truth))
        ),
    )


def overlap(predicted: Localization, truth: Localization) -> float:
    """IoU of the two boxes, 0 where either side says that nothing is there."""
    if not (predicted.found and truth.found):
        return 0.0
    low = np.maximum(predicted.box[:2], truth.box[:2])
    high = np.minimum(predicted.box[2:], truth.box[2:])
    common = float(np.prod(np.maximum(high - low, 0)))
    areas = [float(np.prod(box[2:] - box[:2])) for box in (predicted.box, truth.box)]
    either = sum(areas) - common
    return common / either if either > 0 else 0.0


def _number(one: Localization) -> int:
    """Of the class; one more than there are where nothing is there."""
    return int(one.scores.argmax()) if one.found else len(one.names)


def _nothing(names: tuple[str, ...]) -> str:
    """What a picture without a thing is called, where it is no class's own name."""
    return NOTHING if NOTHING not in names else f"({NOTHING})"


def _counts(said: Int[np.ndarray, " n"], real: Int[np.ndarray, " n"], size: int) -> Int[np.ndarray, "k k"]:
    made = np.zeros((size, size), np.int64)
    np.add.at(made, (real, said), 1)
    return made


def _per_class(
    said: np.ndarray, real: np.ndarray, over: np.ndarray, found: np.ndarray, labels: Sequence[str], classes: int
) -> dict[str, dict[str, int | float]]:
    """Of every class: how many there are, precision, recall and F1 of the class, mean IoU, and the share found."""
    made: dict[str, dict[str, int | float]] = {}
    for number, label in enumerate(labels):
        mine, told = real == number, said == number
        right, n, answers = int((mine & told).sum()), int(mine.sum()), int(told.sum())
        made[label] = {
            "n": n,
            "precision": right / answers if answers else 0.0,
            "recall": right / n if n else 0.0,
            "f1": 2 * right / (n + answers) if n + answers else 0.0,
        }
        if number < classes:
            made[label] |= {
                "mean_iou": float(over[mine].mean()) if n else float("nan"),
                "found": float(found[mine].mean()) if n else float("nan"),
            }
    return made


def _answer(predicted: Localization, truth: Localization, labels: tuple[str, ...], over: float, cost: float) -> Answer:
    real, said = (labels[_number(one)] for one in (truth, predicted))
    kind = "wrong class" if real != said else "badly placed" if truth.found and over < WELL else ""
    box = predicted.box if predicted.found else truth.box if truth.found else None
    picture = truth.picture if truth.picture is not None else predicted.picture
    return Answer(picture, real, said, predicted.score, cost, kind, None if box is None else tuple(box.tolist()))


def _miss(predicted: Localization, truth: Localization, over: float, cost: float) -> Miss:
    picture = truth.picture if truth.picture is not None else predicted.picture
    real, said = (one.label if one.label is not None else NOTHING for one in (truth, predicted))
    placed = f", IoU {over:.2f}" if predicted.found and truth.found else ""
    return Miss(picture, real, f"{said}{placed}", predicted.score, cost)
