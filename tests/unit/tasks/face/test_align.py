"""Alignment: any similarity is found again, and pixels go where points go."""

import numpy as np
import pytest

from lenslet.errors import CallError, ShapeError
from lenslet.tasks.face.align import SIDE, TEMPLATE, Similarity, aligned, five, similarity, warped

FIVE = np.array(TEMPLATE)


def _similar(scale: float, degrees: float, shift: tuple[float, float]) -> Similarity:
    turn = np.deg2rad(degrees)
    a, b = scale * np.cos(turn), scale * np.sin(turn)
    return Similarity(np.array([[a, -b, shift[0]], [b, a, shift[1]]]))


@pytest.mark.parametrize("degrees", [0, 1, 45, 90, 135, 179, -90, -179])
@pytest.mark.parametrize(("scale", "shift"), [(1, (0, 0)), (0.05, (900, -30)), (17, (-3, 4000))])
def test_any_turn_scale_and_shift_is_recovered(degrees: float, scale: float, shift: tuple[float, float]) -> None:
    true = _similar(scale, degrees, shift)
    found = similarity(true.inverse(FIVE), FIVE)
    np.testing.assert_allclose(found.matrix, true.matrix, atol=1e-8 * max(scale, 1) * 4000)
    assert found.scale == pytest.approx(scale)
    assert (found.angle - degrees) % 360 == pytest.approx(0, abs=1e-6) or (found.angle - degrees) % 360 > 360 - 1e-6
    np.testing.assert_allclose(found.inverse(found(FIVE)), FIVE, atol=1e-9)


def test_of_points_that_do_not_fit_the_least_squares_are_taken() -> None:
    dice = np.random.default_rng(0)
    moved = FIVE + dice.normal(0, 3, FIVE.shape)
    found = similarity(moved, FIVE)

    def off(matrix: np.ndarray) -> float:
        return float(((Similarity(matrix)(moved) - FIVE) ** 2).sum())

    best = off(found.matrix)
    a, b = found.matrix[0, 0], found.matrix[1, 0]
    for step in dice.normal(0, 1e-3, (200, 4)):
        other = np.array([[a + step[0], -b - step[1], 0], [b + step[1], a + step[0], 0]])
        other[:, 2] = found.matrix[:, 2] + step[2:]
        assert off(other) >= best - 1e-9


def test_a_mirrored_face_is_never_mirrored_back() -> None:
    found = similarity(FIVE * [-1, 1], FIVE)
    assert np.linalg.det(found.matrix[:, :2]) > 0


def test_points_that_are_not_known_do_not_count() -> None:
    places = _similar(2, 30, (5, 6)).inverse(FIVE)
    places[2] = np.nan
    np.testing.assert_allclose(similarity(places, FIVE).matrix, _similar(2, 30, (5, 6)).matrix, atol=1e-9)


@pytest.mark.parametrize(
    ("points", "says"),
    [
        (np.full((5, 2), np.nan), "of these 0 are known"),
        (np.vstack([[[1.0, 2.0]], np.full((4, 2), np.nan)]), "of these 1 are known"),
        (np.full((5, 2), 7.0), "all points of this face lie in one place"),
    ],
)
def test_points_by_which_nothing_can_be_aligned_are_refused(points: np.ndarray, says: str) -> None:
    with pytest.raises(CallError, match=says):
        similarity(points, FIVE)


def test_68_points_become_five() -> None:
    points = np.zeros((68, 2))
    points[36:42], points[42:48] = [[10, 20]], [[30, 20]]
    points[36:38, 1], points[38:40, 1] = 18, 22  # the lids cancel out
    points[30], points[48], points[54] = (20, 30), (12, 40), (28, 40)
    np.testing.assert_array_equal(five(points), [[10, 20], [30, 20], [20, 30], [12, 40], [28, 40]])
    points[36:40] = np.nan
    np.testing.assert_array_equal(five(points)[0], [10, 20])
    points[36:42] = np.nan
    assert np.isnan(five(points)[0]).all()
    np.testing.assert_array_equal(five(FIVE), FIVE)
    with pytest.raises(ShapeError, match="7, 2"):
        five(np.zeros((7, 2)))


def test_a_face_that_lies_by_the_template_stays_as_it_is() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    np.testing.assert_array_equal(aligned(picture, FIVE).pixels, picture)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_quarters_of_a_turn_are_exact(degrees: int) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    middle = np.full(2, SIDE / 2)
    turn = _similar(1, degrees, (0, 0))
    face = aligned(picture, turn(FIVE - middle) + middle)
    np.testing.assert_array_equal(face.pixels, np.rot90(picture, degrees // 90))
    np.testing.assert_allclose(face.home(face.away(FIVE)), FIVE, atol=1e-9)


def test_pixels_go_where_points_go() -> None:
    picture = np.zeros((300, 400, 3), np.uint8)
    places = _similar(0.5, 20, (0, 0)).inverse(FIVE) + np.array([20, 110])
    for x, y in places:
        picture[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4] = 255
    face = aligned(picture, places)
    for x, y in FIVE:
        assert face.pixels[int(y), int(x)].min() > 200
    assert (face.pixels > 100).mean() < 0.02


@pytest.mark.parametrize("scale", [0.5, 0.2, 0.1, 0.03])
def test_shrinking_averages_and_does_not_pick(scale: float) -> None:
    side = int(112 / scale)
    rows, columns = np.indices((side, side))
    board = (((rows + columns) % 2) * 255).astype(np.uint8)  # finer than any pixel of the crop
    small = warped(np.dstack([board] * 3), _similar(scale, 0, (0, 0)), (112, 112))
    assert abs(small[2:-2, 2:-2].astype(int) - 127).max() <= 20


def test_large_faces_keep_their_place() -> None:
    picture = np.zeros((2000, 2400, 3), np.uint8)
    way = _similar(0.06, 10, (3, -20))
    place = way.inverse(np.array([70.0, 40.0]))
    x, y = place.astype(int)
    picture[y - 20 : y + 20, x - 20 : x + 20] = 255
    small = warped(picture, way, (112, 112))[..., 0].astype(float)
    rows, columns = np.indices(small.shape) + 0.5
    np.testing.assert_allclose(
        [(small * columns).sum() / small.sum(), (small * rows).sum() / small.sum()], [70, 40], atol=0.15
    )


def test_beyond_the_picture_its_edge_goes_on() -> None:
    picture = np.full((20, 20, 3), 90, np.uint8)
    assert (aligned(picture, FIVE + np.array([300, 5])).pixels == 90).all()
    assert (aligned(picture, FIVE * 40).pixels == 90).all()


def test_the_template_grows_with_the_crop() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (90, 80, 3)).astype(np.uint8)
    half, whole = aligned(picture, FIVE / 2, size=(56, 56)), aligned(picture, FIVE / 2)
    np.testing.assert_allclose(half.way.matrix * 2, whole.way.matrix, atol=1e-9)
    assert half.pixels.shape == (56, 56, 3)
