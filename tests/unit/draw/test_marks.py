"""Boxes, points and heat lie where they should, and change nothing else."""

import numpy as np
import pytest

from lenslet.draw import PALETTE, boxes, colour_of, diverging, heat, heat_colours, lines, points
from lenslet.draw.colours import INK, ink_on, luminance
from lenslet.errors import ShapeError

GREY = np.full((120, 160, 3), 128, np.uint8)
NONE = np.zeros((0, 4))
SIGHTS = (
    ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
)
TO_CONES = ((0.41222, 0.53633, 0.05145), (0.2119, 0.6807, 0.1074), (0.0883, 0.28172, 0.62998))
TO_OKLAB = ((0.21045, 0.79362, -0.00407), (1.978, -2.42859, 0.45059), (0.0259, 0.78277, -0.80868))


def test_nothing_to_draw_changes_nothing_and_the_source_is_never_touched() -> None:
    for drawn in (boxes(GREY, NONE), points(GREY, np.zeros((0, 2)))):
        assert np.array_equal(drawn, GREY)
        drawn[:] = 0
    boxes(GREY, np.array([[10, 10, 50, 50]]), ["cat"])
    points(GREY, np.array([[10, 10]]))
    assert (GREY == 128).all()


def test_a_box_is_an_outline_inside_its_corners() -> None:
    drawn = boxes(GREY, np.array([[20.0, 30.0, 100.0, 90.0]]))
    changed = (drawn != 128).any(2)
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (30, 89, 20, 99)
    assert tuple(drawn[30, 50]) == PALETTE[0]
    assert not changed[36:84, 26:94].any()


def test_equal_names_have_equal_colours_and_kinds_decide_if_given() -> None:
    three = np.array([[0, 0, 30, 30], [40, 40, 70, 70], [80, 80, 119, 119]])
    drawn = boxes(GREY, three, ["a", "b", "a"])
    assert tuple(drawn[29, 15]) == tuple(drawn[118, 100]) == PALETTE[0]
    assert tuple(drawn[69, 55]) == PALETTE[1]
    drawn = boxes(GREY, three, kinds=[3, 4, 51])
    assert tuple(drawn[29, 15]) == tuple(drawn[118, 100]) == PALETTE[3]


def test_a_tag_stays_in_the_picture_at_every_edge() -> None:
    for box in ([0, 0, 10, 10], [150, 0, 160, 10], [0, 110, 10, 120], [150, 110, 160, 120], [-50, -50, 300, 300]):
        drawn = boxes(GREY, np.array([box]), ["quite a long name"], np.array([0.5]))
        assert (drawn == np.array(INK)).all(2).sum() > 20  # dark letters on orange


def test_odd_boxes_are_cut_or_left_out() -> None:
    odd = np.array([[-1e9, -5, 1e9, 5], [np.nan, 0, 9, 9], [0, 0, np.inf, 9], [50, 50, 50, 50], [60, 60, 40, 40]])
    assert boxes(GREY, odd, ["x"] * 5).shape == GREY.shape
    assert np.array_equal(boxes(GREY, odd[1:3], ["x"] * 2), GREY)
    assert boxes(np.zeros((1, 1, 3), np.uint8), odd).shape == (1, 1, 3)


def test_counts_that_differ_are_named() -> None:
    two = np.zeros((2, 4))
    with pytest.raises(ShapeError, match="2 boxes and 1 labels"):
        boxes(GREY, two, ["a"])
    with pytest.raises(ShapeError, match="2 boxes and 3 kinds"):
        boxes(GREY, two, kinds=[1, 2, 3])
    with pytest.raises(ShapeError, match="1 points and 2 kinds"):
        points(GREY, np.zeros((1, 2)), kinds=[1, 2])


def test_a_point_is_a_disc_around_its_place() -> None:
    drawn = points(GREY, np.array([[80.0, 60.0]]), radius=4)
    changed = (drawn != 128).any(2)
    y, x = np.mgrid[:120, :160] + 0.5
    assert abs((x * changed).sum() / changed.sum() - 80) < 0.1
    assert abs((y * changed).sum() / changed.sum() - 60) < 0.1
    assert tuple(drawn[59, 79]) == PALETTE[0]
    assert 45 < changed.sum() < 110


def test_points_outside_are_left_out_or_cut() -> None:
    outside = np.array([[np.nan, 3], [1e300, 5], [-50, -50], [500, 60]])
    assert np.array_equal(points(GREY, outside), GREY)
    assert not np.array_equal(points(GREY, np.array([[-1.0, 60.0]]), radius=5), GREY)


