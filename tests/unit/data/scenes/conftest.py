"""A small data set of boxes, and one of points, made anew for each test."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenslet.data.scenes import read_boxes, write_boxes
from lenslet.data.scenes.scene import Joints, Scene, Scenes
from lenslet.results import Detections, Points

WIDTH, HEIGHT = 64, 48
NAMES = ("cat", "dog")


def picture(path: Path, size: tuple[int, int] = (WIDTH, HEIGHT), seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(seed)
    Image.fromarray(dice.integers(0, 255, (size[1], size[0], 3), np.uint8)).save(path)
    return path


@pytest.fixture
def pets(tmp_path: Path) -> Scenes:
    """Four pictures in two parts, one of them without a box, with everything that a box can carry."""
    parts: dict[str, list[Scene]] = {"train": [], "valid": []}
    home = tmp_path / "pictures"
    for i, (part, name) in enumerate(
        [("train", "2.png"), ("train", "a/1.png"), ("valid", "3.png"), ("train", "no.png")]
    ):
        path = picture(home / name, seed=i)
        boxes = np.array([[1.0, 2, 30, 40], [10.25, 12.5, 60, 47.125]])[: 0 if name == "no.png" else 2]
        truth = Detections.truth(
            boxes,
            np.array([1, 0])[: len(boxes)],
            NAMES,
            picture=path,
            size=(HEIGHT, WIDTH),
            crowd=np.array([False, True])[: len(boxes)],
            difficult=np.array([True, False])[: len(boxes)],
            areas=np.array([800.5, 1000.0])[: len(boxes)],
            ids=(10 * i + 1, 10 * i + 2)[: len(boxes)],
        )
        parts[part].append(Scene(path, name, truth, key=i + 1, mores=('{"pose": "Left"}', "")[: len(boxes)]))
    return Scenes(home, "coco", NAMES, tuple(parts["train"]), tuple(parts["valid"]))


@pytest.fixture
def faces(tmp_path: Path) -> Scenes:
    """Two pictures with one thing of three points each, one of the points not known, one hidden."""
    home, made = tmp_path / "portraits", []
    joints = Joints(("left eye", "right eye", "nose"), ((0, 1),), (1, 0, 2))
    for i in range(2):
        path = picture(home / f"{i}.png", seed=i)
        places = np.array([[10.5, 12], [30, 12.25], [20, 30]])
        points = Points(
            places, joints.names, np.array([2, 1, 0 if i else 2]), None, joints.lines, path, (HEIGHT, WIDTH)
        )
        truth = Detections.truth(
            np.array([[5.0, 5, 40, 40]]), np.array([0]), ("face",), picture=path, size=(HEIGHT, WIDTH)
        )
        made.append(Scene(path, f"{i}.png", truth, (points,)))
    return Scenes(home, "coco", ("face",), tuple(made), joints=joints)


@pytest.fixture
def written(pets: Scenes, tmp_path: Path) -> Callable[[str], Path]:
    """The pets in a form, on the disk."""

    def write(form: str) -> Path:
        write_boxes(pets, form, tmp_path / form)
        return tmp_path / form

    return write


def told(scenes: Scenes) -> list[tuple[str, str]]:
    """Kind and sentence of every fault."""
    return [(fault.kind, fault.sentence) for fault in scenes.faults]


def boxes_of(root: Path) -> dict[str, list[list[float]]]:
    """Name of the picture -> its boxes."""
    read = read_boxes(root)
    return {scene.name: scene.truth.boxes.tolist() for made in read.named.values() for scene in made}


def edit(path: Path, change: Callable[[dict], None]) -> None:
    """Change a JSON file."""
    plain = json.loads(path.read_text())
    change(plain)
    path.write_text(json.dumps(plain, indent=1))
