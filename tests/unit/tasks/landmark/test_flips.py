"""Which point each becomes in the mirror: said by the data, by names, by the look; or not known, and then no mirror."""

from pathlib import Path

import numpy as np
import pytest

from lenslet.data import Scenes
from lenslet.data.scenes import Joints
from lenslet.tasks.landmark.flips import by_name, estimated, ibug, mirror_of

FACE = np.array([[-0.6, -0.4], [0.6, -0.4], [0, 0.1], [-0.4, 0.6], [0.4, 0.6]])


def scenes(names: tuple[str, ...], flip: tuple[int, ...] = ()) -> Scenes:
    return Scenes(Path("x"), "csv", ("object",), (), joints=Joints(names, (), flip))


def alike(shape: np.ndarray, n: int = 40, noise: float = 0.04, turn: float = 0.2, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    angles = random.uniform(-turn, turn, n)
    turned = np.stack([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]]).transpose(2, 0, 1)
    size, place = random.uniform(10, 40, (n, 1, 1)), random.uniform(0, 100, (n, 1, 2))
    return (shape + random.normal(0, noise, (n, *shape.shape))) @ turned.transpose(0, 2, 1) * size + place


def test_mirroring_twice_changes_nothing() -> None:
    flip = np.array(ibug())
    assert (flip[flip] == np.arange(68)).all()
    assert (flip != np.arange(68)).sum() == 58  # ten points are on the middle line
    assert flip[36] == 45
    assert flip[8] == 8


@pytest.mark.parametrize(
    ("names", "flip"),
    [
        (("nose", "left_eye", "right_eye"), (0, 2, 1)),
        (("eye.l", "eye.r", "tip"), (1, 0, 2)),
        (("LeftEar", "rightear"), (1, 0)),
        (("nose", "left_eye", "right_ear"), ()),
        (("0", "1"), ()),
        (("tail", "collar"), ()),  # an l within a word is no side
    ],
)
def test_names_say_left_and_right(names: tuple[str, ...], flip: tuple[int, ...]) -> None:
    assert by_name(names) == flip


def test_the_mean_of_all_things_says_it_where_they_are_symmetric() -> None:
    assert estimated(alike(FACE)) == (1, 0, 2, 4, 3)


def test_it_says_nothing_of_things_without_symmetry_or_turned_every_way_or_few() -> None:
    lopsided = np.array([[-0.6, -0.4], [0.2, -0.7], [0, 0.1], [-0.1, 0.9], [0.7, 0.2]])
    assert estimated(alike(lopsided)) == ()
    assert estimated(alike(FACE, turn=3.1)) == ()
    assert estimated(alike(FACE, n=8)) == ()
    assert estimated(np.random.default_rng(0).uniform(0, 100, (40, 5, 2))) == ()
    assert estimated(np.zeros((40, 5, 2))) == ()


def test_things_with_unknown_points_do_not_disturb_it() -> None:
    things = alike(FACE, n=60)
    things[::3, 0] = np.nan
    assert estimated(things) == (1, 0, 2, 4, 3)


def test_what_the_data_says_counts_first_if_it_can_be_true() -> None:
    names = ("left_eye", "right_eye", "nose")
    assert mirror_of(scenes(names, (0, 1, 2)), []).flip == (0, 1, 2)
    assert mirror_of(scenes(names, (1, 2, 0)), []).flip == (1, 0, 2)  # that is no mirror: the names count
    assert mirror_of(scenes(("p",)), []).flip == (0,)


def test_where_nobody_knows_nothing_is_mirrored_and_it_is_said() -> None:
    found = mirror_of(scenes(("a", "b", "c")), [np.zeros((3, 2))])
    assert found.flip == ()
    assert "nothing is mirrored" in found.said


def test_sixty_eight_numbers_are_a_face_unless_they_look_otherwise() -> None:
    names = tuple(str(i) for i in range(68))
    assert mirror_of(scenes(names), []).flip == ibug()
    ring = np.stack([np.cos(np.arange(68) / 68 * 2 * np.pi), np.sin(np.arange(68) / 68 * 2 * np.pi)], 1)
    other = mirror_of(scenes(names), list(alike(ring, noise=0.002, turn=0.01)))
    assert other.flip != ibug()
    assert other.flip[0] == 34
