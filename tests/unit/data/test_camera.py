"""Another camera: each change does what it says, to the share of the pictures that it says, and to nothing else."""

import numpy as np
import pytest
import torch

from lenslet.data.augment import Augment
from lenslet.data.camera import Camera
from lenslet.errors import CallError


def _pictures(n: int = 200, side: int = 24) -> torch.Tensor:
    return 0.2 + 0.6 * torch.rand(n, 3, side, side, generator=torch.Generator().manual_seed(1))


def _seen(camera: Camera, x: torch.Tensor, seed: int = 0) -> torch.Tensor:
    return camera(x.clone(), camera.draw(len(x), torch.Generator().manual_seed(seed)))


def _changed(before: torch.Tensor, after: torch.Tensor) -> float:
    return float(((after - before).abs().amax((1, 2, 3)) > 1e-4).float().mean())


def test_nothing_asked_for_nothing_done() -> None:
    x = _pictures(4)
    assert torch.equal(_seen(Camera(), x), x)


@pytest.mark.parametrize(
    ("camera", "share"),
    [
        (Camera(grey=0.3), 0.3),
        (Camera(coarse=0.5), 0.5),
        (Camera(light=0.5), 0.5),
        (Camera(noise=0.1), 1 / 3),
        (Camera(gamma=0.5), 1),
        (Camera(balance=0.2), 1),
    ],
)
def test_as_many_pictures_change_as_was_asked(camera: Camera, share: float) -> None:
    x = _pictures()
    after = _seen(camera, x)
    assert _changed(x, after) == pytest.approx(share, abs=0.1)
    assert after.min() >= 0
    assert after.max() <= 1


def test_grey_has_no_colour_and_keeps_its_luma() -> None:
    x = _pictures(4)
    grey = _seen(Camera(grey=1), x)
    assert torch.equal(grey[:, 0], grey[:, 1])
    luma = (x * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1)
    torch.testing.assert_close(grey[:, 2], luma)


def test_coarse_loses_detail_and_keeps_the_mean() -> None:
    x = _pictures()
    coarse = _seen(Camera(coarse=1, least=0.25), x)
    assert (coarse.std((2, 3)) < 0.8 * x.std((2, 3))).float().mean() > 0.9
    np.testing.assert_allclose(coarse.mean(), x.mean(), atol=0.01)


def test_light_comes_from_a_side() -> None:
    x = torch.full((100, 3, 16, 16), 0.5)
    lit = _seen(Camera(light=0.4), x)
    middle = lit[:, 0, 7:9, 7:9].mean((1, 2))
    np.testing.assert_allclose(middle, 0.5, atol=0.03)
    corners = lit[:, 0][:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert float((corners.amax(1) / corners.amin(1)).max()) > 1.5


def test_the_same_dice_give_the_same_picture_also_a_few_at_a_time() -> None:
    augment = Augment(camera=Camera(grey=0.3, balance=0.1, gamma=0.3, light=0.3, coarse=0.5))
    x = (_pictures(64, 112) * 255).to(torch.uint8)
    dice = augment.draw(64, torch.Generator().manual_seed(5))
    assert torch.equal(augment.apply(x, dice), augment.apply(x, dice))
    noisy = Augment(camera=Camera(noise=0.1))
    one, two = (noisy(x, torch.Generator().manual_seed(5)) for _ in range(2))
    assert torch.equal(one, two)


def test_without_a_camera_the_dice_of_everything_else_fall_as_they_did() -> None:
    plain, other = Augment(rotate=5), Augment(rotate=5, camera=Camera(grey=0.5))
    a, b = (augment.draw(8, torch.Generator().manual_seed(0)) for augment in (plain, other))
    assert torch.equal(a.move, b.move)
    assert torch.equal(a.colour, b.colour)
    assert a.camera is None


def test_grey_pictures_have_no_colour_to_lose() -> None:
    x = _pictures(4)[:, :1]
    assert torch.equal(_seen(Camera(grey=1, balance=0.5), x), x)


@pytest.mark.parametrize("wrong", [{"grey": -0.1}, {"gamma": float("nan")}, {"least": 0}, {"least": 1.5}, {"noise": 9}])
def test_what_cannot_be_is_refused(wrong: dict) -> None:
    with pytest.raises(CallError, match=r"Camera\("):
        Camera(**wrong)
