"""Large pictures tile by tile: the same costs and the same slope as whole."""

import numpy as np
import pytest
import torch

from lenslet.errors import CallError
from lenslet.nets import build
from lenslet.tasks.style import painter as room
from lenslet.tasks.style.encoder import Encoder, Taps
from lenslet.tasks.style.manner import Manner
from lenslet.tasks.style.painter import Painter
from lenslet.tasks.style.targets import Targets
from lenslet.tasks.style.tiles import Tiles

HALF = {"mean": (0.5,) * 3, "std": (0.25,) * 3}


def an_encoder(name: str) -> Encoder:
    torch.manual_seed(0)
    return Encoder(build(name, num_classes=2), **HALF, precision="fp32")


def some(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


COURSE = Manner(alpha=1e-5, beta=1e-3, variation=2)


@pytest.mark.parametrize(
    ("name", "manner"),
    [("vgg_tiny", COURSE), *((name, Manner()) for name in ("facet_tiny", "squeezenet_tiny", "swatch_tiny"))],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_tiles_give_the_cost_and_the_slope_of_the_whole(name: str, manner: Manner) -> None:
    """Odd sides, a mask for the second style, and nets of every kind of pool and border."""
    encoder = an_encoder(name)
    content, painting, style, mask = (
        some(1, 3, 101, 133),
        some(1, 3, 101, 133, seed=1),
        some(1, 3, 70, 80),
        some(101, 133),
    )
    found = []
    for tiles in (None, Tiles(encoder, side=48)):
        targets = Targets.of(encoder, manner, content, [style, style.flip(1)], [None, mask], tiles)
        leaf = painting.clone().requires_grad_()
        parts = targets.cost(leaf)
        found.append((parts, *torch.autograd.grad(torch.stack(list(parts.values())).sum(), leaf)))
    (whole, slope), (tiled, other) = found
    assert whole.keys() == tiled.keys()
    for part, value in whole.items():
        assert tiled[part].item() == pytest.approx(value.item(), rel=2e-4)
    assert (slope - other).abs().max() < 1e-3 * slope.abs().max()


def test_a_tile_sees_enough_around_it_and_begins_where_layers_do() -> None:
    tiles = Tiles(an_encoder("swatch_tiny"), side=70)
    assert tiles.step == 16
    assert tiles.side == 64
    assert tiles.around >= 40
    assert tiles.around % 16 == 0


def test_a_net_of_which_nobody_knows_how_far_it_sees_is_not_cut() -> None:
    class Odd(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = torch.nn.Conv2d(3, 4, 3, padding=1)
            self.last = torch.nn.Identity()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(torch.fft.rfft2(self.conv(x)).real)

    encoder = Encoder(Odd(), **HALF, taps=Taps({"last": 1}, {"conv": 1}))
    with pytest.raises(CallError, match="cannot look tile by tile: what last sees is not known"):
        Tiles(encoder)


def test_a_painting_that_is_too_large_is_painted_by_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the painter, and to the eye the same picture."""
    encoder = an_encoder("swatch_tiny")
    photo, style = (np.random.default_rng(seed).integers(0, 256, (96, 128, 3), np.uint8) for seed in range(2))
    painted = []
    for most in (1e12, 1.0):
        monkeypatch.setattr(room, "_WHOLE", most)
        monkeypatch.setattr(room, "Tiles", lambda encoder: Tiles(encoder, side=48))
        painter = Painter(encoder, photo, [style], Manner(steps=3, scales=1), size=128)
        assert (painter.tiles is None) == (most > 1)
        painted.append(painter.picture(list(painter.strokes())[-1]).astype(int))
    assert np.abs(painted[0] - painted[1]).max() <= 2
