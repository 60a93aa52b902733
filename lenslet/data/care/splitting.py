"""Dividing a data set by content: stable when files are added, and a picture with all its copies on one side; or by
groups, where it says whom its pictures show."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int, UInt64
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lenslet.data.samples import Part
from lenslet.data.split import split_by_content
from lenslet.data.together import group_key, split_by_group


def assign(
    keys: UInt64[np.ndarray, " n"],
    labels: Int[np.ndarray, " n"],
    groups: Int[np.ndarray, " n"],
    *,
    people: Sequence[str] = (),
    share: float = 0.15,
    test: float = 0.0,
) -> list[Part]:
    """The part of each picture.

    A picture goes where the hash of its content falls: below `test` into the test part, below `test + share` into the
    validation part. Copies go together, by the lowest hash among them; a picture that is filed under two classes stays
    in the train part, for nothing should be judged by it. Adding files moves no other picture than copies of them.

    Where groups of pictures are known (of one person, of one film), whole groups go where the hash of their name falls,
    as `together.split_by_group` has it for training; two groups that share a copy go together.

    Args:
        keys: `content_key` of each.
        labels: the class of each; every class keeps one different picture to learn from.
        groups: a number for each, equal for copies.
        people: the group of each picture, by name; empty where none are known.
        share: expected share of the validation part, 0 to 1.
        test: expected share of the test part, 0 to 1.
    """
    together = keys.copy()
    torn = np.zeros(len(keys), bool)
    order = np.argsort(groups, kind="stable")
    for members in np.split(order, np.nonzero(np.diff(groups[order]))[0] + 1):
        together[members] = keys[members].min() if len(members) else 0
        torn[members] = len(np.unique(labels[members])) > 1
    names = np.array(_joined(people, groups) if people else (), object)
    if len(names):
        torn = np.isin(names, names[torn])
    part = np.zeros(len(keys), np.int64)
    free = np.nonzero(~torn)[0]
    for number, reach in ((2, test), (1, test + share)):
        if reach > 0 and (number == 2 or share > 0) and len(free):
            if len(names):
                held = split_by_group(names[free].tolist(), labels[free], share=reach)
            else:
                held = split_by_content(together[free], labels[free], share=reach)
            part[free[held]] = number
            free = free[~held]
    spoken: tuple[Part, ...] = ("train", "valid", "test")
    return [spoken[number] for number in part]


def _joined(people: Sequence[str], copies: Int[np.ndarray, " n"]) -> tuple[str, ...]:
    """The group of each picture; of groups that share copies, that one's name whose hash is the lowest."""
    names, own = np.unique(np.array(people, object), return_inverse=True)
    _, same = np.unique(copies, return_inverse=True)
    count = len(names) + int(same.max(initial=-1)) + 1
    # people and copies are the knots of one graph, pictures its edges
    edges = coo_array((np.ones(len(own)), (own, same + len(names))), (count, count))
    _, part = connected_components(edges, directed=False)
    first: dict[int, str] = {}
    for name, number in zip(names, part[: len(names)].tolist(), strict=True):
        first[number] = min(first.get(number, name), name, key=group_key)
    return tuple(first[number] for number in part[own].tolist())
