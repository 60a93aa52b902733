"""A painting from its pictures: sizes, steps, styles, masks, colours."""

from itertools import islice

import numpy as np
import pytest
import torch
from torch import nn

from lenslet.errors import CallError
from lenslet.nets import build
from lenslet.tasks.style import painter as room
from lenslet.tasks.style.decode import brightness, tensor
from lenslet.tasks.style.encoder import Encoder, Taps
from lenslet.tasks.style.loss import (
    content_cost,
    style_cost,
    style_cost_over_layers,
)
from lenslet.tasks.style.manner import BALANCE, Manner
from lenslet.tasks.style.painter import Painter, sizes_for
from lenslet.tasks.style.targets import Targets

TAPS = Taps({"relu3_1": 1}, {"relu1_1": 0.25, "relu2_1": 0.75})


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    torch.manual_seed(0)
    net: nn.Module = build("vgg_tiny", num_classes=2)
    return Encoder(net, mean=(0.5,) * 3, std=(0.25,) * 3, taps=TAPS, precision="fp32")


def a_photo(seed: int = 0, height: int = 48, width: int = 64) -> np.ndarray:
    """Smooth stains of colour."""
    from lenslet.image import resize

    return resize(np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8), (height, width))


def painted(painter: Painter) -> np.ndarray:
    return painter.picture(list(painter.strokes())[-1])


def test_sizes_double_up_to_the_full_one() -> None:
    assert sizes_for((576, 768), 512, 32, None) == [(96, 128), (192, 256), (384, 512)]
    assert sizes_for((576, 768), 512, 32, 1) == [(384, 512)]
    assert sizes_for((768, 100), 512, 32, None) == [(256, 33), (512, 67)]
    assert sizes_for((3, 3), 300, 32, 2) == [(150, 150), (300, 300)]


def test_a_ribbon_is_refused_with_the_size_that_would_do() -> None:
    with pytest.raises(CallError, match=r"would be 512 x 8, and the encoder needs 32 .* a size of 2134 or more"):
        sizes_for((15, 1000), 512, 32, None)
    assert min(sizes_for((15, 1000), 2134, 32, 1)[0]) == 32


def test_costs_fall_over_all_sizes_and_the_bar_only_goes_forward(encoder: Encoder) -> None:
    painter = Painter(encoder, a_photo(), [a_photo(1)], Manner(steps=6, scales=2), size=80)
    strokes = list(painter.strokes())
    assert painter.sizes == [(30, 40), (60, 80)] or painter.sizes == [(60, 80)]
    assert [stroke.step for stroke in strokes] == list(range(strokes[-1].of + 1))
    assert [stroke.share for stroke in strokes] == sorted(stroke.share for stroke in strokes)
    assert strokes[-1].share == 1
    assert strokes[-1].cost < strokes[0].cost
    assert painter.picture(strokes[-1]).shape == (60, 80, 3)


def test_a_coarse_picture_is_shown_at_full_size(encoder: Encoder) -> None:
    painter = Painter(encoder, a_photo(), [a_photo(1)], Manner(steps=4, scales=2), size=128)
    strokes = list(islice(painter.strokes(), 3))
    assert strokes[-1].image().shape[2:] == (48, 64)
    assert painter.picture(strokes[-1]).shape == (96, 128, 3)


def test_the_same_seed_paints_the_same_picture(encoder: Encoder) -> None:
    def once(seed: int) -> np.ndarray:
        return painted(Painter(encoder, a_photo(), [a_photo(1)], Manner(start="noise", steps=3, seed=seed), size=64))

    assert np.array_equal(once(1), once(1))
    assert not np.array_equal(once(1), once(2))


def test_strength_0_from_the_content_is_the_content_and_1_is_style_alone(encoder: Encoder) -> None:
    photo, style = a_photo(), a_photo(1)
    assert np.array_equal(painted(Painter(encoder, photo, [style], Manner(strength=0, steps=3), size=64)), photo)
    strokes = list(Painter(encoder, photo, [style], Manner(strength=1, steps=20), size=64).strokes())
    assert strokes[-1].costs["content"] == 0
    assert strokes[-1].cost < 0.2 * strokes[0].cost


def test_alpha_and_beta_are_the_courses_cost(encoder: Encoder) -> None:
    """J = alpha J_content + beta sum of lambda_l J_style, course 4.9, with the course's own parts."""
    photo, style, other = (tensor(a_photo(seed)) for seed in range(3))
    targets = Targets.of(encoder, Manner(alpha=10, beta=40), photo, [style], [None])
    parts = targets.cost(other)
    c, s, g = encoder(photo), encoder(style), encoder(other)
    layers = style_cost_over_layers({layer: style_cost(s[layer], g[layer]) for layer in TAPS.style}, TAPS.style)
    assert parts["content"].item() == pytest.approx(10 * content_cost(c["relu3_1"], g["relu3_1"]).item(), rel=1e-4)
    assert parts["style"].item() == pytest.approx(40 * layers.item(), rel=1e-4)
    assert "variation" not in parts


