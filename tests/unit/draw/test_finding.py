"""Grids, areas, overlaps and faint boxes lie where they should, and change nothing else."""

import numpy as np
import pytest

from lenslet.draw import PALETTE, cells, faint, filled, overlap
from lenslet.errors import CallError, ShapeError

GREY = np.full((120, 160, 3), 128, np.uint8)
NONE = np.zeros((0, 4))


BLUE, ORANGE, GREEN = (32, 102, 176), (230, 97, 1), (27, 137, 80)


def _towards(drawn: np.ndarray, kind: int | tuple[int, int, int]) -> bool:
    """Whether a pixel moved from grey towards a colour, or that of a kind."""
    way = np.array(PALETTE[kind] if isinstance(kind, int) else kind) - 128.0
    moved = drawn.astype(float) - 128
    return bool(np.dot(way, moved) > 0.99 * np.linalg.norm(way) * np.linalg.norm(moved) > 0)


def test_nothing_to_draw_changes_nothing_and_the_source_is_never_touched() -> None:
    for drawn in (filled(GREY, NONE), faint(GREY, NONE, np.zeros(0))):
        assert np.array_equal(drawn, GREY)
        drawn[:] = 0
    cells(GREY, 20, np.array([[0, 0]]))
    overlap(GREY, np.array([1, 1, 20, 20]), np.array([5, 5, 40, 40]))
    assert (GREY == 128).all()


def test_a_grid_has_lines_between_its_cells_only_and_owned_cells_are_filled() -> None:
    drawn = cells(GREY, 40, np.array([[1, 2]]), kinds=[3])
    changed = (drawn != 128).any(2)
    assert np.flatnonzero(changed[10]).tolist() == [39, 40, 79, 80, 119, 120]
    assert np.flatnonzero(changed[:, 10]).tolist() == [39, 40, 79, 80]
    assert changed[40:80, 80:120].all()
    assert _towards(drawn[60, 100], 3)


def test_cells_outside_of_the_picture_are_left_out() -> None:
    none = cells(GREY, 40, np.zeros((0, 2), int))
    assert np.array_equal(cells(GREY, 40, np.array([[9, 9], [-1, 0], [-2, -2], [0, 4]])), none)


def test_areas_mix_where_they_meet() -> None:
    drawn = filled(GREY, np.array([[0, 0, 50, 50], [30, 0, 80, 50]]), kinds=[0, 1])
    assert _towards(drawn[10, 10], 0)
    assert _towards(drawn[10, 70], 1)
    assert not _towards(drawn[10, 40], 0)
    assert (drawn[60:] == 128).all()


def test_what_two_boxes_have_in_common_has_a_colour_of_its_own() -> None:
    drawn = overlap(GREY, np.array([20, 20, 80, 80]), np.array([50, 20, 110, 80]))
    assert [_towards(drawn[50, x], colour) for x, colour in ((35, BLUE), (65, GREEN), (95, ORANGE))] == [True] * 3
    assert tuple(drawn[50, 20]) == BLUE
    assert tuple(drawn[50, 109]) == ORANGE
    assert (drawn[:, 115:] == 128).all()


def test_surer_boxes_are_stronger_and_lie_on_top() -> None:
    one = np.array([[10.0, 10, 60, 60]])
    weak, strong = (faint(GREY, one, np.array([s]), kinds=[2]) for s in (0.1, 1.0))
    assert tuple(strong[10, 30]) == PALETTE[2]
    assert _towards(weak[10, 30], 2)
    assert abs(weak[10, 30].astype(int) - 128).sum() < abs(strong[10, 30].astype(int) - 128).sum()
    both = faint(GREY, np.repeat(one, 2, 0), np.array([1.0, 0.2]), kinds=[2, 4])
    assert tuple(both[10, 30]) == PALETTE[2]
    assert (both[20:50, 20:50] == 128).all()


def test_boxes_that_are_not_finite_thin_or_outside_do_no_harm() -> None:
    odd = np.array([[np.nan, 0, 9, 9], [500, 500, 900, 900], [-90, -90, -10, -10], [5, 5, 5, 5], [-1e9, 50, 1e9, 51]])
    drawn = faint(GREY, odd, np.ones(5))
    assert np.flatnonzero((drawn != 128).any((1, 2))).tolist() == [50]
    overlap(GREY, odd[0], odd[1])


def test_lists_of_different_lengths_and_cells_too_small_are_refused() -> None:
    with pytest.raises(ShapeError, match="1 boxes and 2 kinds"):
        filled(GREY, np.ones((1, 4)), kinds=[1, 2])
    with pytest.raises(ShapeError, match="1 boxes and 2 strengths"):
        faint(GREY, np.ones((1, 4)), np.ones(2))
    with pytest.raises(CallError, match="cells of 1 pixels"):
        cells(GREY, 1, np.zeros((0, 2), int))
