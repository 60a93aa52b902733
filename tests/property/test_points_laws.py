"""Laws of points that follow their pictures."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.data.augment import Augment
from lenslet.data.follow import points_follow
from lenslet.tasks.landmark.flips import ibug
from lenslet.tasks.landmark.views import framed, square

SIDE = 64
MIRROR = torch.tensor([[[-1.0, 0, SIDE], [0, 1, 0]]])
seeds = st.integers(0, 2**31 - 1)


def some_points(seed: int, k: int = 68) -> torch.Tensor:
    dice = torch.Generator().manual_seed(seed)
    return torch.cat([torch.rand(1, k, 2, generator=dice) * SIDE, torch.ones(1, k, 1)], 2)


@given(seed=seeds)
def test_mirroring_twice_is_nothing(seed: int) -> None:
    truth = some_points(seed)
    once = points_follow(truth, MIRROR, ibug())
    assert not torch.equal(once, truth)
    assert torch.allclose(points_follow(once, MIRROR, ibug()), truth, atol=1e-4)


@given(seed=seeds)
def test_in_the_mirror_the_right_eye_lies_where_the_left_one_was(seed: int) -> None:
    truth = some_points(seed)
    once = points_follow(truth, MIRROR, ibug())
    assert torch.allclose(once[0, 36, 0], SIDE - truth[0, 45, 0], atol=1e-4)
    assert torch.allclose(once[0, 36, 1], truth[0, 45, 1], atol=1e-4)


@settings(deadline=None)
@given(seed=seeds)
def test_a_point_stays_on_what_it_marked(seed: int) -> None:
    augment = Augment(mirror=True, rotate=20, scale=0.2, shift=0.08)
    random = np.random.default_rng(seed)
    x, y = random.uniform(22, 42, 2)
    across, down = np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5)
    spot = np.exp(-((across - x) ** 2 + (down - y) ** 2) / 18)
    pictures = torch.from_numpy(np.round(255 * spot).astype(np.uint8)).expand(1, 3, SIDE, SIDE)
    dice = augment.draw(1, torch.Generator().manual_seed(seed))
    seen = augment.apply(pictures, dice)[0, 0].double().numpy()
    truth = torch.tensor([[[x, y, 1.0]]]).float()
    moved = points_follow(truth, augment.matrices(dice, SIDE, SIDE), (0,))[0, 0]
    middle = np.array([(seen * across).sum(), (seen * down).sum()]) / seen.sum()
    if 12 < moved[0] < SIDE - 12 and 12 < moved[1] < SIDE - 12:  # the whole spot is still to be seen
        assert np.abs(middle - moved[:2].numpy()).max() < 0.6


@given(
    corner=st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
    sides=st.tuples(st.floats(0.1, 900), st.floats(0.1, 900)),
    margin=st.floats(0, 2),
)
def test_a_cut_out_holds_its_box_and_knows_the_way_home(
    corner: tuple[float, float], sides: tuple[float, float], margin: float
) -> None:
    box = np.array([*corner, corner[0] + sides[0], corner[1] + sides[1]])
    left, top, right, bottom = square(box, margin)
    assert right - left == bottom - top > 0
    assert left <= box[0] + 1
    assert right >= box[2] - 1
    frame = framed((300, 400), box, (64, 64), margin)
    there = np.array([[box[0], box[1]], [box[2], box[3]]])
    assert np.allclose(frame.home(frame.away(there)), there, atol=1e-6)
