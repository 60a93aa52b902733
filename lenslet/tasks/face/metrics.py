"""How well distances tell who is the same. Imports no torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int

from lenslet.errors import CallError
from lenslet.results import Evaluation, Miss, Roc
from lenslet.results.intervals import FEWEST

__all__ = [
    "FARS",
    "Apart",
    "Pairs",
    "all_pairs",
    "area",
    "by_head",
    "distances",
    "evaluate",
    "rates",
    "squared",
    "threshold_at",
]

Apart = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""How far encodings are from each other, along the last axis: 0 to 4."""

FARS = (1e-2, 1e-3)
_MOST = 1_000_000  # pairs of different identities; more are drawn from
_BINS = 4_000  # of the squared distance, for intervals
_TIMES = 200
_ENOUGH = 10  # wrongly accepted pairs that there must be, for a rate to be told


@dataclass(frozen=True)
class Pairs:
    """Pairs of pictures.

    Args:
        first: number of a picture.
        second: of the other.
        same: whether they show the same one.
    """

    first: Int[np.ndarray, " p"]
    second: Int[np.ndarray, " p"]
    same: Bool[np.ndarray, " p"]


def all_pairs(identities: Int[np.ndarray, " n"], *, most: int = _MOST, seed: int = 0) -> Pairs:
    """Every pair of pictures of one identity, and every other pair or `most` of them, evenly drawn.

    Args:
        identities: whose each picture is.
        most: pairs of different identities.
        seed: of the drawing.
    """
    n = len(identities)
    dice = np.random.default_rng(seed)
    order = np.argsort(identities, kind="stable")
    bounds = np.flatnonzero(np.diff(identities[order])) + 1
    same = [np.stack(np.triu_indices(len(own), 1)) for own in np.split(order, bounds)]
    first, second = (
        np.concatenate([own[pair] for own, pair in zip(np.split(order, bounds), same, strict=True)], axis=1)
        if n
        else np.zeros((2, 0), np.int64)
    )
    if n * (n - 1) // 2 <= most:
        a, b = np.triu_indices(n, 1)
    else:
        a, b = dice.integers(0, n, (2, most))
    apart = identities[a] != identities[b]
    a, b = a[apart], b[apart]
    kind = np.concatenate([np.ones(len(first), bool), np.zeros(len(a), bool)])
    return Pairs(np.concatenate([first, a]), np.concatenate([second, b]), kind)


def rates(
    distances: Float[np.ndarray, " p"], same: Bool[np.ndarray, " p"]
) -> tuple[Float[np.ndarray, " t"], Float[np.ndarray, " t"], Float[np.ndarray, " t"]]:
    """The ROC curve: thresholds (rising), the share of others that are accepted at each (FAR), and of the same (TAR).

    Who is as near as the threshold, or nearer, is accepted.

    Raises:
        CallError: only one kind of pair.
    """
    if not same.any() or same.all():
        raise CallError("to measure how well the same are told from others takes pairs of both kinds")
    order = np.argsort(distances, kind="stable")
    ranked = distances[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)  # equal distances are accepted together
    yes = np.cumsum(same[order])[last]
    no = np.cumsum(~same[order])[last]
    start = np.zeros(1)
    return (
        np.concatenate([start - 1e-12, ranked[last]]),
        np.concatenate([start, no / no[-1]]),
        np.concatenate([start, yes / yes[-1]]),
    )


def threshold_at(far: int | float, distances: Float[np.ndarray, " p"], same: Bool[np.ndarray, " p"]) -> float:
    """The largest threshold at which at most that share of the others is accepted."""
    thresholds, fars, _ = rates(distances, same)
    return float(thresholds[np.flatnonzero(fars <= far)[-1]])


