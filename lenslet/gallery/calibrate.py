"""tau for a wanted share of strangers, from the people of a gallery themselves."""

import math

import numpy as np
from jaxtyping import Bool, Float, Int

from lenslet.errors import CallError
from lenslet.gallery.search import Held
from lenslet.results import FaceThreshold
from lenslet.results.intervals import FEWEST, bootstrap

__all__ = ["calibrated", "to_people"]

ENOUGH = 30
"""Errors that have to be seen: then the true share lies within 30 % of the one seen, nine times in ten (Doddington)."""
MOST = 1_500
"""People, and pictures, that are compared; drawn at random where there are more."""
TIMES = 300
_SAME = 1e-12  # rounding: a with b, and b with a


def calibrated(held: Held, wanted: float | int, *, seed: int = 0) -> FaceThreshold:
    """The largest tau at which no more than a `wanted` share of strangers is expected to be taken for a given person.

    A stranger is each picture against each other person, by the very rule of `verify`: the nearest of the person's
    pictures. Of N such distances in order, the k-th lets k/(N + 1) of new ones in, whatever they are distributed like.

    Args:
        held: everybody.
        wanted: a share above 0 and below 1.
        seed: of the drawing where there are more than 1,500 people or pictures, and of the intervals.

    Raises:
        CallError: no such share, or fewer than two people.

    Source: David & Nagaraja 2003, Order Statistics, 2.1 (the expected content below an order statistic).
    """
    if not 0 < wanted < 1:
        raise CallError(f"far is {wanted}: give the share of strangers that may be taken for somebody, such as 0.001")
    vectors, owner = _drawn(held, seed)
    people = int(owner.max()) + 1 if len(owner) else 0
    if people < 2:
        raise CallError(
            f"a threshold is found by comparing people: enrol at least 2 (there is {people}); 30 and more say something"
        )
    probes = _probes(owner, seed)
    distances = to_people(vectors, owner, probes)
    mine = owner[probes]
    genuine = distances[np.arange(len(probes)), mine]
    has_more = np.isfinite(genuine)
    other = np.ones_like(distances, dtype=bool)
    other[np.arange(len(probes)), mine] = False
    strangers = distances[other]
    order = np.argsort(strangers, kind="stable")
    ranked = strangers[order]
    count = len(ranked)
    let_in, seen = _let_in(ranked, math.floor(wanted * (count + 1)))
    threshold = _below(ranked[let_in - 1])
    refused = (genuine[has_more] > threshold).astype(np.float64)
    spread = bootstrap(refused[:, None], [str(who) for who in mine[has_more]], seed=seed) if len(refused) else None
    return FaceThreshold(
        threshold=threshold,
        wanted=wanted,
        far=let_in / (count + 1),
        threshold_interval=_interval(ranked, order, other, mine, people, wanted, seed),
        frr=float(refused.mean()) if len(refused) else None,
        frr_interval=spread[0] if spread else None,
        impostor=count,
        genuine=len(refused),
        people=people,
        curve=_curve(ranked),
        notes=tuple(_notes(let_in, seen, count, len(refused), people, wanted)),
    )


def to_people(
    vectors: Float[np.ndarray, "n d"], owner: Int[np.ndarray, " n"], probes: Int[np.ndarray, " m"]
) -> Float[np.ndarray, "m p"]:
    """The squared distance of each probe to the nearest picture of each person, never to itself.

    Infinite where the person has no other picture.
    """
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(owner.max() + 1))
    found = np.empty((len(probes), len(starts)))
    for first in range(0, len(probes), 256):
        part = probes[first : first + 256]
        distances = 2 - 2 * (vectors[part].astype(np.float64) @ vectors[order].T.astype(np.float64))
        distances[part[:, None] == order] = np.inf
        found[first : first + 256] = np.minimum.reduceat(np.clip(distances, 0, None), starts, axis=1)
    return np.minimum(found, np.where(np.isfinite(found), 4.0, np.inf))


def _drawn(held: Held, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Encodings and owners of people who have any, numbered anew; of very many people some."""
    who = np.unique(held.owner)
    if len(who) > MOST:
        who = np.sort(np.random.default_rng(seed).choice(who, MOST, replace=False))
    rows = np.isin(held.owner, who)
    return held.vectors[rows], np.searchsorted(who, held.owner[rows])


def _probes(owner: Int[np.ndarray, " n"], seed: int) -> Int[np.ndarray, " m"]:
    if len(owner) <= MOST:
        return np.arange(len(owner))
    return np.sort(np.random.default_rng(seed).choice(len(owner), MOST, replace=False))


def _let_in(ranked: Float[np.ndarray, " n"], most: int) -> tuple[int, int]:
    """How many strangers tau lets in: `most` at the most, and never a part of those at one distance.

    Two who are each other's nearest stand in the ranks twice, and say one thing.

    Returns:
        That number, k, and how many distances there are among the k.
    """
    ends = np.append(np.flatnonzero(np.diff(ranked) > _SAME) + 1, len(ranked))
    place = max(int(np.searchsorted(ends, most, side="right")) - 1, 0)
    return int(ends[place]), place + 1


def _below(distance: float) -> float:
    """Just below it: the pair itself is refused. Rounding of float32 lies above a double's last digit."""
    return max(float(distance) * (1 - 1e-6), 0.0)


def _interval(
    ranked: Float[np.ndarray, " k"],
    order: Int[np.ndarray, " k"],
    other: Bool[np.ndarray, "m p"],
    mine: Int[np.ndarray, " m"],
    people: int,
    wanted: float,
    seed: int,
) -> tuple[float, float] | None:
    """95 % of tau when people are drawn anew: both sides of a pair are of the drawn."""
    if people < FEWEST:
        return None
    probe, person = np.nonzero(other)
    tail = order[: max(1_000, math.ceil(20 * wanted * len(order)))]  # the rest decides nothing
    left, right = mine[probe[tail]], person[tail]
    each = np.bincount(mine, minlength=people)
    dice = np.random.default_rng(seed)
    found = []
    for _ in range(TIMES):
        times = np.bincount(dice.integers(0, people, people), minlength=people)
        weights = np.cumsum(times[left] * times[right])
        pictures = times * each
        total = pictures.sum() * times.sum() - (pictures * times).sum()
        at = int(np.searchsorted(weights, max(wanted * total, 1e-9), side="left"))
        found.append(_below(ranked[min(at, len(tail) - 1)]))
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def _curve(ranked: Float[np.ndarray, " k"]) -> tuple[tuple[float, float], ...]:
    """(far, tau) at about 60 places, from half of all strangers to the fewest that can be told."""
    places = np.unique(np.round(np.geomspace(1, max(len(ranked) // 2, 1), 60)).astype(int))[::-1]
    return tuple((float(k / (len(ranked) + 1)), float(ranked[k - 1])) for k in places)


def _notes(let_in: int, seen: int, count: int, genuine: int, people: int, wanted: float) -> list[str]:
    notes = []
    if seen < ENOUGH:
        least = ENOUGH * let_in / seen / count
        those = f"{count:,} pairs of strangers, of {people} people, are too few for a share of {wanted:g}"
        notes.append(
            f"{those}: from {least:.2g} on they say something; below it, take the threshold for a first guess, and "
            "enrol more people"
            if least < 0.5
            else f"{those}, or for any: take the threshold for a first guess, and enrol more people, 30 at the least"
        )
    if not genuine:
        notes.append(
            "nobody has two pictures: how often people are refused who should not be cannot be told; enrol a "
            "second one of some"
        )
    elif genuine < ENOUGH:
        notes.append(f"how often people are refused is told from {genuine} pictures only")
    return notes
