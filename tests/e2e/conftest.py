"""A data set that can be learned in seconds: real digits, written to disk as a user would have them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Zeros, ones and twos of scikit-learn's handwritten digits, 60 of each, as PNG files in class folders."""
    from sklearn.datasets import load_digits

    place = tmp_path_factory.mktemp("digits")
    bunch = load_digits()
    for digit in range(3):
        (place / str(digit)).mkdir()
        for number, picture in enumerate(bunch.images[bunch.target == digit][:60]):
            ink = np.round(picture * (255 / 16)).astype(np.uint8)
            Image.fromarray(ink).resize((32, 32)).save(place / str(digit) / f"{number}.png")
    return place


@pytest.fixture(scope="session")
def one_thing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 noisy pictures of 64 x 48 pixels with a red square, a blue disc, or nothing; a table of boxes."""
    random = np.random.default_rng(0)
    place = tmp_path_factory.mktemp("one-thing")
    (place / "images").mkdir()
    lines = ["image,label,xmin,ymin,xmax,ymax"]
    for number in range(48):
        canvas = Image.fromarray(random.integers(60, 120, (48, 64, 3), dtype=np.uint8))
        name, kind = f"images/{number}.png", number % 3
        if kind < 2:
            wide, high = (int(side) for side in random.integers(16, 30, 2))
            x, y = int(random.integers(0, 64 - wide)), int(random.integers(0, 48 - high))
            pen = ImageDraw.Draw(canvas)
            shape, colour = (pen.rectangle, (230, 60, 40)) if kind == 0 else (pen.ellipse, (40, 80, 240))
            shape((x, y, x + wide - 1, y + high - 1), fill=colour)
            lines.append(f"{name},{('square', 'disc')[kind]},{x},{y},{x + wide},{y + high}")
        else:
            lines.append(f"{name},,,,,")
        canvas.save(place / name)
    (place / "labels.csv").write_text("\n".join(lines) + "\n")
    return place


@pytest.fixture(scope="session")
def masks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 pictures of 64 x 64 pixels of round masks with five points, in a folder for each of eight people."""
    random = np.random.default_rng(1)
    place = tmp_path_factory.mktemp("masks")
    names = ("left_eye", "right_eye", "nose", "mouth_l", "mouth_r")
    shape = np.array([[-0.6, -0.4], [0.6, -0.4], [0, 0.1], [-0.4, 0.6], [0.4, 0.6]])
    colours = [(20, 20, 200), (20, 20, 200), (200, 60, 60), (30, 120, 30), (30, 120, 30)]
    lines = ["image," + ",".join(f"{name}_{axis}" for name in names for axis in "xy")]
    for number in range(48):
        folder = f"person {number % 8}"
        (place / folder).mkdir(exist_ok=True)
        canvas = Image.fromarray(random.integers(60, 120, (64, 64, 3), dtype=np.uint8))
        size = random.uniform(16, 24)
        middle = random.uniform(size, 64 - size, 2)
        points = shape * size + middle
        pen = ImageDraw.Draw(canvas)
        pen.ellipse((*(middle - size), *(middle + size)), fill=(220, 180, 140))
        for (x, y), colour in zip(points, colours, strict=True):
            pen.ellipse((x - 3, y - 3, x + 3, y + 3), fill=colour)
        canvas.save(place / folder / f"{number}.png")
        lines.append(f"{folder}/{number}.png," + ",".join(f"{value:.2f}" for value in points.ravel()))
    (place / "points.csv").write_text("\n".join(lines) + "\n")
    return place
