"""Which pictures of identities are learned from, and which are held out: whole identities where there are enough."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

from lenslet.data import Sample
from lenslet.data.identities import Identities
from lenslet.data.split import split_by_content
from lenslet.data.together import split_by_group
from lenslet.errors import CallError

__all__ = ["few", "first", "halves", "measured_on"]

_FEWEST = 12  # identities from which on some can be held out, and still be told from each other
_FEWEST_HELD = 3  # fewer would be no question of who is who
_SHARE, _LEAST = 0.15, 0.08  # of them that are held out: the first where there are few, and towards the second


def halves(
    people: Identities, rows: np.ndarray, labels: np.ndarray, keys: np.ndarray, hold_out: bool
) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, " m"], str]:
    """Numbers of pictures to learn from, of those to hold out, and in words where the latter came from.

    Args:
        people: who is who, in parts.
        rows: of each picture; negative where there is none.
        labels: whose each is.
        keys: of the content of each row.
        hold_out: whether some are, where the data has no such part.
    """
    readable, index = rows >= 0, np.arange(len(rows))
    if people.valid:
        late = index >= len(people.train)
        name = people.root.name
        return index[readable & ~late], index[readable & late], f"the validation part of {name}, which chose the epoch"
    held = np.zeros(len(rows), bool)
    heart = "the very pictures it learned, because nothing was held out: expect less on others"
    if not hold_out:
        return index[readable], index[:0], heart
    there = np.unique(labels[readable])
    if len(there) >= _FEWEST:
        # whole identities: whoever is learned from is known, and the question is how well strangers are told apart
        # most of many are left to learn from: every identity more makes it better at telling strangers apart
        share = min(_SHARE, max(_FEWEST / len(there), _LEAST))
        held[readable] = split_by_group([people.names[i] for i in labels[readable]], share=share, least=_FEWEST_HELD)
        count = len(np.unique(labels[readable & held]))
        how = (
            f"{count} identities that were held out by their name, never trained on; they chose the epoch and the "
            "threshold"
        )
    else:
        held[readable] = split_by_content(keys[rows[readable]], labels[readable], share=0.3)
        how = "pictures held out by content, of identities that it learned: strangers are harder"
    if (np.bincount(labels[held]) > 1).sum() < 2:
        return index[readable], index[:0], heart
    return index[readable & ~held], index[readable & held], how


def few(learn: Int[np.ndarray, " n"], labels: np.ndarray, count: int) -> Int[np.ndarray, " m"]:
    """`count` of the pictures to learn, two at least of each identity."""
    if count < 4:
        raise CallError(f"overfit is {count}: give at least 4 pictures, two of each of two identities")
    order = sorted(learn, key=lambda i: (int((labels[learn[learn < i]] == labels[i]).sum()) // 2, labels[i]))
    return np.array(order[:count])


def first(samples: Sequence[Sample], count: int) -> list[Sample]:
    """As many, four of each identity."""
    each: Counter[int] = Counter()
    order: list[tuple[int, int, int]] = []
    for sample in samples:
        order.append((each[sample.label] // 4, sample.label, len(order)))
        each[sample.label] += 1
    return [samples[i] for *_, i in sorted(order)[:count]]


def measured_on(
    chosen: Sequence[Sample], learn: np.ndarray, held: np.ndarray, empty: Sequence[int], *, by_heart: bool
) -> tuple[Sample, ...]:
    """The samples that are measured on: those held out, and then, of identities that were held out as a whole, those
    on which nothing was found; where nothing was held out, those learned from.

    Args:
        chosen: all of them.
        learn: numbers of those to learn from.
        held: of those to hold out.
        empty: of those on which nothing was found.
        by_heart: whether it is measured on what was learned.
    """
    if by_heart:
        return tuple(chosen[i] for i in (held if len(held) else learn))
    whole = {chosen[i].label for i in held} - {chosen[i].label for i in learn}
    return tuple(chosen[i] for i in (*held, *(i for i in empty if chosen[i].label in whole)))
