"""Name tags can be read: in the picture, on no other tag, of a size that suits it; or there is a legend."""

import numpy as np
import pytest

from lenslet.draw import boxes, enlarged, text
from lenslet.draw.boxed import text_size
from lenslet.draw.tags import places
from lenslet.results import Detections


def crowd(count: int, height: int, width: int, side: float, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    middle = random.uniform((0, 0), (width, height), (count, 2))
    half = random.uniform(side / 2, side, (count, 2)) / 2
    return np.clip(np.concatenate([middle - half, middle + half], 1), 0, [width, height] * 2)


@pytest.mark.parametrize("cell", [1, 3, 7])
@pytest.mark.parametrize("count", [1, 40, 500])
def test_no_tag_covers_another_or_leaves_the_picture(count, cell):
    height, width = 300, 500
    made = crowd(count, height, width, 60).astype(np.int64)
    sizes = np.stack([np.random.default_rng(1).integers(10, 90, count), np.full(count, 15)], 1)
    found = places(sizes, made, (height, width), cell=cell)
    seen = np.zeros((height, width), int)
    for (x, y), (w, h) in zip(found.tolist(), sizes.tolist(), strict=True):
        if x >= 0:
            assert y >= 0
            assert x + w <= width
            assert y + h <= height
            seen[y : y + h, x : x + w] += 1
    assert seen.max() == 1
    assert tuple(found[0]) != (-1, -1)


def test_a_tag_that_fits_nowhere_has_no_place():
    assert places(np.array([[50, 20]]), np.array([[0, 0, 9, 9]]), (10, 100), cell=2).tolist() == [[-1, -1]]


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (30, 1600), (40, 40), (480, 640)])
def test_any_picture_takes_boxes_tags_and_a_legend(shape):
    image = np.full((*shape, 3), 90, np.uint8)
    made = crowd(30, *shape, 20)
    drawn = boxes(image, made, ["a rather long name"] * 30, np.full(30, 0.5), legend=True)
    assert drawn.shape[0] >= shape[0]
    assert drawn.shape[1] >= shape[1]
    assert boxes(image, made, ["a rather long name"] * 30, np.full(30, 0.5)).shape == image.shape


def test_where_all_tags_have_room_there_is_no_legend_and_where_they_have_not_there_is_one():
    image = np.full((480, 640, 3), 90, np.uint8)
    two = np.array([[50.0, 50, 150, 150], [300, 300, 400, 400]])
    assert boxes(image, two, ["cat", "dog"], legend=True).shape == image.shape
    many = crowd(600, 480, 640, 30)
    drawn = boxes(image, many, ["cat", "dog"] * 300, legend=True)
    assert drawn.shape[0] > 480
    assert (drawn[480:] == 255).all(2).any()
    assert boxes(image, many, legend=True).shape == image.shape  # no names, nothing to explain


def test_text_grows_with_the_picture_and_fits_a_low_one():
    sizes = [text_size((side, side)) for side in (40, 300, 640, 2000, 8000)]
    assert sizes == sorted(sizes)
    assert sizes[0] >= 10
    assert 60 <= sizes[-1] <= 120
    assert text_size((1, 4000)) == 10
    assert text_size((30, 1600)) <= 15


def test_names_that_no_font_can_draw_become_numbers_and_arabic_is_drawn(monkeypatch):
    monkeypatch.setattr(text, "_SYSTEM_PLACES", ())
    image, box = np.full((200, 300, 3), 90, np.uint8), np.array([[50.0, 50, 250, 150]])
    for cached in (text.font_file, text.drawable, text._covering, text._system_files):
        cached.cache_clear()
    try:
        assert np.array_equal(boxes(image, box, ["\U000130b8"], kinds=[3]), boxes(image, box, ["#3"], kinds=[3]))
        arabic = boxes(image, box, ["قطة"], kinds=[3])
        assert not np.array_equal(arabic, boxes(image, box, ["#3"], kinds=[3]))
    finally:
        for cached in (text.font_file, text.drawable, text._covering, text._system_files):
            cached.cache_clear()


def test_a_small_picture_is_enlarged_by_a_whole_number():
    assert enlarged(np.zeros((40, 60, 3), np.uint8))[1] == 10
    assert enlarged(np.zeros((1, 4000, 3), np.uint8))[1] == 1
    image = np.full((40, 60, 3), 90, np.uint8)
    shown = Detections(np.array([[10.0, 10, 30, 30]]), np.array([0.5]), np.array([0]), ("cell",), image).drawn()
    assert shown.shape == (400, 600, 3)
    assert (shown[104, 100] != 90).any()
    assert (shown[50, 450] == 90).all()
