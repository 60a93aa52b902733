"""Captions, contact sheets, filter sheets and bars: what is put in is there to be seen."""

import numpy as np
import pytest

from lenslet.draw import bars, beside, filters, fit, grid, label, strips
from lenslet.draw.bars import percent
from lenslet.errors import CallError, ShapeError

COLOURS = [(200, 0, 0), (0, 150, 0), (0, 0, 200), (180, 160, 0), (150, 0, 150)]


def _flat(height: int, width: int, colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


def _area(sheet: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((sheet == colour).all(2).sum())


@pytest.mark.parametrize("text", ["cat", "two\nlines", "قطة 猫", "", "x" * 400])
@pytest.mark.parametrize("width", [5, 60, 400])
def test_a_caption_stands_below_and_leaves_the_picture_whole(text: str, width: int) -> None:
    made = label(_flat(40, width, COLOURS[0]), text)
    assert made.shape[0] > 40
    assert made.shape[1] == max(width, 96)
    assert _area(made, COLOURS[0]) == _area(made[:40], COLOURS[0]) == 40 * width
    assert bool((made[40:] < 128).any()) == bool(text)


@pytest.mark.parametrize("columns", [None, 1, 2, 3, 9])
@pytest.mark.parametrize("captions", [None, ["a", "b\nc", "قطة", "", "a very very long caption indeed"]])
def test_every_picture_is_on_the_sheet_whole(columns: int | None, captions: list[str] | None) -> None:
    shapes = [(90, 100), (100, 70), (200, 30), (65, 66), (80, 220)]
    sheet = grid([_flat(*s, c) for s, c in zip(shapes, COLOURS, strict=True)], columns, captions)
    for (height, width), colour in zip(shapes, COLOURS, strict=True):
        assert _area(sheet, colour) == height * width
    assert (sheet[0] == 255).all()


def test_large_pictures_are_shrunk_and_tiny_ones_enlarged_by_whole_factors() -> None:
    assert fit(_flat(600, 300, COLOURS[0]), 224).shape == (224, 112, 3)
    pixels = np.random.default_rng(0).integers(0, 255, (8, 6, 3), np.uint8)
    large = fit(pixels, 100)
    assert large.shape == (96, 72, 3)
    assert np.array_equal(large[::12, ::12], pixels)
    assert fit(_flat(90, 80, COLOURS[0]), 224).shape == (90, 80, 3)


def test_columns_count_from_left_to_right() -> None:
    sheet = grid([_flat(64, 64, c) for c in COLOURS], 2)
    assert sheet.shape == (3 * 64 + 4 * 10, 2 * 64 + 3 * 10, 3)
    middle = [tuple(sheet[10 + 74 * (i // 2) + 32, 10 + 74 * (i % 2) + 32]) for i in range(5)]
    assert middle == COLOURS


def test_sheets_refuse_what_does_not_fit() -> None:
    with pytest.raises(CallError, match="at least one picture"):
        grid([])
    with pytest.raises(ShapeError, match="1 pictures and 2 captions"):
        grid([_flat(4, 4, COLOURS[0])], captions=["a", "b"])
    with pytest.raises(CallError, match="1 column or more, not 0"):
        grid([_flat(4, 4, COLOURS[0])], 0)
    with pytest.raises(ShapeError, match="hold no filter"):
        filters(np.zeros((0, 3, 5, 5)))
    with pytest.raises(ShapeError, match="2 names and 1 shares"):
        bars(["a", "b"], [0.5])


def test_a_grey_filter_is_orange_where_positive_and_blue_where_negative() -> None:
    vertical = np.array([[[[1.0, 0, -1]] * 3]])[0][:, None]
    sheet = filters(vertical, side=30)[6:-6, 6:-6][1:-1, 1:-1].astype(int)
    assert sheet.shape == (30, 30, 3)
    left, middle, right = sheet[15, 5], sheet[15, 15], sheet[15, 25]
    assert left[0] > left[2] + 50
    assert right[2] > right[0] + 50
    assert middle.min() > 240


@pytest.mark.parametrize("shape", [(6, 1, 5, 5), (64, 3, 7, 7), (20, 40, 3, 3), (1, 1, 1, 1), (7, 2, 1, 5)])
def test_filters_of_any_shape_make_a_sheet(shape: tuple[int, int, int, int]) -> None:
    weights = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    sheet = filters(weights)
    assert max(sheet.shape) < 2000
    weights[0] = np.nan
    assert filters(weights).shape == sheet.shape


def test_filters_are_scaled_each_by_its_own_largest_weight() -> None:
    weights = np.random.default_rng(0).normal(size=(4, 1, 3, 3))
    factors = np.array([1e-3, 1, 10, 1e3])[:, None, None, None]
    assert np.array_equal(filters(weights), filters(weights * factors))
    zero = filters(np.zeros((1, 3, 2, 2)))
    assert (zero[40, 40] == 128).all()


def test_bars_are_as_long_as_their_shares() -> None:
    chart = bars(["a", "b", "c"], [1.0, 0.5, 0.0], width=300, note="note")
    lengths = [int((chart.astype(int)[row, :, 2] - chart[row, :, 0] > 40).sum()) for row in (38, 96, 154)]
    assert abs(lengths[0] - 300) <= 2
    assert abs(lengths[1] - 150) <= 2
    assert lengths[2] == 0


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0.0 %"), (1, "100.0 %"), (0.9999, "> 99.9 %"), (1e-9, "< 0.1 %"), (0.125, "12.5 %"), (0.999, "99.9 %")],
)
def test_shares_are_never_rounded_to_certainty(share: float, text: str) -> None:
    assert percent(share) == text


def test_two_pictures_stand_beside_each_other_on_one_middle() -> None:
    made = beside(_flat(20, 30, COLOURS[0]), _flat(60, 10, COLOURS[1]), gap=5)
    assert made.shape == (70, 55, 3)
    assert (made[25:45, 5:35] == COLOURS[0]).all()
    assert (made[5:65, 40:50] == COLOURS[1]).all()


def test_strips_set_every_row_beside_its_name() -> None:
    tall, wide = np.full((200, 100, 3), 9, np.uint8), np.full((50, 100, 3), 9, np.uint8)
    sheet = strips([[tall, wide], [wide]], ["one\nsmaller", "two"], side=100)
    dark = (sheet == 9).all(2)
    assert dark.sum() == 100 * 50 + 2 * 50 * 100
    assert not dark[:, :190].any()
    assert (sheet[:, :190] < 128).any()  # the names
    with pytest.raises(ShapeError, match="2 rows and 1 names"):
        strips([[tall], [wide]], ["one"])
    with pytest.raises(CallError, match="at least one picture"):
        strips([[]], ["one"])
