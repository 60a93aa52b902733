"""Composed scenes: boxes are tight and inside, little is covered, and a seed decides everything."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.data.compose import Composing, Sprite, compose

BLACK = [np.zeros((80, 110, 3), np.uint8)]
NAMES = ("a", "b", "c")


@st.composite
def _sprites(draw: st.DrawFn) -> Sprite:
    """White, with random holes and any alpha: on black, a pixel of the scene is the alpha itself."""
    high, wide = draw(st.integers(1, 24)), draw(st.integers(1, 24))
    dice = np.random.default_rng(draw(st.integers(0, 2**32)))
    alpha = dice.integers(0, 256, (high, wide)) * (dice.random((high, wide)) < 0.5)
    alpha[dice.integers(high), dice.integers(wide)] = 255
    return Sprite(np.dstack([np.full((high, wide, 3), 255), alpha]).astype(np.uint8), draw(st.integers(0, 2)))


@st.composite
def _how(draw: st.DrawFn, most: int) -> Composing:
    low = draw(st.floats(1, 30))
    return Composing(
        size=(draw(st.integers(48, 90)), draw(st.integers(48, 90))),
        things=(1, most),
        side=(low, draw(st.floats(low, 40))),
        turn=draw(st.floats(0, 180)),
        overlap=draw(st.floats(0, 1)),
        empty=draw(st.floats(0, 0.5)),
    )


@given(st.lists(_sprites(), min_size=1, max_size=4), _how(1), st.integers(0, 2**20))
@settings(max_examples=60, deadline=None)
def test_a_box_is_tight_around_what_is_seen_of_its_thing(sprites: list[Sprite], how: Composing, seed: int) -> None:
    for scene in compose(sprites, BLACK, NAMES, count=3, how=how, seed=seed):
        seen = scene.picture[:, :, 0] >= 64
        assert seen.any() == bool(len(scene))
        if len(scene):
            rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
            assert scene.boxes[0].tolist() == [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


@given(st.lists(_sprites(), min_size=1, max_size=4), _how(6), st.integers(0, 2**20))
@settings(max_examples=60, deadline=None)
def test_boxes_lie_inside_and_have_no_more_in_common_than_asked(
    sprites: list[Sprite], how: Composing, seed: int
) -> None:
    for scene in compose(sprites, BLACK, NAMES, count=3, how=how, seed=seed):
        boxes = scene.boxes
        assert scene.size == scene.picture.shape[:2] == how.size
        assert (boxes >= 0).all()
        assert (boxes <= np.array([how.size[1], how.size[0]] * 2)).all()
        size = boxes[:, 2:] - boxes[:, :2]
        assert (size >= 1).all()
        common = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:]) - np.maximum(boxes[:, None, :2], boxes[None, :, :2])
        share = common.clip(0).prod(2) / np.minimum(size.prod(1)[:, None], size.prod(1)[None])
        np.fill_diagonal(share, 0)
        assert (share <= how.overlap + 1e-9).all()


@given(st.lists(_sprites(), min_size=1, max_size=3), _how(4), st.integers(0, 2**20))
@settings(max_examples=30, deadline=None)
def test_a_seed_decides_and_more_scenes_leave_the_first_as_they_are(
    sprites: list[Sprite], how: Composing, seed: int
) -> None:
    few = list(compose(sprites, BLACK, NAMES, count=2, how=how, seed=seed))
    many = list(compose(sprites, BLACK, NAMES, count=4, how=how, seed=seed))
    for one, other in zip(few, many, strict=False):
        assert one == other
        assert np.array_equal(one.picture, other.picture)
