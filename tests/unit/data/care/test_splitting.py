"""Parts by the hash of a picture, or of the group it belongs to."""

import numpy as np

from lenslet.data.care.splitting import assign
from lenslet.data.together import group_key, split_by_group

N = 400
PEOPLE = [f"person {i % 100}" for i in range(N)]
KEYS = np.random.default_rng(0).integers(0, 2**63, N).astype(np.uint64)
ALONE, ONE = np.arange(N), np.zeros(N, np.int64)


def parts_of(places: list[str], people: list[str]) -> dict[str, set[str]]:
    return {who: {p for p, w in zip(places, people, strict=True) if w == who} for who in people}


def test_nobody_stands_in_two_parts_and_the_shares_are_kept() -> None:
    places = assign(KEYS, ONE, ALONE, people=PEOPLE, share=0.2, test=0.1)
    assert all(len(parts) == 1 for parts in parts_of(places, PEOPLE).values())
    assert 0.1 < places.count("valid") / N < 0.3
    assert 0.02 < places.count("test") / N < 0.2


def test_what_is_held_out_is_what_training_would_hold_out() -> None:
    places = assign(KEYS, ONE, ALONE, people=PEOPLE)
    assert (np.array(places) == "valid").tolist() == split_by_group(PEOPLE).tolist()


def test_people_that_are_added_move_nobody() -> None:
    few = assign(KEYS[:300], ONE[:300], ALONE[:300], people=[f"person {i // 4}" for i in range(300)], test=0.2)
    more = assign(KEYS, ONE, ALONE, people=[f"person {i // 4}" for i in range(N)], test=0.2)
    assert few == more[:300]


def test_two_people_who_share_a_copy_go_together_by_the_lower_hash() -> None:
    places = assign(KEYS, ONE, ALONE, people=PEOPLE, share=0.3)
    parts = {who: next(iter(p)) for who, p in parts_of(places, PEOPLE).items()}
    low = next(who for who in PEOPLE if parts[who] == "valid")
    high = next(who for who in PEOPLE if parts[who] == "train" and group_key(who) > group_key(low))
    copies = ALONE.copy()
    copies[PEOPLE.index(high)] = PEOPLE.index(low)
    joined = parts_of(assign(KEYS, ONE, copies, people=PEOPLE, share=0.3), PEOPLE)
    assert joined[low] == joined[high] == {"valid"}
    others = [who for who in PEOPLE if who not in (low, high)]
    assert all(joined[who] == {parts[who]} for who in others)


def test_a_group_with_a_picture_under_two_classes_is_judged_by_nothing() -> None:
    places = assign(KEYS, ONE, ALONE, people=PEOPLE, share=0.3)
    who = PEOPLE[places.index("valid")]
    mine = [i for i, name in enumerate(PEOPLE) if name == who]
    labels, copies = np.arange(N) % 2, ALONE.copy()
    copies[mine[1]], labels[mine[0]], labels[mine[1]] = mine[0], 0, 1
    again = assign(KEYS, labels, copies, people=PEOPLE, share=0.3)
    assert {again[i] for i in mine} == {"train"}
    unlike = np.array([0, 1] * (N // 2))  # people show several classes: that alone tears nobody
    assert all(len(p) == 1 for p in parts_of(assign(KEYS, unlike, ALONE, people=PEOPLE), PEOPLE).values())
