"""Learning a style once: what the net is shown, and what it is to make of it."""

import numpy as np
import pytest
import torch

from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.tasks.style.encoder import Encoder
from lenslet.tasks.style.photos import Photos
from lenslet.tasks.style.steady import Steady
from lenslet.tasks.style.training import Goal, Repaint, _inside, _somewhere_inside, moved_apart

SHAPE = Preprocess(size=(40, 40), resize="crop", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
DICE = np.random.default_rng(0)
PHOTOS = DICE.integers(0, 256, (7, 40, 40, 3), np.uint8)


def a_feed(**how: object) -> Photos:
    return Photos(PHOTOS, np.arange(7), SHAPE, crop=32, size=4, **how)  # type: ignore[arg-type]


def test_second_views_show_what_the_first_show_a_few_pixels_aside() -> None:
    for images, (photos, aside) in a_feed(moving=0.5, shuffle=True):
        assert len(images) == len(photos) + len(aside)
        first = (photos - 0.5) / 0.25
        torch.testing.assert_close(images[: len(photos)], first)
        assert len(aside) == round(0.5 * len(photos) + 0.25)
        seconds = images[len(photos) :] * 0.25 + 0.5
        # Only light and noise are between them
        assert moved_apart(photos[: len(aside)], seconds, aside) < 0.01
        assert aside.abs().max() <= 7
    assert moved_apart(photos[:1], photos[:1].roll((2, 0), (2, 3)), torch.tensor([[-2, 0]])) == 0
    assert moved_apart(photos[:1], photos[:1], torch.tensor([[3, 1]])) > 0.01


def test_an_epoch_is_known_by_its_place() -> None:
    feed = a_feed(moving=0.5, shuffle=True, seed=3)
    whole = [images for images, _ in feed]
    feed.seek(0, 1)
    torch.testing.assert_close(next(iter(feed))[0], whole[1])
    feed.seek(1, 0)
    assert not torch.equal(next(iter(feed))[0], whole[0])


def test_without_shuffling_the_middle_of_each_photo_is_shown() -> None:
    images, (photos, aside) = next(iter(a_feed()))
    assert len(images) == 4
    assert len(aside) == 0
    np.testing.assert_array_equal((photos[2] * 255).round().byte().permute(1, 2, 0), PHOTOS[2, 4:36, 4:36])
    assert a_feed().example(3).shape == (3, 32, 32, 3)


@pytest.fixture(scope="module")
def goal() -> Goal:
    torch.manual_seed(0)
    encoder = Encoder(build("swatch_tiny", num_classes=2), mean=(0.5,) * 3, std=(0.25,) * 3, precision="fp32")
    return Goal.of(encoder, DICE.integers(0, 256, (48, 56, 3), np.uint8))


def test_a_photo_that_stays_costs_no_content_and_the_style_costs_no_style(goal: Goal) -> None:
    photos = torch.from_numpy(PHOTOS[:2]).permute(0, 3, 1, 2) / 255
    content, style = goal.costs(photos, photos)
    assert content == 0
    assert style > 0
    other = Goal.of(goal.encoder, PHOTOS[0])
    assert other.costs(photos[:1], photos[:1])[1] < 1e-6


def test_a_net_learns_a_style(goal: Goal) -> None:
    """Forty steps bring the cost down, through the loss that `fit` is given."""
    torch.manual_seed(0)
    dark = Goal.of(goal.encoder, (DICE.integers(0, 256, (48, 56, 3)) // 4).astype(np.uint8))
    net, task = build("brush_tiny"), Repaint(dark, 0.5, SHAPE.mean, SHAPE.std)
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)

    def measured() -> dict[str, float]:
        with torch.no_grad():
            return task.measure((net(images), views) for images, views in a_feed())

    before = measured()
    feed = a_feed(moving=0.5, shuffle=True)
    for _ in range(20):
        for images, views in feed:
            parts = task.loss(net(images), views)
            assert set(parts) == {"content", "style", "variation", "steady"}
            optimizer.zero_grad()
            torch.stack(list(parts.values())).sum().backward()
            optimizer.step()
    after = measured()
    assert after["loss"] < 0.7 * before["loss"]
    assert after["likeness"] == -after["loss"]
    assert after["loss"] == pytest.approx(0.5 * after["content"] + 50 * after["style"])


def test_what_is_judged_is_inside_and_its_place_is_not_known_before() -> None:
    pictures = torch.rand(1, 3, 64, 48)
    assert pictures[_inside(pictures)].shape == (1, 3, 48, 32)
    torch.manual_seed(0)
    cuts = {(cut[2].start, cut[3].start) for cut in (_somewhere_inside(pictures) for _ in range(40))}
    assert len(cuts) > 20
    assert all(0 <= top <= 16 and 0 <= left <= 16 for top, left in cuts)


def test_a_film_that_stands_still_is_painted_alike_and_what_moves_leaves_no_trail() -> None:
    held = Steady(0.8)
    frame = np.full((32, 32, 3), 100, np.uint8)
    paintings = [DICE.integers(0, 256, frame.shape, np.uint8) for _ in range(12)]
    shown = [held(frame, painting).astype(float) for painting in paintings]
    apart = np.abs(np.diff(np.array(paintings, float), axis=0)).mean()
    assert np.abs(shown[-1] - shown[-2]).mean() < 0.3 * apart
    other = frame + np.uint8(80)
    np.testing.assert_array_equal(held(other, paintings[0]), paintings[0])
    assert held(other[:16], paintings[0][:16]).shape == (16, 32, 3)  # another size begins anew
    np.testing.assert_array_equal(Steady(0)(frame, paintings[1]), paintings[1])
