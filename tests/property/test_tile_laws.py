"""Laws of tiles: everything is seen, and said once, wherever it lies."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.results import Detections
from lenslet.tasks.detect.pieces import joined
from lenslet.tasks.detect.tiles import by_tiles, tiles

NAMES = ("a", "b")
overlaps = st.sampled_from([0, 0.1, 0.25, 0.3, 0.5, 0.9])


def oracle(boxes: np.ndarray, labels: np.ndarray, noise: float = 0.0, x: int = 0, y: int = 0):
    """A detector that knows the truth, and a picture: where in it a part begins is seen from where it lies in memory.

    The picture is moved by x and y: what lay at its corner lies there then.
    """

    def detect(parts: list[np.ndarray]) -> list[Detections]:
        answers = []
        for part in parts:
            height, width = part.shape[:2]
            row, column = divmod((part.ctypes.data - detect.picture.ctypes.data) // 3, detect.picture.shape[1])
            frame = np.array([column, row, column + width, row + height], float) - np.array([x, y, x, y])
            cut = np.concatenate([np.maximum(boxes[:, :2], frame[:2]), np.minimum(boxes[:, 2:], frame[2:])], 1)
            there = (cut[:, 2:] > cut[:, :2]).all(1)
            kept = cut[there]
            sides = np.tile(kept[:, 2:] - kept[:, :2], 2)
            share = sides[:, :2].prod(1) / (boxes[there, 2:] - boxes[there, :2]).prod(1)
            wobble = np.random.default_rng([column, row, width]).uniform(-noise, noise, kept.shape) * sides
            home = np.clip(kept + wobble, np.tile(frame[:2], 2), np.tile(frame[2:], 2)) - np.tile(frame[:2], 2)
            answers.append(Detections(home, 0.9 * share, labels[there], NAMES))
        return answers

    detect.picture = None
    return detect


def blank(height: int, width: int, detect) -> np.ndarray:
    """A picture that the detector finds its way in."""
    detect.picture = np.zeros((height, width, 3), np.uint8)
    return detect.picture


@st.composite
def scattered(draw, most: float):
    """Boxes of two classes that do not touch, no side above `most`; the size of their picture."""
    pitch = int(most) + 12
    cells = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 6)), min_size=1, max_size=12, unique=True))
    rows = []
    for column, row in cells:
        w, h = draw(st.floats(4, most)), draw(st.floats(4, most))
        x, y = column * pitch + draw(st.floats(0, 10)), row * pitch + draw(st.floats(0, 10))
        rows.append((x, y, x + w, y + h))
    boxes = np.array(rows)
    labels = np.array(draw(st.lists(st.integers(0, 1), min_size=len(rows), max_size=len(rows))), np.int64)
    height, width = (int(boxes[:, i].max()) + draw(st.integers(1, 60)) for i in (3, 2))
    return boxes, labels, height, width


def ordered(boxes: np.ndarray) -> np.ndarray:
    return boxes[np.lexsort(boxes.round(3).T)]


@given(st.integers(1, 90), st.integers(1, 90), st.integers(4, 99), overlaps)
def test_tiles_cover_the_picture_and_are_no_smaller_than_they_must(height, width, side, overlap):
    made = tiles(height, width, side=side, overlap=overlap)
    for low, high, length in ((0, 2, width), (1, 3, height)):
        spans = sorted({(window[low], window[high]) for window in made})
        assert spans[0][0] == 0
        assert spans[-1][1] == length
        assert all(stop - start == min(side, length) for start, stop in spans)
        shared = [one[1] - other[0] for one, other in pairwise(spans)]
        assert all(part >= min(np.floor(side * overlap), side - 1) for part in shared)
        assert not shared or max(shared) - min(shared) <= 1
    assert len(set(made)) == len(made)


@settings(deadline=None, max_examples=60)
@given(scattered(most=36), st.sampled_from([0.0, 0.06]), st.booleans())
def test_what_is_smaller_than_the_overlap_comes_out_exactly_once_wherever_it_lies(scene, noise, whole):
    boxes, labels, height, width = scene
    detect = oracle(boxes, labels, noise)
    found = by_tiles(blank(height, width, detect), detect, side=160, whole=whole)
    assert len(found) == len(boxes)
    near = np.abs(ordered(np.array(found.boxes)) - ordered(boxes)) if not noise else np.zeros(1)
    assert near.max() < 1e-6
    for name in (0, 1):
        assert (found.labels == name).sum() == (labels == name).sum()


@settings(deadline=None, max_examples=15)
@given(scattered(most=150), st.integers(0, 90), st.integers(0, 90))
def test_a_shifted_picture_gives_shifted_boxes(scene, x, y):
    """Also of things larger than the overlap, whose halves lie elsewhere then."""
    boxes, labels, height, width = scene
    detect = oracle(boxes, labels)
    found = by_tiles(blank(height, width, detect), detect, side=160)
    other = oracle(boxes, labels, x=x, y=y)
    moved = by_tiles(blank(height + y, width + x, other), other, side=160)
    assert len(found) == len(moved) == len(boxes)
    assert np.abs(ordered(np.array(moved.boxes)) - np.array([x, y, x, y]) - ordered(np.array(found.boxes))).max() < 1e-6


@settings(deadline=None, max_examples=15)
@given(scattered(most=90), st.randoms(use_true_random=False), st.integers(1, 9))
def test_neither_the_order_of_the_tiles_nor_the_batches_matter(scene, random, batch):
    boxes, labels, height, width = scene
    detect = oracle(boxes, labels, 0.06)
    windows = [(0, 0, width, height), *tiles(height, width, side=100)]
    picture = blank(height, width, detect)
    answers = detect([picture[b:d, a:c] for a, b, c, d in windows])
    mixed = list(range(len(windows)))
    random.shuffle(mixed)
    one, other = (
        joined([answers[i] for i in order], [windows[i] for i in order], (height, width), side=100, overlap=0.25)
        for order in (range(len(windows)), mixed)
    )
    assert one == other
    calls = [by_tiles(blank(height, width, detect), detect, side=100, batch=size) for size in (batch, 8)]
    assert calls[0] == calls[1]


@settings(deadline=None, max_examples=20)
@given(scattered(most=20))
def test_a_picture_no_larger_than_a_tile_is_a_plain_call(scene):
    boxes, labels, height, width = scene
    detect = oracle(boxes, labels, 0.06)
    picture = blank(height, width, detect)
    found = by_tiles(picture, detect, side=max(height, width))
    (plain,) = detect([picture])
    assert np.array_equal(found.boxes, plain.boxes)
    assert np.array_equal(found.scores, plain.scores)
    assert found.size == (height, width)
