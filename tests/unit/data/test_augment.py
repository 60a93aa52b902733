"""Augmentation: what each range does to pixels, and that nothing happens where nothing is asked for."""

import math
import sys
from collections import Counter
from dataclasses import replace

import pytest
import torch

from lenslet.data.augment import IMAGENET_COLOURS, PRESETS, Augment, principal_colours
from lenslet.errors import CallError


def random(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(n: int = 4, channels: int = 3, height: int = 20, width: int = 28) -> torch.Tensor:
    return torch.randint(0, 256, (n, channels, height, width), dtype=torch.uint8, generator=random(1))


def matrices(change: Augment, n: int, height: int, width: int) -> torch.Tensor:
    return change.matrices(change.draw(n, random()), height, width)


def test_none_is_the_picture_itself_in_0_to_1() -> None:
    x = pictures()
    assert torch.equal(Augment.none()(x, random()), x.float() / 255)
    assert torch.equal(matrices(Augment.none(), 3, 20, 28), torch.eye(2, 3).expand(3, 2, 3))


def test_mirror_turns_about_half_of_the_pictures_and_only_left_and_right() -> None:
    x = pictures(n=64)
    plain = x.float() / 255
    y = Augment(mirror=True)(x, random())
    same = [torch.allclose(a, b, atol=1e-4) for a, b in zip(y, plain, strict=True)]
    turned = [torch.allclose(a, b.flip(-1), atol=1e-4) for a, b in zip(y, plain, strict=True)]
    assert all(s != t for s, t in zip(same, turned, strict=True))
    assert 16 <= sum(turned) <= 48


def test_a_point_of_the_input_lands_where_the_inverse_matrix_puts_it() -> None:
    change = Augment(mirror=True, rotate=25, shear=0.2, scale=0.2, aspect=0.1, shift=0.1, edge="zeros")
    height, width = 96, 128
    row, column = 40, 70
    x = torch.zeros(16, 1, height, width)
    x[:, :, row - 1 : row + 2, column - 1 : column + 2] = 1.0
    dice = change.draw(16, random(3))
    y = change.apply(x, dice)
    for picture, matrix in zip(y[:, 0], change.matrices(dice, height, width), strict=True):
        full = torch.cat([matrix, torch.tensor([[0.0, 0.0, 1.0]])])
        expected = torch.linalg.inv(full) @ torch.tensor([column + 0.5, row + 0.5, 1.0])
        mass = picture / picture.sum()
        found_x = (mass.sum(0) * (torch.arange(width) + 0.5)).sum()
        found_y = (mass.sum(1) * (torch.arange(height) + 0.5)).sum()
        assert abs(float(found_x - expected[0])) < 0.25
        assert abs(float(found_y - expected[1])) < 0.25


def test_rotation_is_rigid_in_pixels_and_keeps_the_centre_when_the_picture_is_not_square() -> None:
    found = matrices(Augment(rotate=90), 32, 30, 50)
    linear = found[:, :, :2]
    assert torch.allclose(linear @ linear.transpose(1, 2), torch.eye(2).expand(32, 2, 2), atol=1e-5)
    centre = torch.tensor([25.0, 15.0])
    assert torch.allclose(linear @ centre + found[:, :, 2], centre.expand(32, 2), atol=1e-4)
    degrees = torch.rad2deg(torch.atan2(linear[:, 1, 0], linear[:, 0, 0]))
    assert degrees.abs().max() <= 90
    assert degrees.abs().max() > 45


def test_ranges_are_kept() -> None:
    determinant = torch.linalg.det(matrices(Augment(scale=0.5, aspect=0.3), 500, 32, 32)[:, :, :2])
    assert determinant.min() >= 1.5**-2 - 1e-4
    assert determinant.max() <= 1.5**2 + 1e-4
    assert determinant.max() > 1.9
    moved = matrices(Augment(shift=0.25), 500, 40, 80)[:, :, 2].abs().max(0).values
    assert 18 < moved[0] <= 20
    assert 9 < moved[1] <= 10


@pytest.mark.parametrize("name", sorted(PRESETS))
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_presets_keep_shape_and_range_and_follow_the_generator(name: str, channels: int) -> None:
    x = pictures(n=8, channels=channels)
    before = x.clone()
    y = PRESETS[name](x, random(5))
    assert y.shape == x.shape
    assert y.dtype == torch.float32
    assert y.is_contiguous(memory_format=torch.channels_last)
    assert 0 <= y.min() <= y.max() <= 1
    assert torch.equal(x, before)
    assert torch.equal(y, PRESETS[name](x, random(5)))
    assert name == "none" or not torch.equal(y, PRESETS[name](x, random(6)))


def test_bytes_and_floats_give_the_same() -> None:
    x = pictures()
    assert torch.equal(PRESETS["full"](x, random()), PRESETS["full"](x.float() / 255, random()))


def test_normalising_on_the_way_is_normalising_afterwards() -> None:
    x, mean, std = pictures(), (0.5, 0.4, 0.3), (0.2, 0.25, 0.3)
    plain = PRESETS["full"](x, random())
    middle, spread = (torch.tensor(v).view(1, 3, 1, 1) for v in (mean, std))
    assert torch.equal(PRESETS["full"](x, random(), mean=mean, std=std), (plain - middle) / spread)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_how_many_are_changed_together_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    x = pictures(n=9)
    change = replace(PRESETS[name], elastic=0.02, cutout=0.2)
    whole = change(x, random(2))
    monkeypatch.setattr(sys.modules["lenslet.data.augment"], "_AT_ONCE", 4000)  # two pictures
    assert torch.equal(change(x, random(2)), whole)


def test_memory_order_and_dtype_of_the_pictures_change_nothing() -> None:
    x = pictures()
    assert torch.equal(PRESETS["full"](x, random()), PRESETS["full"](x.to(memory_format=torch.channels_last), random()))


def test_one_range_does_not_disturb_what_another_drew() -> None:
    turned = matrices(Augment(rotate=20), 8, 32, 32)
    both = matrices(Augment(rotate=20, shift=0.1), 8, 32, 32)
    assert torch.equal(turned[:, :, :2], both[:, :, :2])


def test_brightness_alone_is_a_factor_per_picture() -> None:
    x = torch.full((16, 3, 4, 4), 0.5) * torch.tensor([0.2, 0.6, 1.0]).view(1, 3, 1, 1)
    factor = Augment(brightness=0.3)(x, random()) / x
    assert torch.allclose(factor, factor[:, :1, :1, :1].expand_as(factor), atol=1e-5)
    assert 0.7 <= factor.min() < 0.85
    assert 1.15 < factor.max() <= 1.3


def test_contrast_and_saturation_keep_the_mean_grey() -> None:
    x = 0.3 + 0.4 * torch.rand(8, 3, 16, 16, generator=random(2))
    luma = torch.tensor([0.299, 0.587, 0.114])
    y = Augment(contrast=0.5, saturation=0.5)(x, random())
    grey = torch.einsum("nchw,c->nhw", x, luma).mean((1, 2))
    assert torch.allclose(torch.einsum("nchw,c->nhw", y, luma).mean((1, 2)), grey, atol=1e-4)
    assert not torch.allclose(y, x, atol=1e-2)


def test_pca_colour_adds_one_colour_to_the_whole_picture_along_the_axes() -> None:
    x = torch.full((32, 3, 6, 6), 0.5)
    added = Augment(pca=0.1)(x, random()) - x
    assert torch.allclose(added, added[:, :, :1, :1].expand_as(added), atol=1e-6)
    strongest = torch.nn.functional.normalize(torch.tensor(IMAGENET_COLOURS[0]), dim=0)
    along = added[:, :, 0, 0] @ strongest
    across = added[:, :, 0, 0] - along[:, None] * strongest
    assert along.std() > 5 * across.std()


def test_principal_colours_finds_the_axis_that_was_put_in() -> None:
    axis = torch.tensor([0.6, 0.0, 0.8])
    strength = torch.randn(4, 1, 64, 64, generator=random()) * 20
    x = (128 + strength * axis.view(1, 3, 1, 1)).round().clamp(0, 255).to(torch.uint8)
    first, second, third = (torch.tensor(row) for row in principal_colours(x))
    assert math.isclose(float(first.norm()), 20 / 255, rel_tol=0.05)
    assert abs(float(torch.nn.functional.normalize(first, dim=0) @ axis)) > 0.999
    assert second.norm() < 0.01
    assert third.norm() < 0.01


def test_cutout_paints_a_square_in_the_mean_colour() -> None:
    x = torch.rand(16, 3, 32, 32, generator=random(2))
    changed = (Augment(cutout=0.25)(x, random()) != x).any(1).flatten(1).sum(1)
    assert changed.max() == 64
    assert changed.min() >= 16  # the square's centre stays in the picture, its corners may not


def test_elastic_bends_by_about_what_was_asked_and_smoothly() -> None:
    ramp = ((torch.arange(64) + 0.5) / 64).expand(64, 1, 64, 64).contiguous()
    moved = (Augment(elastic=0.02)(ramp, random()) - ramp)[:, 0, 8:-8, 8:-8] * 64  # pixels, along x
    assert 0.8 < moved.std() / (0.02 * 64) < 1.2
    assert (moved[:, :, 1:] - moved[:, :, :-1]).abs().mean() < 0.2 * moved.abs().mean()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"rotate": -1.0}, "rotate=-1.0"),
        ({"scale": float("nan")}, "scale=nan"),
        ({"shift": 2}, "shift=2"),
        ({"elastic_width": 0.0}, "elastic_width"),
        ({"edge": "wrap"}, "reflection"),
    ],
)
def test_a_range_that_makes_no_sense_is_named(arguments: dict, word: str) -> None:
    with pytest.raises(CallError, match=word):
        Augment(**arguments)


def test_whole_shifts_move_every_pixel_as_it_is_and_all_of_them_come_equally_often() -> None:
    pictures = torch.randint(0, 256, (400, 3, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    moved = (PRESETS["small"](pictures, torch.Generator().manual_seed(1)) * 255).round().to(torch.uint8)
    found: Counter[tuple[bool, int, int]] = Counter()
    for before, after in zip(pictures, moved, strict=True):
        for flip in (False, True):
            source = before.flip(2) if flip else before
            for down in range(-2, 3):
                for across in range(-2, 3):
                    if torch.equal(after[:, 4:28, 4:28], source[:, 4 - down : 28 - down, 4 - across : 28 - across]):
                        found[flip, down, across] += 1
    assert sum(found.values()) == 400
    assert len(found) == 50
    assert max(found.values()) < 24
