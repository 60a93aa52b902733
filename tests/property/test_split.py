"""Laws of the split by content."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.data import content_key, split_by_content
from lenslet.data.split import mark_of

keyed = st.lists(st.tuples(st.binary(min_size=1, max_size=3), st.integers(0, 3)), min_size=1, max_size=80)


def _arrays(samples: list[tuple[bytes, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([content_key(c) for c, _ in samples], np.uint64), np.array([label for _, label in samples])


@settings(deadline=None)
@given(keyed)
def test_copies_of_a_picture_in_a_class_never_stand_on_both_sides(samples: list[tuple[bytes, int]]) -> None:
    keys, labels = _arrays(samples)
    held = split_by_content(keys, labels, share=0.3)
    for key, label in {(int(k), int(c)) for k, c in zip(keys, labels, strict=True)}:
        assert len(set(held[(keys == np.uint64(key)) & (labels == label)])) == 1


@settings(deadline=None)
@given(keyed)
def test_every_class_with_two_distinct_pictures_is_on_both_sides(samples: list[tuple[bytes, int]]) -> None:
    keys, labels = _arrays(samples)
    held = split_by_content(keys, labels)
    for label in set(labels):
        mine = labels == label
        assert (~held[mine]).any()
        assert held[mine].any() == (len(set(keys[mine])) > 1)


@settings(deadline=None)
@given(keyed, st.randoms())
def test_the_order_of_the_files_does_not_matter(samples: list[tuple[bytes, int]], dice: object) -> None:
    keys, labels = _arrays(samples)
    order = np.arange(len(samples))
    dice.shuffle(order)  # type: ignore[attr-defined]
    assert (split_by_content(keys, labels)[order] == split_by_content(keys[order], labels[order])).all()


def test_files_that_are_added_move_nobody_and_the_share_is_kept() -> None:
    keys = np.array([content_key(str(i).encode()) for i in range(4000)], np.uint64)
    labels = np.zeros(4000, int)
    few, all_ = split_by_content(keys[:3000], labels[:3000]), split_by_content(keys, labels)
    assert (few == all_[:3000]).all()
    assert abs(all_.mean() - 0.15) < 0.02


def test_a_data_set_has_the_same_mark_in_any_order_and_another_with_one_picture_less() -> None:
    keys = np.array([3, 1, 2], np.uint64)
    assert mark_of(keys) == mark_of(keys[::-1]) == "e2e2033ae7e19d680599d4eb0a1359a2"  # as cards have it since 0.1
    assert mark_of(keys[:2]) != mark_of(keys)
