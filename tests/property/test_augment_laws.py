"""Laws of augmentation, whatever the ranges."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.data.augment import Augment

unit = st.floats(0, 1, width=32)
changes = st.builds(
    Augment,
    mirror=st.booleans(),
    rotate=st.floats(0, 180, width=32),
    shear=unit,
    scale=unit,
    aspect=unit,
    shift=unit,
    elastic=st.floats(0, 0.125, width=32),
    brightness=unit,
    contrast=unit,
    saturation=unit,
    pca=unit,
    cutout=unit,
    edge=st.sampled_from(["border", "reflection", "zeros"]),
)
sizes = st.tuples(st.integers(1, 4), st.sampled_from([1, 3]), st.integers(2, 24), st.integers(2, 24))


@settings(deadline=None, max_examples=60)
@given(changes, sizes, st.integers(0, 2**31))
def test_values_stay_in_0_to_1_and_repeat_with_the_seed(change: Augment, size: tuple, seed: int) -> None:
    x = torch.randint(0, 256, size, dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))
    y = change(x, torch.Generator().manual_seed(seed))
    assert y.shape == size
    assert 0 <= y.min() <= y.max() <= 1
    assert torch.equal(y, change(x, torch.Generator().manual_seed(seed)))


@settings(deadline=None, max_examples=60)
@given(changes, st.integers(2, 200), st.integers(2, 200), st.integers(0, 2**31))
def test_a_matrix_can_always_be_turned_back(change: Augment, height: int, width: int, seed: int) -> None:
    dice = change.draw(3, torch.Generator().manual_seed(seed))
    matrices = change.matrices(dice, height, width).double()
    full = torch.cat([matrices, torch.tensor([0.0, 0.0, 1.0]).double().expand(3, 1, 3)], dim=1)
    assert torch.allclose(torch.linalg.inv(full) @ full, torch.eye(3).double().expand(3, 3, 3), atol=1e-5)


@settings(deadline=None, max_examples=30)
@given(changes, st.integers(0, 255), st.integers(0, 2**31))
def test_a_picture_of_one_colour_keeps_it_when_only_moved(change: Augment, value: int, seed: int) -> None:
    geometry = {name: getattr(change, name) for name in ("mirror", "rotate", "shear", "scale", "aspect", "shift")}
    still = Augment(**geometry, elastic=change.elastic, edge="border")
    x = torch.full((2, 3, 9, 13), value, dtype=torch.uint8)
    assert torch.allclose(still(x, torch.Generator().manual_seed(seed)), x.float() / 255, atol=1e-5)
