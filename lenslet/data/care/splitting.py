"""Dividing a data set by content: stable when files are added, and a picture with all its copies on one side."""

import numpy as np
from jaxtyping import Int, UInt64

from lenslet.data.samples import Part
from lenslet.data.split import split_by_content


def assign(
    keys: UInt64[np.ndarray, " n"],
    labels: Int[np.ndarray, " n"],
    groups: Int[np.ndarray, " n"],
    *,
    share: float = 0.15,
    test: float = 0.0,
) -> list[Part]:
    """The part of each picture.

    A picture goes where the hash of its content falls: below `test` into the test part, below `test + share` into the
    validation part. Copies go together, by the lowest hash among them; a picture that is filed under two classes stays
    in the train part, for nothing should be judged by it. Adding files moves no other picture than copies of them.

    Args:
        keys: `content_key` of each.
        labels: the class of each; every class keeps one different picture to learn from.
        groups: a number for each, equal for copies.
        share: expected share of the validation part, 0 to 1.
        test: expected share of the test part, 0 to 1.
    """
    together = keys.copy()
    torn = np.zeros(len(keys), bool)
    order = np.argsort(groups, kind="stable")
    for members in np.split(order, np.nonzero(np.diff(groups[order]))[0] + 1):
        together[members] = keys[members].min() if len(members) else 0
        torn[members] = len(np.unique(labels[members])) > 1
    part = np.zeros(len(keys), np.int64)
    free = np.nonzero(~torn)[0]
    for number, reach in ((2, test), (1, test + share)):
        if reach > 0 and (number == 2 or share > 0) and len(free):
            held = split_by_content(together[free], labels[free], share=reach)
            part[free[held]] = number
            free = free[~held]
    names: tuple[Part, ...] = ("train", "valid", "test")
    return [names[number] for number in part]
