"""Pictures that look like photographs to a hash: clouds of colour with details, no two alike."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Make = Callable[..., np.ndarray]


def photo(seed: int, height: int = 96, width: int = 128) -> np.ndarray:
    """Waves of all lengths, the finer the fainter, as photographs have them."""
    dice = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3))
    for step in range(7):
        coarse = dice.normal(size=(2 + 2**step, 2 + 2**step, 3)).astype(np.float32)
        for channel in range(3):
            layer = Image.fromarray(coarse[..., channel]).resize((width, height), Image.Resampling.BICUBIC)
            picture[..., channel] += np.asarray(layer) / 1.6**step
    low, high = picture.min(), picture.max()
    return np.rint(255 * (picture - low) / (high - low)).astype(np.uint8)


def encoded(picture: np.ndarray, kind: str = "JPEG", **options: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture
def make_photo() -> Make:
    return photo


@pytest.fixture
def fill(tmp_path: Path) -> Callable[[dict[str, object]], Path]:
    """A folder of files: bytes as they are, arrays as JPEG or, by their suffix, PNG."""

    def write(files: dict[str, object]) -> Path:
        root = tmp_path / "data"
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, np.ndarray):
                content = encoded(content, "PNG" if path.suffix == ".png" else "JPEG")
            path.write_bytes(content)  # type: ignore[arg-type]
        return root

    return write