def test_heat_glows_at_the_maximum_and_is_grey_at_the_minimum() -> None:
    photo = np.random.default_rng(0).integers(0, 255, (80, 100, 3), np.uint8)
    map_ = np.zeros((8, 10))
    map_[2, 7] = 3.0
    drawn = heat(photo, map_).astype(int)
    assert (drawn[60:, :40].max(2) == drawn[60:, :40].min(2)).all()
    y, x = np.unravel_index((drawn[..., 0] - drawn[..., 2]).argmax(), (80, 100))
    assert abs(y - 25) <= 5
    assert abs(x - 75) <= 5


@pytest.mark.parametrize("value", [0.0, 5.0, np.nan])
def test_a_flat_map_leaves_the_grey_picture(value: float) -> None:
    drawn = heat(GREY, np.full((3, 3), value))
    assert np.array_equal(drawn, GREY)


def test_colour_scales_have_their_ends_and_are_even_in_lightness() -> None:
    assert diverging(np.array([-1.0, 0.0, 1.0])).tolist() == [[5, 48, 97], [247, 247, 247], [140, 60, 0]]
    luma = heat_colours(np.linspace(0, 1, 64)) @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(luma) > 0).all()
    assert heat_colours(np.array([[-5.0, 7.0, np.nan]])).tolist() == [[[0, 0, 4], [252, 255, 164], [0, 0, 4]]]


def test_text_can_be_read_on_the_plate_of_every_kind() -> None:
    """WCAG contrast: at least 3 to 1 for large text, and of all but a few 4.5 to 1."""
    bright = [(luminance(ink_on(colour_of(kind))), luminance(colour_of(kind))) for kind in range(48)]
    contrast = np.array([(max(pair) + 0.05) / (min(pair) + 0.05) for pair in bright])
    assert contrast.min() >= 3.5
    assert (contrast >= 4.5).mean() >= 0.8


def test_colours_differ_for_those_who_lack_one_kind_of_cones() -> None:
    """Distance in Oklab as seen by all, and without long, middle or short cones (Machado 2009, severity 1)."""
    linear = (np.array(PALETTE) / 255 + 0.055) / 1.055
    linear = np.where(np.array(PALETTE) / 255 <= 0.04045, np.array(PALETTE) / 255 / 12.92, linear**2.4)
    nearest = []
    for sight in SIGHTS:
        cones = np.cbrt(np.clip(linear @ np.array(sight).T, 0, 1) @ np.array(TO_CONES).T) @ np.array(TO_OKLAB).T
        apart = np.linalg.norm(cones[:, None] - cones, axis=-1)
        nearest.append([apart[:n, :n][np.triu_indices(n, 1)].min() for n in (6, len(PALETTE))])
    assert np.min(nearest, 0)[0] > 0.18
    assert np.min(nearest, 0)[1] > 0.08
    assert len({colour_of(kind) for kind in range(3 * len(PALETTE))}) == 3 * len(PALETTE)


def test_tags_of_boxes_that_lie_close_do_not_cover_each_other() -> None:
    large = np.full((480, 640, 3), 128, np.uint8)
    close = np.array([[100.0, 100, 200, 200], [104, 102, 204, 202], [98, 97, 198, 199]])
    ink = [(boxes(large, close[i : i + 1], ["RBC"], np.array([0.5])) == np.array(INK)).all(2).sum() for i in range(3)]
    assert (boxes(large, close, ["RBC"] * 3, np.array([0.5] * 3)) == np.array(INK)).all(2).sum() == sum(ink)


def test_lines_join_points_and_leave_out_those_that_are_not_known() -> None:
    ends = np.array([[10.0, 10], [60, 10], [np.nan, np.nan]])
    drawn = lines(GREY, ends, [(0, 1), (1, 2)])
    assert tuple(drawn[10, 35]) == PALETTE[1]
    assert np.array_equal(lines(GREY, ends, [(0, 2)]), GREY)


def test_dashes_leave_gaps_keep_the_corners_and_thin_lines_are_thinner() -> None:
    paper = np.full((200, 200, 3), 255, np.uint8)
    box = np.array([[20.0, 20, 180, 180]])
    inked = {}
    for name, marks in {"full": {}, "dashed": {"dashed": [True]}, "thin": {"thin": [True]}}.items():
        inked[name] = (boxes(paper, box, **marks) != 255).any(2)
    assert 0.3 < inked["dashed"].sum() / inked["full"].sum() < 0.9
    assert inked["thin"].sum() < 0.7 * inked["full"].sum()
    assert not (inked["dashed"] & ~inked["full"]).any()
    assert inked["dashed"][[20, 20, 179, 179], [20, 179, 20, 179]].all()
    for side in ((0, 0), (1, 1), (3, 60), (60, 3)):  # none is too small for a dash
        small = np.array([[5.0, 5, 5 + side[0], 5 + side[1]]])
        assert (boxes(paper, small, dashed=[True]) != 255).any()
    with pytest.raises(ShapeError, match="1 boxes and 2 dashed"):
        boxes(paper, box, dashed=[True, False])
