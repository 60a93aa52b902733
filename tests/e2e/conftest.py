"""A data set that can be learned in seconds: real digits, written to disk as a user would have them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


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
