"""Course 3.2: landmark detection. The net gives l_1x, l_1y, ..., l_64x, l_64y; the order of the points means something.

The course's example: the corners of the eyes, the mouth, the edge of the face, or the joints of a body.
"""

from pathlib import Path

import numpy as np
import pytest
import torch

from lenslet.data.follow import points_follow
from lenslet.nets import build
from lenslet.results import Points
from lenslet.tasks.landmark.decode import places
from lenslet.tasks.landmark.flips import ibug
from lenslet.tasks.landmark.loss import losses
from lenslet.tasks.landmark.metrics import evaluate

EYES = ("left eye, outer", "left eye, inner", "right eye, inner", "right eye, outer")


def test_3_2_the_net_gives_a_place_for_every_point() -> None:
    net = build("stylus_tiny", num_classes=64, in_channels=3).eval()
    with torch.no_grad():
        found = places(net(torch.rand(2, 3, 64, 64)), (64, 64))
    assert found.shape == (2, 64, 2)  # 128 numbers a picture, l_1x to l_64y
    assert (found >= 0).all()
    assert (found <= 64).all()


def test_3_2_only_points_that_are_labelled_teach() -> None:
    maps = torch.zeros(1, 4, 8, 8, requires_grad=True)
    truth = torch.tensor([[[10.0, 20, 1], [20, 20, 1], [0, 0, 0], [50, 20, 1]]])
    sum(losses(maps, truth, (64, 64)).values()).backward()
    assert maps.grad is not None
    assert [bool((maps.grad[0, point] != 0).any()) for point in range(4)] == [True, True, False, True]


def test_3_2_the_identity_of_a_point_stays_the_same_in_a_mirrored_picture() -> None:
    # Landmark 1 is the outer corner of the left eye in every picture, in mirrored ones, too
    truth = torch.tensor([[[10.0, 20, 1], [20, 20, 1], [40, 20, 1], [50, 20, 1]]])
    mirror = torch.tensor([[[-1.0, 0, 64], [0, 1, 0]]])
    moved = points_follow(truth, mirror, (3, 2, 1, 0))
    assert moved[0, :, 0].tolist() == [14, 24, 44, 54]  # still from left to right
    assert points_follow(moved, mirror, (3, 2, 1, 0)).tolist() == truth.tolist()


def test_3_2_the_eyes_of_a_face_of_68_points_change_places() -> None:
    flip = ibug()
    assert [flip[i] for i in (36, 39, 42, 45)] == [45, 42, 39, 36]
    assert all(flip[flip[i]] == i for i in range(68))


def test_3_2_errors_are_told_in_distances_of_the_eyes() -> None:
    names = tuple(str(i) for i in range(68))
    spots = np.random.default_rng(0).uniform(20, 80, (68, 2))
    spots[36], spots[45] = (30, 50), (70, 50)
    found = evaluate([Points(spots + np.array([2.0, 0]), names)], [Points(spots, names, size=(100, 100))])
    assert found["nme"] == pytest.approx(2 / 40)
    assert found["auc@0.08"] == pytest.approx(1 - 0.05 / 0.08)
    assert found["failure@0.08"] == 0


def test_3_2_a_table_of_points_says_itself_what_it_is_for(tmp_path: Path) -> None:
    from PIL import Image

    from lenslet.verbs.preparing import task_of

    Image.new("RGB", (64, 64)).save(tmp_path / "a.png")
    (tmp_path / "points.csv").write_text("image,x0,y0,x1,y1,x2,y2\na.png,1,2,3,4,5,6\n")
    assert task_of(tmp_path, None) == "landmark"
