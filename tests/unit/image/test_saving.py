"""save_image: the suffix decides, a failure leaves nothing behind."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenslet.errors import CallError, WorkError
from lenslet.image import open_image, save_image


@pytest.mark.parametrize("suffix", [".png", ".PNG", ".bmp", ".tif", ".tiff", ".ppm"])
def test_a_lossless_suffix_keeps_every_pixel(suffix: str, quarters: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "new" / f"صورة{suffix}"
    assert save_image(quarters, path) == path
    assert np.array_equal(open_image(path), quarters)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp", ".gif"])
def test_a_lossy_suffix_keeps_the_colours(suffix: str, quarters: np.ndarray, tmp_path: Path) -> None:
    opened = open_image(save_image(quarters, str(tmp_path / f"a{suffix}")))
    assert np.abs(opened[::16, 8::16].astype(int) - quarters[::16, 8::16]).max() < 10


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1)])
@pytest.mark.parametrize("suffix", [".png", ".pgm"])
def test_grey_stays_grey(shape: tuple[int, ...], suffix: str, tmp_path: Path) -> None:
    grey = np.arange(20, dtype=np.uint8).reshape(shape)
    path = save_image(grey, tmp_path / f"a{suffix}")
    with Image.open(path) as picture:
        assert picture.mode == "L"
    assert np.array_equal(open_image(path)[:, :, 0], grey.reshape(4, 5))


def test_pgm_stores_the_luma_of_colour(quarters: np.ndarray, tmp_path: Path) -> None:
    with Image.open(save_image(quarters, tmp_path / "a.pgm")) as picture:
        assert picture.mode == "L"


@pytest.mark.parametrize(("name", "said"), [("a.xyz", "the suffix .xyz"), ("a", "a name without a suffix")])
def test_an_unknown_suffix_is_refused(name: str, said: str, quarters: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(CallError, match=said):
        save_image(quarters, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named_and_the_old_picture_stays(
    quarters: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_image(quarters, tmp_path / "a.png")
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(WorkError, match=r"a\.png cannot be written \(No space left"):
        save_image(255 - quarters, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
    with pytest.raises(WorkError, match="cannot be written"):
        save_image(quarters, path / "below" / "b.png")  # a file is no folder
