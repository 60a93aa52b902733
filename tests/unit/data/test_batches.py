"""Order and content of batches."""

import numpy as np
import torch

from lenslet.data import Batches
from lenslet.data.batches import channel_statistics
from lenslet.image import Preprocess

SHAPE = Preprocess(size=(4, 4), resize="letterbox", channels=1, mean=(0.5,), std=(0.25,))
PIXELS = np.arange(10, dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 1), np.uint8) * 25


def _batches(**how: object) -> Batches:
    return Batches(PIXELS, np.arange(10), torch.arange(10), SHAPE, **{"size": 4, **how})  # type: ignore[arg-type]


def test_images_and_targets_stay_together_in_every_order() -> None:
    for images, targets in _batches(shuffle=True, seed=3):
        pixels = ((images[:, 0, 0, 0] * 0.25 + 0.5) * 255 / 25).round().long()
        assert torch.equal(pixels, targets)


def test_epochs_differ_and_seeds_repeat() -> None:
    def order(batches: Batches) -> list[int]:
        return torch.cat([t for _, t in batches]).tolist()

    one, two = _batches(shuffle=True, seed=1), _batches(shuffle=True, seed=1)
    first = order(one)
    assert first == order(two)
    assert order(one) != first
    assert sorted(first) == list(range(10))


def test_a_last_batch_of_one_is_not_learned_from_but_is_measured() -> None:
    rows = np.arange(9)
    learn = Batches(PIXELS, rows, torch.arange(9), SHAPE, size=4, shuffle=True)
    assert len(learn) == len(list(learn)) == 2
    measure = Batches(PIXELS, rows, torch.arange(9), SHAPE, size=4)
    assert len(measure) == len(list(measure)) == 3


def test_a_single_picture_is_a_batch() -> None:
    assert len(list(Batches(PIXELS, np.array([0]), torch.tensor([0]), SHAPE, size=4, shuffle=True))) == 1


def test_statistics_are_those_of_the_chosen_pictures() -> None:
    mean, std = channel_statistics(PIXELS, np.array([0, 4]))
    assert mean == (round(50 / 255, 4),)
    assert std == (round(50 / 255, 4),)
    assert channel_statistics(PIXELS, np.array([3]))[1][0] > 0


def test_examples_are_pictures() -> None:
    shown = _batches().example(3)
    assert shown.shape == (3, 4, 4, 3)
    assert (shown[0] == PIXELS[0, 0, 0, 0]).all()


def test_mixed_batches_have_shares_of_classes_and_are_known_by_their_place() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 8, 8, 3), np.uint8)
    labels = torch.arange(12) % 3
    feed = Batches(pixels, np.arange(12), labels, SHAPE, size=4, shuffle=True, mixup=(0.4, 3), seed=2)
    first = list(feed)
    for images, targets in first:
        assert images.shape == (4, 3, 8, 8)
        assert torch.allclose(targets.sum(1), torch.ones(4))
    feed.seek(0, 2)
    [(images, targets)] = list(feed)
    assert torch.equal(images, first[2][0])
    assert torch.equal(targets, first[2][1])
