"""Who is learned from and who is measured on."""

from pathlib import Path

import numpy as np

from lenslet.data import Sample
from lenslet.tasks.face.halves import first, measured_on

SAMPLES = [Sample(Path(f"{label}-{number}.png"), label) for label in range(3) for number in range(6)]


def test_a_self_test_looks_at_no_more_than_it_needs_and_at_several_of_each() -> None:
    chosen = first(SAMPLES, 8)
    assert [sample.label for sample in chosen] == [0] * 4 + [1] * 4
    assert len(first(SAMPLES, 100)) == len(SAMPLES)


def test_of_those_held_out_as_a_whole_pictures_without_a_face_are_measured_too() -> None:
    learn, held, empty = np.arange(0, 11), np.arange(12, 17), (11, 17)
    on = measured_on(SAMPLES, learn, held, empty, by_heart=False)
    assert on == tuple(SAMPLES[12:18])  # the other empty one is of somebody who was learned from
    assert measured_on(SAMPLES, learn, held, empty, by_heart=True) == tuple(SAMPLES[12:17])
    assert measured_on(SAMPLES, learn, held[:0], empty, by_heart=True) == tuple(SAMPLES[:11])
