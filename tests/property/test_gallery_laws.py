"""Laws of the gallery: turning keeps distances, sealing gives back, what is nearest does not depend on the order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.gallery.calibrate import to_people
from lenslet.gallery.chain import broken, head_of, next_line
from lenslet.gallery.records import Kept, Person
from lenslet.gallery.rotation import rotation
from lenslet.gallery.seal import Seal
from lenslet.gallery.search import Held
from lenslet.results import Encoding

seeds = st.integers(0, 2**32 - 1)


def unit(shape: tuple[int, int], seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=shape)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@given(st.binary(min_size=1, max_size=64), st.integers(1, 24))
def test_a_turn_keeps_lengths_and_distances(secret, dimensions):
    turn = rotation(secret, dimensions)
    assert turn @ turn.T == pytest.approx(np.eye(dimensions), abs=1e-9)
    assert (rotation(secret, dimensions) == turn).all()


@given(st.binary(max_size=200), st.text(max_size=20), st.integers(0, 2**31))
def test_what_is_sealed_comes_back(plain, place, row):
    seal = Seal(b"k" * 32, "aa")
    assert seal.open(seal.seal(plain, place.encode().hex(), row), place.encode().hex(), row) == plain


@given(seeds, st.integers(1, 64), st.booleans(), st.floats(0, 1))
def test_an_encoding_is_kept_to_the_last_digit_of_float32(seed, dimensions, boxed, quality):
    vector = unit((1, dimensions), seed)[0]
    box = np.array([1.0, 2.5, 30.0, 40.0]) if boxed else None
    kept = Kept(Encoding(vector, box, quality), b"d" * 32)
    back = Kept.from_bytes(kept.to_bytes())
    assert back.digest == kept.digest
    assert back.encoding.vector == pytest.approx(vector, abs=1e-7)
    assert back.encoding.quality == pytest.approx(quality, abs=1e-7)
    assert (back.encoding.box is None) == (box is None)


@given(seeds, st.integers(2, 30))
@settings(max_examples=50)
def test_the_nearest_person_is_the_one_of_the_smallest_distance_in_any_order(seed, count):
    vectors, probe = unit((count, 8), seed).astype(np.float32), unit((1, 8), seed + 1)[0]
    people = tuple(Person(f"{n:032x}", f"p{n}") for n in range(count))
    distances = ((vectors - probe) ** 2).sum(1)
    order = np.random.default_rng(seed).permutation(count)
    for rows in (np.arange(count), order):
        found = Held(vectors[rows], rows.astype(np.int32), people).nearest(probe)
        assert found is not None
        assert found[1] == pytest.approx(distances.min(), abs=1e-5)


@given(seeds, st.integers(2, 6), st.integers(1, 3))
@settings(max_examples=30)
def test_more_pictures_bring_nobody_farther(seed, people, each):
    owner = np.arange(people, dtype=np.int32).repeat(each)
    vectors, more = unit((len(owner), 6), seed), unit((people, 6), seed + 1)
    before = to_people(vectors, owner, np.arange(len(owner)))
    after = to_people(
        np.concatenate([vectors, more]), np.concatenate([owner, np.arange(people)]), np.arange(len(owner))
    )
    assert (after <= before + 1e-12).all()


@given(st.lists(st.sampled_from(["enrol", "delete", "export"]), min_size=1, max_size=12), st.data())
@settings(max_examples=50)
def test_a_line_that_is_changed_taken_out_or_cut_off_is_missed(whats, data):
    key, lines = b"k" * 32, []
    for what in whats:
        lines.append(next_line(key, lines[-1] if lines else None, what, {"person": "00"}))
    head = head_of(key, lines[-1])
    assert broken(key, lines, head) == []
    at = data.draw(st.integers(0, len(lines) - 1))
    assert broken(key, lines[:at] + lines[at + 1 :], head)
    changed = lines[at]._replace(entry=lines[at].entry.replace('"00"', '"01"'))
    assert broken(key, [*lines[:at], changed, *lines[at + 1 :]], head)
    assert broken(b"x" * 32, lines, head)
