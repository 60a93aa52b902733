"""Batches to compare within: K pictures of each, everybody seen, symmetries as identities of their own."""

import numpy as np
import torch

from lenslet.data.compared import SYMMETRIES, Compared, symmetric
from lenslet.image import Preprocess

SHAPE = Preprocess((4, 4), "letterbox", 1, (0.0,), (1.0,))
WHOSE = torch.tensor([0] * 5 + [1] * 3 + [2] * 4)
PIXELS = np.arange(12, dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 1), np.uint8)


def feed(**how):
    return Compared(PIXELS, np.arange(12), WHOSE, SHAPE, **{"size": 4, "each": 2, "seed": 3} | how)


def test_every_batch_holds_two_of_each_and_an_epoch_everybody():
    seen = []
    for images, whose in feed():
        assert whose.view(-1, 2).eq(whose.view(-1, 2)[:, :1]).all()
        seen += (images[:, 0, 0, 0] * 255).round().int().tolist()
    assert set(seen) == set(range(12))
    assert len(seen) == 6 + 4 + 4


def test_the_same_seed_gives_the_same_batches_and_each_epoch_others():
    one, two = feed(), feed()
    first = [whose.tolist() for _, whose in one]
    assert first == [whose.tolist() for _, whose in two]
    assert first != [whose.tolist() for _, whose in one]


def test_a_run_can_go_on_in_the_middle_of_an_epoch():
    whole, late = feed(), feed()
    later = [images for images, _ in whole][2:]
    late.seek(0, 2)
    assert all(torch.equal(a, b) for a, (b, _) in zip(later, late, strict=True))


def test_symmetries_are_identities_of_their_own():
    made = feed(symmetries=SYMMETRIES)
    assert made.count == 3 * SYMMETRIES
    whose = torch.cat([targets for _, targets in made])
    assert set(whose.tolist()) == set(range(3 * SYMMETRIES))


def test_the_eight_symmetries_are_all_different_and_come_back():
    picture = np.arange(16, dtype=np.uint8).reshape(1, 4, 4, 1)
    made = [symmetric(picture, number) for number in range(SYMMETRIES)]
    assert len({one.tobytes() for one in made}) == SYMMETRIES
    assert np.array_equal(symmetric(symmetric(picture, 1), 3), picture)
    assert np.array_equal(symmetric(symmetric(picture, 4), 4), picture)


def test_a_turned_picture_is_turned_in_the_batch():
    pixels = np.zeros((4, 4, 4, 1), np.uint8)
    pixels[:, 0] = 255  # the upper edge
    made = Compared(pixels, np.arange(4), torch.tensor([0, 0, 1, 1]), SHAPE, size=64, each=2, symmetries=8, seed=0)
    (images, whose) = next(iter(made))
    for image, number in zip(images, whose.tolist(), strict=True):
        expected = symmetric(pixels[:1], number // 2)[0, :, :, 0] / 255
        assert np.allclose(image[0].numpy(), expected)
