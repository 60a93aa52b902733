"""Course 2.11: mirror, random crop, rotate, shear, colour shift (PCA colour as in AlexNet)."""

import numpy as np
import pytest
import torch
from torch import Tensor

from lenslet.data.augment import IMAGENET_COLOURS, PRESETS, Augment, principal_colours
from lenslet.data.mixup import mixup
from lenslet.verbs.augmented import augmented_sheet

ARROW = torch.zeros(1, 3, 21, 21)
ARROW[:, :, 10, 14:18] = 1.0  # a bar to the right of the centre


def _dice(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _centre(picture: Tensor) -> tuple[float, float]:
    """Centre of brightness: x, y from the middle, in pixels."""
    mass = picture.mean(0)
    places = torch.arange(21.0) - 10
    return float((mass.sum(0) * places).sum() / mass.sum()), float((mass.sum(1) * places).sum() / mass.sum())


def test_mirroring_changes_left_and_right_in_half_of_the_pictures() -> None:
    sides = [_centre(p)[0] for p in Augment(mirror=True)(ARROW.expand(64, -1, -1, -1), _dice())]
    assert {round(abs(x), 3) for x in sides} == {5.5}
    assert 16 < sum(x < 0 for x in sides) < 48


def test_rotation_keeps_the_distance_from_the_centre() -> None:
    for picture in Augment(rotate=45, edge="zeros")(ARROW.expand(16, -1, -1, -1), _dice()):
        x, y = _centre(picture)
        assert (x**2 + y**2) ** 0.5 == pytest.approx(5.5, abs=0.15)


def test_a_random_crop_is_a_zoom_and_a_shift() -> None:
    moved = Augment(scale=0.3, shift=0.2, edge="zeros")(ARROW.expand(32, -1, -1, -1), _dice())
    assert len({tuple(round(v, 2) for v in _centre(p)) for p in moved}) == 32


def test_shear_slants_and_leaves_the_row_through_the_centre() -> None:
    bar = torch.zeros(1, 3, 21, 21)
    bar[:, :, :, 10] = 1.0
    slanted = Augment(shear=0.5, edge="zeros")(bar, _dice(3))[0].mean(0)
    assert slanted[10, 10] == pytest.approx(1.0, abs=1e-5)
    top, bottom = (int(slanted[row].argmax()) for row in (2, 18))
    assert (top - 10) * (bottom - 10) < 0


def test_pca_colour_shifts_a_whole_picture_along_the_principal_colours() -> None:
    flat = torch.full((8, 3, 4, 4), 0.5)
    shifted = Augment(pca=0.1)(flat, _dice()) - 0.5
    assert (shifted.amax((2, 3)) - shifted.amin((2, 3))).max() < 1e-6  # every pixel alike
    assert shifted.abs().max() > 0.01
    # ImageNet's first direction is grey, with eleven times the spread of the second: channels move together
    assert torch.corrcoef(shifted[:, :, 0, 0].T)[0, 1] > 0.9


def test_the_principal_colours_of_a_data_set_are_measured() -> None:
    dice = _dice()
    strength = torch.randint(0, 120, (4, 1, 16, 16), generator=dice)
    reddish = torch.cat([strength * 2, strength, strength], dim=1).to(torch.uint8)
    first, second, _ = principal_colours(reddish)
    assert abs(first[0]) == pytest.approx(2 * abs(first[1]), rel=1e-3)
    assert sum(v * v for v in second) < 1e-4


def test_pca_colour_is_the_sum_of_the_principal_colours_with_normal_weights() -> None:
    change = Augment(pca=0.1)
    dice = change.draw(4, _dice())
    shifted = change.apply(torch.full((4, 3, 2, 2), 0.5), dice)[:, :, 0, 0] - 0.5
    assert torch.allclose(shifted, 0.1 * dice.weights @ torch.tensor(IMAGENET_COLOURS), atol=1e-6)


def test_all_movements_are_one_matrix_and_the_picture_is_read_once() -> None:
    # Two interpolations blur twice: a mirror that were a step of its own would not undo itself exactly.
    change = Augment(mirror=True, rotate=30, shear=0.2, scale=0.2, shift=0.1)
    dice = change.draw(8, _dice())
    both = change.matrices(dice, 21, 21)
    assert both.shape == (8, 2, 3)
    moved = change.apply(ARROW.expand(8, -1, -1, -1), dice)
    assert moved.amax((1, 2, 3)).min() > 0.5  # a thin bar survives one bilinear reading


def test_colours_shift_by_brightness_contrast_and_saturation() -> None:
    red = torch.tensor([0.6, 0.2, 0.2]).view(1, 3, 1, 1).expand(64, -1, 4, 4)
    brighter = Augment(brightness=0.5)(red, _dice())
    assert torch.allclose(brighter[:, 1] / brighter[:, 0], torch.full((64, 4, 4), 1 / 3), atol=1e-5)
    paler = Augment(saturation=1.0)(red, _dice())
    assert (paler[:, 0] - paler[:, 1]).min() < 0.05  # almost grey
    assert (paler[:, 0] - paler[:, 1]).max() > 0.6


def test_mixup_mixes_two_pictures_and_their_classes_alike() -> None:
    pictures = torch.eye(4).view(4, 4, 1, 1)  # picture i is all in channel i
    mixed, shares = mixup(pictures, torch.arange(4), 4, 1.0, _dice())
    assert torch.allclose(mixed[:, :, 0, 0], shares)
    assert shares.sum(1).tolist() == pytest.approx([1.0] * 4)


def test_every_change_can_be_looked_at() -> None:
    pixels = np.zeros((3, 48, 48, 3), np.uint8)
    assert augmented_sheet(pixels, PRESETS["full"]).shape[2] == 3


def test_the_usual_set_has_all_of_them_and_digits_are_never_mirrored() -> None:
    full = PRESETS["full"]
    assert full.mirror
    assert min(full.rotate, full.shear, full.scale, full.shift, full.brightness, full.pca) > 0
    assert not PRESETS["glyph"].mirror
