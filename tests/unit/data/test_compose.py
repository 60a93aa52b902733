"""Composed scenes: what is refused, what is left out, and how things are blended."""

import numpy as np
import pytest

from lenslet.data.compose import Composing, Sprite, compose
from lenslet.errors import CallError, ShapeError

BLACK = np.zeros((90, 130, 3), np.uint8)
HOW = Composing(size=(64, 64), things=(1, 1), side=(16, 16), turn=0, empty=0)


def _square(colour: int = 255, alpha: int = 255, label: int = 0) -> Sprite:
    return Sprite(np.dstack([np.full((16, 16, 3), colour, np.uint8), np.full((16, 16), alpha, np.uint8)]), label)


def test_a_thing_is_blended_by_its_alpha() -> None:
    grey = np.full((64, 64, 3), 100, np.uint8)
    (scene,) = compose([_square(200, 128)], [grey], ("a",), count=1, how=HOW)
    x1, y1, x2, y2 = scene.boxes[0].astype(int)
    assert (scene.picture[y1:y2, x1:x2] == 150).all()
    assert (scene.picture == 100).sum() == (64 * 64 - 16 * 16) * 3


def test_what_is_hardly_seen_is_blended_and_yet_outside_of_the_box() -> None:
    soft = np.full((16, 16, 4), 255, np.uint8)
    soft[:, 8:, 3] = 40
    (scene,) = compose([Sprite(soft, 0)], [BLACK], ("a",), count=1, how=HOW)
    x1, y1, x2, y2 = scene.boxes[0].astype(int)
    assert (x2 - x1, y2 - y1) == (8, 16)
    assert (scene.picture[y1:y2, x2 : x2 + 8] == 40).all()


def test_a_box_lies_around_the_marks_of_a_thing_however_it_is_turned() -> None:
    pixels = np.full((40, 40, 4), 255, np.uint8)
    pixels[:, :, :3] = 60
    pixels[10:20, 20:36, :3] = 255  # bright between the marks
    marked = Sprite(pixels, 0, np.array([[20, 10], [36, 10], [20, 20], [36, 20]], np.float64))
    how = Composing(size=(64, 64), things=(1, 1), side=(30, 40), turn=180, empty=0)
    for scene in compose([marked], [BLACK], ("a",), count=20, how=how):
        rows, columns = np.nonzero(scene.picture[:, :, 0] > 157)
        seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        np.testing.assert_allclose(scene.boxes[0], seen, atol=1.2)


def test_what_is_seen_around_the_marks_of_a_thing_hides_no_other() -> None:
    pixels = np.full((40, 40, 4), 255, np.uint8)
    pixels[18:22, 18:22, :3] = 9
    small = Sprite(pixels, 0, np.array([[18, 18], [22, 22]], np.float64))
    how = Composing(size=(90, 90), things=(3, 3), side=(40, 40), turn=0, overlap=0, empty=0)
    for scene in compose([small], [BLACK], ("a",), count=20, how=how):
        for x1, y1, x2, y2 in scene.boxes.astype(int):
            assert (scene.picture[y1:y2, x1:x2] == 9).all()


def test_marks_outside_of_a_thing_are_refused() -> None:
    with pytest.raises(CallError, match="within the 16 x 16 pixels"):
        Sprite(np.full((16, 16, 4), 255, np.uint8), 0, np.array([[0.0, 0.0], [17.0, 3.0]]))


def test_no_tint_leaves_colours_and_a_full_one_makes_what_stands_out() -> None:
    white = np.full((64, 64, 3), 255, np.uint8)
    how = Composing(size=(64, 64), things=(1, 1), side=(16, 16), turn=0, tint=1, empty=0)
    for scene in compose([_square()], [white], ("a",), count=20, how=how):
        x1, y1, _, _ = scene.boxes[0].astype(int)
        assert scene.picture[y1, x1].astype(int).sum() < 3 * 170
    (plain,) = compose([_square(77)], [BLACK], ("a",), count=1, how=HOW)
    assert set(np.unique(plain.picture)) == {0, 77}


def test_the_share_of_empty_scenes_and_the_number_of_things_are_as_asked() -> None:
    how = Composing(size=(64, 64), things=(2, 3), side=(4, 8), empty=0.25)
    counts = [len(scene) for scene in compose([_square()], [BLACK], ("a",), count=200, how=how)]
    assert set(counts) == {0, 2, 3}
    assert 30 <= counts.count(0) <= 70


def test_things_that_find_no_room_are_left_out() -> None:
    how = Composing(size=(64, 64), things=(9, 9), side=(40, 40), turn=0, overlap=0, empty=0)
    assert {len(scene) for scene in compose([_square()], [BLACK], ("a",), count=5, how=how)} == {1}
    turned = Composing(size=(32, 64), things=(1, 1), side=(32, 32), turn=45, empty=0)
    sizes = [len(scene) for scene in compose([_square()], [BLACK], ("a",), count=20, how=turned)]
    assert sizes.count(0) > 15  # larger than the scene once turned


def test_backgrounds_smaller_than_a_scene_are_enlarged() -> None:
    tiny = np.full((3, 2, 3), 9, np.uint8)
    scenes = list(compose([_square()], [tiny], ("a",), count=3, how=HOW))
    assert {scene.picture.shape for scene in scenes} == {(64, 64, 3)}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"size": (0, 64)}, "cannot be put together"),
        ({"things": (3, 2)}, "3 to 2 things"),
        ({"side": (10, 300)}, "at most a scene's shorter side"),
        ({"side": (0, 30)}, "give 1 or more"),
        ({"tint": 1.5}, "tint is 1.5"),
        ({"overlap": -0.1}, "overlap is -0.1"),
        ({"empty": 2}, "empty is 2"),
    ],
)
def test_what_cannot_be_composed_is_refused(wrong: dict, says: str) -> None:
    with pytest.raises(CallError, match=says):
        Composing(**wrong)


def test_things_without_alpha_or_name_and_no_things_at_all_are_refused() -> None:
    with pytest.raises(ShapeError, match="colours and alpha"):
        Sprite(np.zeros((4, 4, 3), np.uint8), 0)
    with pytest.raises(CallError, match="nothing is to be seen"):
        Sprite(np.zeros((4, 4, 4), np.uint8), 0)
    with pytest.raises(CallError, match="at least one of each"):
        compose([], [BLACK], ("a",), count=1)
    with pytest.raises(CallError, match="no name"):
        compose([_square(label=1)], [BLACK], ("a",), count=1)