def test_strength_weighs_the_relative_costs(encoder: Encoder) -> None:
    photo, style = tensor(a_photo()), tensor(a_photo(1))
    weak, strong = (
        Targets.of(encoder, Manner(strength=s), photo, [style], [None]).cost(tensor(a_photo(2))) for s in (0.2, 0.8)
    )
    assert weak["content"].item() == pytest.approx(4 * strong["content"].item(), rel=1e-4)
    assert strong["style"].item() == pytest.approx(4 * weak["style"].item(), rel=1e-4)
    flat = Targets.of(encoder, Manner(strength=1), photo, [style], [None]).cost(style)
    assert flat["style"].item() < 1e-6 * BALANCE


def test_styles_share_by_their_weights(encoder: Encoder) -> None:
    photo, one, two, other = (tensor(a_photo(seed)) for seed in range(4))

    def cost(styles: list[torch.Tensor], *weights: float) -> float:
        manner = Manner(style_weights=weights)
        return Targets.of(encoder, manner, photo, styles, [None] * len(styles)).cost(other)["style"].item()

    assert cost([one, two], 3, 1) == pytest.approx(0.75 * cost([one]) + 0.25 * cost([two]), rel=1e-4)
    assert cost([one, two], 1, 0) == pytest.approx(cost([one]), rel=1e-4)


def test_a_mask_keeps_the_style_out_of_its_black_half(encoder: Encoder) -> None:
    photo, mask = a_photo(), np.zeros((48, 64, 3), np.uint8)
    mask[:, 32:] = 255
    found = painted(Painter(encoder, photo, [a_photo(1)], Manner(strength=1, steps=6), size=64, masks=[mask]))
    change = np.abs(found.astype(int) - photo).mean((0, 2))
    assert change[:20].max() < 1
    assert change[44:].mean() > 5


def test_kept_colours_are_the_contents(encoder: Encoder) -> None:
    photo, style = a_photo(), a_photo(1)
    painter = Painter(encoder, photo, [style], Manner(colours="content", steps=4, strength=0.9), size=64)
    last = list(painter.strokes())[-1]
    grey = last.image()
    torch.testing.assert_close(grey, brightness(grey), atol=0.2, rtol=0)
    made, was = tensor(painter.picture(last)), tensor(photo)
    inside = ((made > 0.01) & (made < 0.99)).all(1, keepdim=True)
    off = (made - brightness(made)) - (was - brightness(was))
    assert (off * inside).abs().max() < 0.01


def test_variation_smooths(encoder: Encoder) -> None:
    photo, style = a_photo(), np.random.default_rng(3).integers(0, 256, (48, 64, 3), np.uint8)
    rough, smooth = (
        painted(Painter(encoder, photo, [style], Manner(variation=v, strength=0.5, steps=20), size=64)).astype(float)
        for v in (0.0, 3000.0)
    )
    assert np.abs(np.diff(smooth, axis=1)).mean() < 0.7 * np.abs(np.diff(rough, axis=1)).mean()


def test_a_style_is_looked_at_in_the_size_asked_for(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[tuple[int, ...]]] = []
    of = Targets.of.__func__

    def spy(cls, encoder, manner, content, styles, masks, tiles):
        seen.append([tuple(style.shape[2:]) for style in styles])
        return of(cls, encoder, manner, content, styles, masks, tiles)

    monkeypatch.setattr(Targets, "of", classmethod(spy))
    list(Painter(encoder, a_photo(), [a_photo(1)], Manner(style_scale=2, steps=1, scales=2), size=128).strokes())
    assert seen == [[(96, 128)], [(192, 256)]], "once a size"


def test_more_than_memory_allows_is_refused_before_it_begins(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "memory_free", lambda: 10**6)
    with pytest.raises(CallError, match=r"the painting of 512 x 384 pixels needs about .* GB .* smaller size of about"):
        Painter(encoder, a_photo(), [a_photo(1)], Manner(), size=512)
    monkeypatch.setattr(room, "memory_free", lambda: encoder.bytes_for(384, 512) + 1)
    with pytest.raises(CallError, match="a style of 5120 x 3840 pixels needs"):
        Painter(encoder, a_photo(), [a_photo(1)], Manner(style_scale=10), size=512)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"strength": 1.5}, "strength is 0"),
        ({"strength": float("nan")}, "strength is 0"),
        ({"alpha": 1}, "alpha and beta go together"),
        ({"alpha": 1, "beta": -1}, "beta is a weight"),
        ({"style_weights": (0,)}, "must weigh more than 0"),
        ({"style_weights": (-1, 2)}, "weights of styles are 0 or more"),
        ({"style_scale": 0}, "style_scale is"),
        ({"steps": 0}, "steps is 1 or more"),
        ({"scales": 0}, "scales is 1"),
        ({"rate": 0}, "rate is above 0"),
    ],
)
def test_wrong_manners(wrong: dict, said: str) -> None:
    with pytest.raises(CallError, match=said):
        Manner(**wrong)


def test_lists_that_do_not_go_together(encoder: Encoder) -> None:
    photo = a_photo()
    with pytest.raises(CallError, match="2 styles and 1 weights"):
        Painter(encoder, photo, [photo, photo], Manner(style_weights=(1,)), size=64)
    with pytest.raises(CallError, match="1 styles and 2 masks"):
        Painter(encoder, photo, [photo], Manner(), size=64, masks=[photo, photo])
    with pytest.raises(CallError, match="needs a style"):
        Painter(encoder, photo, [], Manner(), size=64)
    with pytest.raises(CallError, match="size is the painting's long side"):
        Painter(encoder, photo, [photo], Manner(), size=0)