def evaluate(
    encodings: Float[np.ndarray, "n d"],
    identities: Int[np.ndarray, " n"],
    names: Sequence[str],
    *,
    pictures: Sequence[str | Path | np.ndarray] | None = None,
    pairs: Pairs | None = None,
    apart: Apart | None = None,
    threshold: int | float | None = None,
    missing: int = 0,
    worst: int = 24,
    skipped: Sequence[tuple[str | Path, str]] = (),
    notes: Sequence[str] = (),
) -> Evaluation:
    """Verification on pairs of pictures.

    Metrics: `auc`, the probability that two of the same are nearer than two others; `eer`, where as many of the same
    are refused as others are accepted; `accuracy`, the mean of both kinds told rightly at the threshold; `tar@far=1e-2`
    and `tar@far=1e-3`, the share of the same accepted where one in 100 or 1,000 others is. Intervals draw identities
    anew.

    Args:
        encodings: of length 1; a row of NaN for a picture in which nothing was found.
        identities: whose each is.
        names: of the identities.
        pictures: for the list of the worst.
        pairs: the pairs to measure; all of them unless given.
        apart: another measure than the squared distance.
        threshold: distance up to which two count as the same; the one that is best here unless given.
        missing: pictures in which nothing was found.
        worst: how many pairs to keep.
        skipped: (path, why) of files that could not be read.
        notes: sentences that a reader of the numbers must know.

    Raises:
        CallError: only one identity, or nobody with two pictures.

    Source: course items 4.1, 4.4; Huang et al. 2007 (LFW); Phillips et al. 2000 (FERET) for TAR at FAR.
    """
    pairs = all_pairs(identities) if pairs is None else pairs
    away = distances(encodings, pairs, apart)
    thresholds, fars, tars = rates(away, pairs.same)
    said = list(notes)
    found: dict[str, float] = {"auc": area(fars, tars), "eer": _eer(fars, tars)}
    if threshold is None:
        threshold = float(thresholds[np.argmax(tars - fars)])
        said.append(
            "accuracy is at the threshold that is best for these very pairs: with another, chosen before, it is lower"
        )
    found["accuracy"] = _accuracy(away, pairs.same, threshold)
    others = int((~pairs.same).sum())
    for far in FARS:
        found[f"tar@far={far:.0e}".replace("e-0", "e-")] = _tar(fars, tars, far)
        if others * far < _ENOUGH:
            said.append(
                f"{others:,} pairs of different ones are too few to speak of one wrong in {1 / far:,.0f}: "
                f"at least {_ENOUGH / far:,.0f} are needed, and of many people"
            )
    if missing:
        said.append(f"{missing} of the pictures show nothing that was found: pairs with them count as wrong")
    intervals = _intervals(away, pairs, identities, threshold)
    there = np.bincount(identities, minlength=len(names))
    return Evaluation(
        task="face",
        n=len(identities),
        metrics=found,
        intervals={name: between for name, between in intervals.items() if name in found},
        labels=tuple(names),
        per_class=_per_identity(away, pairs, identities, names, threshold),
        worst=_worst(away, pairs, identities, names, pictures, threshold, worst),
        skipped=tuple(skipped),
        roc=Roc.of(away, pairs.same, max(float(threshold), 0.0)),
        notes=(
            *said,
            f"{int(pairs.same.sum()):,} pairs of the same and {others:,} of different ones, of "
            f"{int((there > 0).sum())} identities; two count as the same up to a squared distance of {threshold:.3f}",
        ),
    )


def squared(a: Float[np.ndarray, "*n d"], b: Float[np.ndarray, "*m d"]) -> Float[np.ndarray, "*k"]:
    """|a - b|^2.

    Source: course item 4.5.
    """
    out: np.ndarray = ((a - b) ** 2).sum(-1)
    return out


def by_head(weight: Float[np.ndarray, " d"], bias: float) -> Apart:
    """How far two are apart by a binary head: 4 times the probability that they are different.

    Source: course item 4.7.
    """

    def apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        logits = np.abs(a - b) @ weight + bias
        return np.asarray(4 / (1 + np.exp(np.clip(logits, -60, 60))))

    return apart


def distances(encodings: Float[np.ndarray, "n d"], pairs: Pairs, apart: Apart | None = None) -> Float[np.ndarray, " p"]:
    """Pair by pair; where nothing was found, the answer is the wrong one: 4 for the same, 0 for others."""
    rows = np.asarray(encodings, np.float32)
    out = np.empty(len(pairs.first))
    for start in range(0, len(out), 100_000):  # rows of encodings are gathered: memory stays bounded
        part = slice(start, start + 100_000)
        out[part] = np.clip((apart or squared)(rows[pairs.first[part]], rows[pairs.second[part]]), 0, 4)
    lost = ~np.isfinite(out)
    out[lost] = np.where(pairs.same[lost], 4.0, 0.0)
    return out


def area(fars: Float[np.ndarray, " t"], tars: Float[np.ndarray, " t"]) -> float:
    """Under the ROC curve."""
    return float(((tars[1:] + tars[:-1]) / 2 * np.diff(fars)).sum())


def _eer(fars: Float[np.ndarray, " t"], tars: Float[np.ndarray, " t"]) -> float:
    """Where the curve crosses FAR = 1 - TAR, on the line between its two points there."""
    gap = fars - (1 - tars)
    after = int(np.argmax(gap >= 0))
    if after == 0 or gap[after] == gap[after - 1]:
        return float(fars[after])
    part = -gap[after - 1] / (gap[after] - gap[after - 1])
    return float(fars[after - 1] + part * (fars[after] - fars[after - 1]))


def _tar(fars: Float[np.ndarray, " t"], tars: Float[np.ndarray, " t"], far: float) -> float:
    return float(tars[np.flatnonzero(fars <= far)[-1]])


