"""Dividing data: laws that hold for any files, classes and copies."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.data.care.splitting import assign

FILES = st.lists(
    st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=40
)  # key, class, group
SHARES = st.tuples(st.floats(0.05, 0.5), st.sampled_from([0.0, 0.1, 0.3]))


def divided(files: list[tuple[int, int, int]], share: float, test: float) -> list[str]:
    keys, labels, groups = zip(*files, strict=True)
    return list(assign(np.array(keys, np.uint64), np.array(labels), np.array(groups), share=share, test=test))


@settings(max_examples=50, deadline=None)
@given(FILES, SHARES)
def test_copies_are_never_divided(files: list[tuple[int, int, int]], shares: tuple[float, float]) -> None:
    parts = divided(files, *shares)
    of_one_class = {}
    for (_, label, group), part in zip(files, parts, strict=True):
        of_one_class.setdefault(group, set()).add((label, part))
    for seen in of_one_class.values():
        if len({label for label, _ in seen}) == 1:
            assert len({part for _, part in seen}) == 1
        else:  # a contradiction judges nobody
            assert {part for _, part in seen} == {"train"}


@settings(max_examples=50, deadline=None)
@given(FILES, SHARES)
def test_every_class_keeps_a_picture_to_learn_from(
    files: list[tuple[int, int, int]], shares: tuple[float, float]
) -> None:
    parts = divided(files, *shares)
    learned = {label for (_, label, _), part in zip(files, parts, strict=True) if part == "train"}
    assert learned == {label for _, label, _ in files}


@settings(max_examples=50, deadline=None)
@given(FILES, SHARES, st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(
    files: list[tuple[int, int, int]], shares: tuple[float, float], dice: object
) -> None:
    order = list(range(len(files)))
    dice.shuffle(order)  # type: ignore[attr-defined]
    parts = divided(files, *shares)
    assert divided([files[i] for i in order], *shares) == [parts[i] for i in order]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), SHARES)
def test_adding_other_pictures_moves_nobody(seed: int, shares: tuple[float, float]) -> None:
    dice = np.random.default_rng(seed)
    keys = dice.integers(0, 2**64, 400, dtype=np.uint64)
    labels = np.arange(400) % 2
    alone = np.arange(400)
    before = assign(keys[:300], labels[:300], alone[:300], share=shares[0], test=shares[1])
    assert list(assign(keys, labels, alone, share=shares[0], test=shares[1]))[:300] == list(before)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 200))
def test_the_shares_are_about_those_asked_for(seed: int) -> None:
    keys = np.random.default_rng(seed).integers(0, 2**64, 4000, dtype=np.uint64)
    parts = assign(keys, np.zeros(4000, int), np.arange(4000), share=0.2, test=0.1)
    assert abs(parts.count("valid") / 4000 - 0.2) < 0.04
    assert abs(parts.count("test") / 4000 - 0.1) < 0.03
