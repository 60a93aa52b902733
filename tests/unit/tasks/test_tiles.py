"""Tiles of odd pictures, and what is asked of the detector."""

from itertools import pairwise

import numpy as np
import pytest

from lenslet.errors import CallError
from lenslet.results import Detections
from lenslet.tasks.detect.tiles import Window, by_tiles, tiles

NAMES = ("cell", "hole")


def seen(*boxes: tuple[float, float, float, float], score: float = 0.9) -> Detections:
    return Detections(
        np.array(boxes, float).reshape(-1, 4), np.full(len(boxes), score), np.zeros(len(boxes), int), NAMES
    )


@pytest.mark.parametrize(
    ("size", "windows"),
    [
        ((50, 60), [(0, 0, 60, 50)]),
        ((100, 100), [(0, 0, 100, 100)]),
        ((1, 175), [(0, 0, 100, 1), (75, 0, 175, 1)]),
        ((101, 1), [(0, 0, 1, 100), (0, 1, 1, 101)]),
        ((100, 240), [(0, 0, 100, 100), (70, 0, 170, 100), (140, 0, 240, 100)]),
    ],
)
def test_tiles_are_even_and_end_where_the_picture_ends(size, windows):
    assert tiles(*size, side=100) == [Window(*window) for window in windows]


def test_a_picture_of_one_pixel_by_4000_is_seen_all_along():
    made = tiles(1, 4000, side=640)
    assert made[0].x1 == 0
    assert made[-1].x2 == 4000
    assert all(one.x2 - other.x1 >= 160 for one, other in pairwise(made))


@pytest.mark.parametrize("wrong", [{"side": 0}, {"side": 9, "overlap": 0.95}, {"side": 9, "overlap": -0.1}])
def test_what_is_no_tile_is_said(wrong):
    with pytest.raises(CallError, match=r"tiles of 0 pixels|overlap of"):
        tiles(10, 10, **wrong)
    with pytest.raises(CallError, match="batches of 0 tiles"):
        by_tiles(np.zeros((9, 9, 3), np.uint8), lambda _: [], side=4, batch=0)


def test_the_detector_gets_views_of_the_picture_a_batch_at_a_time_and_the_whole_once():
    picture = np.zeros((300, 260, 3), np.uint8)
    asked: list[list[tuple[int, ...]]] = []

    def detect(parts: list[np.ndarray]) -> list[Detections]:
        assert all(np.shares_memory(part, picture) for part in parts)
        asked.append([part.shape[:2] for part in parts])
        return [seen()] * len(parts)

    found = by_tiles(picture, detect, side=100, batch=4)
    assert [len(chunk) for chunk in asked] == [4, 4, 4, 4, 1]
    assert asked[0][0] == (300, 260)
    assert {shape for chunk in asked for shape in chunk[1:]} == {(100, 100)}
    assert (len(found), found.names, found.size, found.picture) == (0, NAMES, (300, 260), None)
    asked.clear()
    by_tiles(picture, detect, side=100, whole=False, batch=99)
    assert [len(chunk) for chunk in asked] == [16]


def test_halves_of_a_thing_larger_than_the_overlap_are_put_together_without_the_whole_picture():
    """Two tiles, 0..100 and 75..175; each sees its part of 20..150."""
    answers = [[seen((20, 10, 100, 40), score=0.6), seen((0, 10, 75, 40), score=0.7)]]
    found = by_tiles(np.zeros((50, 175, 3), np.uint8), lambda _: answers[0], side=100, whole=False)
    assert found.boxes.tolist() == [[20, 10, 150, 40]]
    assert found.scores.tolist() == [0.7]


def test_two_things_of_one_window_stay_two_however_much_they_overlap():
    """Both tiles see the same pair; a plain suppression at 0.5 would leave one of them."""
    pair = np.array([(78.0, 10, 93, 40), (81.0, 10, 96, 40)])
    answers = [seen(*pair), seen(*(pair - [75, 0, 75, 0]))]
    found = by_tiles(np.zeros((50, 175, 3), np.uint8), lambda _: answers, side=100, whole=False)
    assert sorted(found.boxes.tolist()) == pair.tolist()


def test_a_sliver_of_a_thing_that_another_tile_saw_whole_is_dropped():
    """The thing ends at 78; the second tile, from 75 on, takes its last 3 pixels for something lower and wider."""
    answers = [seen((50, 10, 78, 40)), seen((0, 12, 3.8, 30), score=0.95)]
    found = by_tiles(np.zeros((50, 175, 3), np.uint8), lambda _: answers, side=100, whole=False)
    assert found.boxes.tolist() == [[50, 10, 78, 40]]


def test_the_whole_picture_gives_way_where_a_tile_saw_it_better_and_stays_where_none_saw_anything():
    coarse = seen((20, 10, 40, 30), (120, 10, 150, 40), score=0.99)
    answers = [coarse, seen((26, 14, 48, 34), score=0.5), seen()]
    found = by_tiles(np.zeros((50, 175, 3), np.uint8), lambda _: answers, side=100)
    assert found.boxes.round(9).tolist() == [[120, 10, 150, 40], [26, 14, 48, 34]]
    large = [seen((10, 0, 170, 50), score=0.8), seen((10, 0, 100, 50)), seen((0, 0, 95, 50))]
    found = by_tiles(np.zeros((50, 175, 3), np.uint8), lambda _: large, side=100)
    assert found.boxes.tolist() == [[10, 0, 170, 50]]


def test_boxes_beyond_the_edge_of_a_tile_are_cut_and_classes_are_kept_apart():
    other = Detections(np.array([[-20.0, 5, 30, 30]]), np.array([0.8]), np.array([1]), NAMES)
    answers = [seen((60, 5, 300, 30), score=0.9), other]
    found = by_tiles(np.zeros((50, 175, 3), np.uint8), lambda _: answers, side=100, whole=False)
    assert found.boxes.tolist() == [[60, 5, 100, 30], [75, 5, 105, 30]]
    assert found.classes == ("cell", "hole")