def _accuracy(apart: Float[np.ndarray, " p"], same: Bool[np.ndarray, " p"], threshold: int | float) -> float:
    """The mean of both kinds: of ten thousand pairs ten are of the same, and "different" is right of nearly all."""
    accepted = apart <= threshold
    return float((accepted[same].mean() + (~accepted[~same]).mean()) / 2)


def _intervals(
    apart: Float[np.ndarray, " p"], pairs: Pairs, identities: Int[np.ndarray, " n"], threshold: int | float
) -> dict[str, tuple[float, float]]:
    """95 % of what the numbers are when identities are drawn anew: pictures of one person say less than as many people.

    Distances are counted in bins of a thousandth.
    """
    known, whose = np.unique(identities, return_inverse=True)
    if len(known) < FEWEST:
        return {}
    dice = np.random.default_rng(0)
    bins = np.minimum((apart / 4 * _BINS).astype(np.int64), _BINS - 1)
    cut = int(threshold / 4 * _BINS)
    first, second = whose[pairs.first], whose[pairs.second]
    drawn: dict[str, list[float]] = {}
    for _ in range(_TIMES):
        times = np.bincount(dice.integers(0, len(known), len(known)), minlength=len(known)).astype(np.float64)
        # an identity that is drawn twice is two identities: its pairs with itself count as often as it is drawn
        weights = np.where(pairs.same, times[first], times[first] * times[second])
        yes = np.cumsum(np.bincount(bins[pairs.same], weights[pairs.same], _BINS))
        no = np.cumsum(np.bincount(bins[~pairs.same], weights[~pairs.same], _BINS))
        if yes[-1] == 0 or no[-1] == 0:
            continue
        fars, tars = np.append(0, no / no[-1]), np.append(0, yes / yes[-1])
        one = {"auc": area(fars, tars), "eer": _eer(fars, tars), "accuracy": (tars[cut + 1] + 1 - fars[cut + 1]) / 2}
        one |= {f"tar@far={far:.0e}".replace("e-0", "e-"): _tar(fars, tars, far) for far in FARS}
        for name, value in one.items():
            drawn.setdefault(name, []).append(float(value))
    return {name: tuple(np.quantile(values, (0.025, 0.975)).tolist()) for name, values in drawn.items()}


def _per_identity(
    apart: Float[np.ndarray, " p"],
    pairs: Pairs,
    identities: Int[np.ndarray, " n"],
    names: Sequence[str],
    threshold: int | float,
) -> dict[str, dict[str, float | int]]:
    """Of each: pictures, the share of its own pairs refused, and of pairs with others accepted."""
    count = len(names)
    accepted = apart <= threshold
    table: dict[str, dict[str, float | int]] = {}
    own, own_wrong, cross, cross_wrong = (np.zeros(count) for _ in range(4))
    for side in (pairs.first, pairs.second):
        whose = identities[side]
        own += np.bincount(whose[pairs.same], minlength=count)
        own_wrong += np.bincount(whose[pairs.same & ~accepted], minlength=count)
        cross += np.bincount(whose[~pairs.same], minlength=count)
        cross_wrong += np.bincount(whose[~pairs.same & accepted], minlength=count)
    pictures = np.bincount(identities, minlength=count)
    for i in np.flatnonzero(pictures).tolist():
        table[names[i]] = {
            "n": int(pictures[i]),
            "refused": float(own_wrong[i] / own[i]) if own[i] else float("nan"),
            "accepted": float(cross_wrong[i] / cross[i]) if cross[i] else float("nan"),
        }
    return table


def _worst(
    apart: Float[np.ndarray, " p"],
    pairs: Pairs,
    identities: Int[np.ndarray, " n"],
    names: Sequence[str],
    pictures: Sequence[str | Path | np.ndarray] | None,
    threshold: int | float,
    count: int,
) -> tuple[Miss, ...]:
    """The pairs that are farthest on the wrong side of the threshold; both kinds in turn."""
    wrong = np.where(pairs.same, apart - threshold, threshold - apart)
    kinds = []
    for same in (True, False):
        rows = np.flatnonzero((pairs.same == same) & (wrong > 0))
        kinds.append(rows[np.argsort(-wrong[rows], kind="stable")][:count].tolist())
    turns = [row for both in zip(*(k + [None] * count for k in kinds), strict=False) for row in both if row is not None]
    misses = []
    for row in turns[:count]:
        a, b = int(pairs.first[row]), int(pairs.second[row])
        who = " and ".join(dict.fromkeys((names[identities[a]], names[identities[b]])))
        both = (None, None) if pictures is None else (pictures[a], pictures[b])
        shown, beside = (Path(one) if isinstance(one, str | Path) else one for one in both)
        truth = f"{who}: {'the same' if pairs.same[row] else 'different'}"
        said = "different" if pairs.same[row] else "the same"
        far = f"{said}, at a distance of {apart[row]:.3f}"
        misses.append(Miss(shown, truth, far, 1.0, float(wrong[row]), beside))
    return tuple(misses)
