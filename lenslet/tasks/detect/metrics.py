"""How good a detector is, with how sure that is, and where it errs. Imports no torch."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from lenslet.errors import CallError
from lenslet.results import Answer, Curves, Detections, Evaluation
from lenslet.results.mistakes import Mistakes
from lenslet.tasks.detect.coco import SIZES, Coco, mean, measure
from lenslet.tasks.detect.matching import MOST, Matches, match, precisions, resampled
from lenslet.tasks.detect.mistakes import f1, find_mistakes

RESAMPLES = 200
FEWEST = 10
"""Pictures from which on an interval is given: of fewer, drawing them anew says little."""
NORMAL, WIDE = 1.96, 2.58
"""Standard deviations on each side of an interval: of shares, and of average precision."""
PLAIN_THRESHOLD = 0.5
"""Where no answer is right, and so no threshold is better than another."""


def evaluate(
    predicted: Sequence[Detections],
    truth: Sequence[Detections],
    *,
    threshold: int | float | None = None,
    resamples: int = RESAMPLES,
    worst: int | None = 24,
    skipped: Sequence[tuple[str | Path, str]] = (),
    notes: Sequence[str] = (),
) -> Evaluation:
    """Compare boxes with the truth.

    Metrics by COCO's tool: `map50`, `map` (mean over IoU 0.50 to 0.95), `map_small`, `map_medium`, `map_large`,
    `ar100`, and of every class `ap50/<class>` and `ap/<class>`. At one threshold, at IoU 0.5 and over all classes
    together: `precision`, `recall`, `f1`. NaN is what these pictures cannot tell. 95 % intervals come from drawing the
    pictures anew, with replacement.

    Args:
        predicted: answers of each picture, also unsure ones: they are the right end of the curve.
        truth: what each shows; a picture that shows nothing counts.
        threshold: answers count from this score on; the one with the best F1 on these pictures unless given.
        resamples: how often the pictures are drawn anew.
        worst: how many of the costliest pictures to keep; None for all.
        skipped: (path, why) of files that could not be read.
        notes: sentences that a reader of the numbers must know.

    Raises:
        CallError: no pictures, not one answer a picture, or names that differ.
    """
    names = _names(predicted, truth)
    coco = measure(predicted, truth)
    matches = match(predicted, truth)
    best = best_threshold(matches)
    used = threshold if threshold is not None else best if best is not None else PLAIN_THRESHOLD
    per_class = _per_class(matches, coco, used, names)
    metrics: dict[str, int | float] = {"map50": coco.mean(0), "map": coco.mean()}
    metrics |= {f"map_{size}": coco.mean(size=1 + place) for place, size in enumerate(SIZES)}
    metrics["ar100"] = mean(coco.recall[..., 0])
    mistakes = find_mistakes(matches, predicted, truth, used, worst=None)
    every = np.ones((1, len(truth)))
    metrics |= dict(zip(("precision", "recall", "f1"), _at(matches, used, every)[0].tolist(), strict=True))
    for name, values in per_class.items():
        metrics |= {f"{kind}/{name}": values[kind] for kind in ("ap50", "ap")}
    return Evaluation(
        task="detect",
        n=len(truth),
        metrics=metrics,
        intervals=_intervals(matches, used, resamples) if len(truth) >= FEWEST else {},
        labels=names,
        per_class=per_class,
        skipped=tuple(skipped),
        notes=(*notes, *_notes(matches, names, truth)),
        mistakes=mistakes if worst is None else replace(mistakes, pictures=mistakes.pictures[:worst]),
        curves=Curves(names, coco.precision[0, :, :, 0].T, _against_threshold(matches), used, best),
        answers=tuple(_answers(matches, mistakes, predicted, truth)),
    )


def best_threshold(matches: Matches) -> float | None:
    """The score from which answers count where F1, over all classes together, is best; None where no answer is right.

    It lies midway between the last score that counts and the next one, so that a score's last bit decides nothing.
    """
    told = ~matches.ignored[0]
    order = np.argsort(-matches.score[told], kind="stable")
    scores, hits = matches.score[told][order], matches.hit[0][told][order]
    if not hits.any():
        return None
    right = np.cumsum(hits)
    value = 2 * right / (np.arange(1, len(hits) + 1) + matches.counted.sum())
    last = np.append(scores[1:] < scores[:-1], True)  # equal scores count together or not at all
    at = int(np.argmax(np.where(last, value, -1.0)))
    if at + 1 == len(scores):
        return float(scores[at])
    middle = float(scores[at] + scores[at + 1]) / 2
    return middle if middle > scores[at + 1] else float(scores[at])  # of neighbours, the middle is one of them


def _names(predicted: Sequence[Detections], truth: Sequence[Detections]) -> tuple[str, ...]:
    """Of the classes, that must be the same everywhere."""
    if not truth:
        raise CallError("nothing to evaluate: no pictures")
    if len(predicted) != len(truth):
        raise CallError(f"answers to {len(predicted)} pictures do not go with {len(truth)}; give one a picture")
    names = truth[0].names
    for number, one in enumerate((*truth, *predicted)):
        if one.names != names:
            side = "truth" if number < len(truth) else "answers"
            raise CallError(
                f"the {side} of picture {number % len(truth)} name the classes {', '.join(one.names)} and not "
                f"{', '.join(names)}; bring them to one list in one order first"
            )
    return names


def _at(
    matches: Matches, threshold: int | float, weights: Float[np.ndarray, "b n"] | Int[np.ndarray, "b n"]
) -> Float[np.ndarray, "b 3"]:
    """Precision, recall and F1 at a threshold, for each weighting of the pictures."""
    said = (matches.score >= threshold) & ~matches.ignored[0]
    pictures = len(matches.counted)
    sums = [
        weights @ np.bincount(matches.picture[which], minlength=pictures) for which in (said & matches.hit[0], said)
    ]
    right, answers, there = *sums, weights @ matches.counted.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        made: np.ndarray = np.stack([right / answers, right / there, 2 * right / (answers + there)], 1)
    return made


def _against_threshold(matches: Matches) -> Float[np.ndarray, "101 2"]:
    every = np.ones((1, len(matches.counted)))
    made: np.ndarray = np.concatenate([_at(matches, step / 100, every)[:, :2] for step in range(101)])
    return made


def _per_class(
    matches: Matches, coco: Coco, threshold: int | float, names: tuple[str, ...]
) -> dict[str, dict[str, int | float]]:
    """Of every class: how many there are, both average precisions, and precision, recall and F1 at the threshold."""
    said = (matches.score >= threshold) & ~matches.ignored[0]
    made: dict[str, dict[str, int | float]] = {}
    for label, name in enumerate(names):
        mine = said & (matches.label == label)
        right, answers, there = (
            int((mine & matches.hit[0]).sum()),
            int(mine.sum()),
            int(matches.counted[:, label].sum()),
        )
        made[name] = {
            "n": there,
            "ap50": float(coco.of_class[0, label]),
            "ap": mean(coco.of_class[:, label]),
            "precision": right / answers if answers else float("nan"),
            "recall": right / there if there else float("nan"),
            "f1": f1(right, answers, there),
        }
    return made


def _answers(
    matches: Matches, mistakes: Mistakes, predicted: Sequence[Detections], truth: Sequence[Detections]
) -> Iterator[Answer]:
    """Every mistake, then every thing that was found."""
    for erring in mistakes.pictures:
        for one in erring.mistakes:
            yield Answer(erring.picture, one.thing, one.said, one.score, one.cost, one.kind, one.box)
    for i in np.flatnonzero(matches.hit[0] & (matches.score >= mistakes.threshold)).tolist():
        number, row = int(matches.picture[i]), int(matches.row[i])
        picture = truth[number].picture if truth[number].picture is not None else predicted[number].picture
        name, (x1, y1, x2, y2) = truth[number].names[int(matches.label[i])], predicted[number].boxes[row].tolist()
        yield Answer(picture, name, name, float(matches.score[i]), box=(x1, y1, x2, y2))


def _intervals(matches: Matches, threshold: int | float, resamples: int) -> dict[str, tuple[int | float, int | float]]:
    """Where the numbers would lie on all pictures of the kind, with 95 % confidence, from pictures drawn anew.

    Average precision is a little too high on few pictures, because precision is made falling, and again too high on
    pictures drawn anew from them: as much is taken off. That is too little still, so its intervals are wider than a
    normal's; so wide that they held 95 % in trials (docs/decisions/0012).

    Source: Davison and Hinkley 1997, Bootstrap Methods and their Application, equation 5.5.
    """
    weights = np.concatenate([np.ones((1, len(matches.counted)), int), resampled(len(matches.counted), resamples)])
    values = precisions(matches, weights)
    at = _at(matches, threshold, weights)
    columns = {
        "map50": ([mean(one[0]) for one in values], WIDE),
        "map": ([mean(one) for one in values], WIDE),
        **{name: (column, NORMAL) for name, column in zip(("precision", "recall", "f1"), at.T, strict=True)},
    }
    found: dict[str, tuple[int | float, int | float]] = {}
    for name, ((value, *others), wide) in columns.items():
        told = np.asarray(others)[~np.isnan(others)]
        if len(told) and not np.isnan(value):
            middle, reach = 2 * value - told.mean(), wide * told.std()
            found[name] = (float(np.clip(middle - reach, 0, value)), float(np.clip(middle + reach, value, 1)))
    return found


def _notes(matches: Matches, names: tuple[str, ...], truth: Sequence[Detections]) -> list[str]:
    """What a reader of the numbers must know."""
    made = []
    absent = [name for name, there in zip(names, matches.counted.sum(0), strict=True) if not there]
    if absent and len(absent) < len(names):
        listed = ", ".join(absent[:6]) + (", ..." if len(absent) > 6 else "")
        made.append(
            f"nothing here is of the class {listed}: it is in no average"
            if len(absent) == 1
            else f"nothing here is of the classes {listed}: they are in no average"
        )
    elif absent:
        made.append("these pictures show nothing that counts, so only false answers can be told")
    crowded = int((matches.counted > MOST).any(1).sum())
    if crowded:
        made.append(
            f"{crowded} of {len(truth)} pictures show more than {MOST} things of one class; only the {MOST} surest "
            "answers of a class and picture count, as in COCO's tool, so not all of them can be found"
        )
    return made
