"""Places follow their pictures."""

import math

import numpy as np
import pytest
import torch

from lenslet.data.augment import Augment
from lenslet.data.follow import boxes_follow, points_follow
from lenslet.data.mosaic import mosaic
from lenslet.data.placed import Placed, stacked
from lenslet.image import Preprocess

HEIGHT, WIDTH = 48, 64
BOX = (20, 12, 44, 30)
EVERYTHING = Augment(mirror=True, turn=True, rotate=20, shear=0.1, scale=0.3, aspect=0.2, shift=0.1, edge="zeros")


def scenes(n: int = 12) -> tuple[np.ndarray, torch.Tensor]:
    pixels = np.zeros((n, HEIGHT, WIDTH, 3), np.uint8)
    x1, y1, x2, y2 = BOX
    yy, xx = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    disc = ((xx - (x1 + x2) / 2) / ((x2 - x1) / 2)) ** 2 + ((yy - (y1 + y2) / 2) / ((y2 - y1) / 2)) ** 2 <= 1
    pixels[:, disc] = 255
    return pixels, stacked([np.array([[1, *BOX]], np.float32)] * n)


def feed(**how) -> Placed:
    pixels, truth = scenes()
    shape = Preprocess(size=(HEIGHT, WIDTH), resize="letterbox", channels=3, mean=(0.0,) * 3, std=(1.0,) * 3)
    how = {"follow": boxes_follow, "size": 4, "augment": EVERYTHING, "shuffle": True, "seed": 3} | how
    return Placed(pixels, np.arange(len(pixels)), truth, shape, **how)


def test_a_box_is_where_its_ellipse_is_whatever_happens_to_the_picture():
    for images, truth in feed():
        for image, (kind, *box) in zip(images, truth[:, 0].tolist(), strict=True):
            ys, xs = torch.nonzero(image[0] > 0.5, as_tuple=True)
            seen = [xs.min().item(), ys.min().item(), xs.max().item() + 1, ys.max().item() + 1]
            assert kind == 1
            assert np.abs(np.array(seen) - box).max() <= 1.5


def test_the_same_seed_and_place_give_the_same_batch():
    first, second = feed(mosaic=0.5), feed(mosaic=0.5)
    whole = list(first)
    second.seek(0, 1)
    for (a, b), (c, d) in zip(whole[1:], second, strict=True):
        assert torch.equal(a, c)
        assert torch.equal(b, d)


def test_a_box_that_leaves_the_picture_is_gone_and_one_that_is_cut_is_cut():
    matrix = torch.tensor([[[1.0, 0, 30], [0, 1, 0]]])  # the picture moves 30 to the left
    truth = torch.tensor([[[0.0, 0, 0, 20, 20], [1, 20, 0, 60, 20], [2, 40, 0, 60, 20], [-1, 0, 0, 9, 9]]])
    moved = boxes_follow(truth, matrix, HEIGHT, WIDTH)[0]
    assert moved[:, 0].tolist() == [-1, 1, 2, -1]
    assert moved[1, 1:].tolist() == [0, 0, 30, 20]
    assert moved[2, 1:].tolist() == [10, 0, 30, 20]


def test_points_change_names_in_the_mirror_only():
    points = torch.tensor([[[10.0, 5, 1], [50, 5, 1], [30, 40, 0]]]).expand(2, 3, 3)
    matrices = torch.tensor([[[-1.0, 0, WIDTH], [0, 1, 0]], [[1, 0, 0], [0, 1, 0]]])
    moved = points_follow(points, matrices, flip=(1, 0, 2))
    assert moved[0].tolist() == [[14, 5, 1], [54, 5, 1], [34, 40, 0]]
    assert moved[1].tolist() == points[1].tolist()


def test_a_quarter_turn_keeps_boxes_exact():
    angle = math.pi / 2
    turn = torch.tensor([[[math.cos(angle), -math.sin(angle), 48], [math.sin(angle), math.cos(angle), 0.0]]])
    truth = torch.tensor([[[0.0, 10, 4, 20, 30]]])
    box = boxes_follow(truth, turn, 64, 64)[0, 0, 1:]
    assert (box[2] - box[0]).item() == pytest.approx(26, abs=1e-4)
    assert (box[3] - box[1]).item() == pytest.approx(10, abs=1e-4)


def test_a_mosaic_holds_four_pictures_at_half_their_size_with_their_boxes():
    pixels, truth = scenes(4)
    pictures = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    made, boxes = mosaic(pictures, truth, 1.0, torch.Generator().manual_seed(0))
    assert made.shape == pictures.shape
    assert boxes.shape == (4, 4, 5)
    half = torch.tensor(BOX) / 2
    assert boxes[0, 0, 1:].tolist() == half.tolist()
    assert boxes[0, 3, 1:].tolist() == (half + torch.tensor([32, 24, 32, 24])).tolist()
    for _, x1, y1, x2, y2 in boxes[0].round().long().tolist():
        assert made[0, 0, (y1 + y2) // 2, (x1 + x2) // 2] == 255


def test_no_share_no_mosaic():
    pixels, truth = scenes(4)
    pictures = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    made, boxes = mosaic(pictures, truth, 0.0, torch.Generator())
    assert torch.equal(made, pictures)
    assert torch.equal(boxes, truth)


def test_mosaics_are_closed_before_the_end():
    early, late = feed(mosaic=1.0, augment=Augment()), feed(mosaic=1.0, augment=Augment())
    late.at(0.9)
    assert max((truth[..., 0] >= 0).sum(1).max().item() for _, truth in early) == 4
    assert max((truth[..., 0] >= 0).sum(1).max().item() for _, truth in late) == 1


def test_pictures_without_a_thing_are_shown_like_all_others():
    assert stacked([np.empty((0, 5)), np.array([[2.0, 1, 1, 5, 5]])])[:, 0, 0].tolist() == [-1, 2]
    assert stacked([]).shape == (0, 1, 5)
