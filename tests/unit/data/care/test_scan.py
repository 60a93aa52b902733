"""One look at every file; a bad one is a sentence."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lenslet.data.care.looks import LENGTH, looks
from lenslet.data.care.scan import Broken, Look, scan
from lenslet.data.split import content_key

from .conftest import Make, encoded

Fill = Callable[[dict[str, object]], Path]


def test_what_is_known_of_a_picture(fill: Fill, make_photo: Make) -> None:
    content = encoded(make_photo(0, 60, 90))
    root = fill({"a.jpg": content, "b.png": np.full((40, 30, 3), 7, np.uint8)})
    seen = scan([root / "a.jpg", root / "b.png"])
    first, second = (seen.look(i) for i in (0, 1))
    assert (first.kind, first.height, first.width, first.size) == ("JPEG", 60, 90, len(content))
    assert first.key == content_key(content)
    assert not first.grey
    assert (second.kind, second.grey, second.spread) == ("PNG", True, 0)
    assert second.mean == pytest.approx((7 / 255,) * 3)
    assert seen.prints.grey.shape == (2, 48, 48)
    assert seen.prints.sides.tolist() == [60, 30]
    assert seen.looks.shape == (2, LENGTH)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"<html>no", "is a web page"),
        (bytes(900), "filled with zero bytes"),
        (encoded(np.zeros((80, 80, 3), np.uint8), "PNG")[:60], "breaks off"),
        (np.random.default_rng(0).bytes(600), "no picture of a kind known here"),
    ],
)
def test_a_bad_file_is_a_sentence_and_rows_close_up_over_it(
    fill: Fill, make_photo: Make, content: bytes, said: str
) -> None:
    root = fill({"a.jpg": make_photo(0), "b.jpg": content, "c.jpg": make_photo(1)})
    seen = scan(sorted(root.iterdir()))
    assert seen.rows == (0, -1, 1)
    broken = seen.files[1]
    assert isinstance(broken, Broken)
    assert said in broken.why
    assert "b.jpg" in broken.why
    assert len(seen.prints.grey) == 2


def test_a_photo_cut_in_half_is_broken(fill: Fill, make_photo: Make) -> None:
    content = encoded(make_photo(2, 300, 400))
    root = fill({"half.jpg": content[: len(content) // 2], "gone.jpg": b""})
    (root / "gone.jpg").unlink()
    whys = [file.why for file in scan([root / "half.jpg", root / "gone.jpg"]).files if isinstance(file, Broken)]
    assert "breaks off" in whys[0]
    assert "no such file" in whys[1]


def test_a_photo_whose_end_is_zeros_is_noticed(fill: Fill, make_photo: Make) -> None:
    content = encoded(make_photo(2, 300, 400), quality=95)
    missing = len(content) // 20
    padded = content + bytes(500)  # some cameras fill up their blocks: nothing is lost
    root = fill({"a.jpg": content[:-missing] + bytes(4 * missing), "b.jpg": padded})
    [lost, whole] = scan([root / "a.jpg", root / "b.jpg"]).files
    assert isinstance(whole, Look)
    assert whole.lost == 0
    assert isinstance(lost, Look)
    assert lost.lost >= 4 * missing


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    [file] = scan([tmp_path / "pipe.jpg"]).files
    assert isinstance(file, Broken)
    assert "a pipe or a device" in file.why


def test_noise_is_not_blank_and_a_lens_cap_is(fill: Fill) -> None:
    dice = np.random.default_rng(0)
    noise = dice.integers(0, 256, (500, 500, 3), np.uint8)
    cap = np.clip(dice.normal(6, 4, (500, 500, 3)), 0, 255).astype(np.uint8)
    root = fill({"noise.png": noise, "cap.png": cap})
    assert [scan([root / name]).look(0).blank for name in ("noise.png", "cap.png")] == [False, True]


def test_equal_pixels_in_other_files_are_seen_as_equal(fill: Fill, make_photo: Make) -> None:
    picture = make_photo(3)
    root = fill({"a.png": picture, "b.bmp": encoded(picture, "BMP"), "c.png": picture[::-1]})
    a, b, c = (scan([root / name]).look(0) for name in ("a.png", "b.bmp", "c.png"))
    assert a.content != b.content
    assert a.pixels == b.pixels != c.pixels


def test_a_describer_sees_every_readable_picture_once(fill: Fill, make_photo: Make) -> None:
    class Mean:
        at_least = (200, 200)

        def prepare(self, picture: np.ndarray) -> np.ndarray:
            return picture[:2, :2]

        def describe(self, prepared: np.ndarray) -> np.ndarray:
            return prepared.reshape(len(prepared), -1).astype(np.float32)

    root = fill({"a.png": make_photo(0), "b.png": b"", "c.png": make_photo(1)})
    told: list[tuple[int, int]] = []
    seen = scan(sorted(root.iterdir()), describe=False, describer=Mean(), progress=lambda *at: told.append(at))
    assert seen.features is not None
    assert np.array_equal(seen.features[1], make_photo(1)[:2, :2].ravel())
    assert seen.looks.shape == (0, LENGTH)
    assert told[-1] == (3, 3)


def test_nothing_to_look_at_is_nothing(tmp_path: Path) -> None:
    seen = scan([])
    assert seen.files == ()
    assert seen.prints.grey.shape == (0, 48, 48)


def test_edges_do_not_see_how_light_it_is(make_photo: Make) -> None:
    picture = make_photo(6)
    dark = (picture * 0.5).astype(np.uint8)
    edges = slice(0, 576)
    assert np.corrcoef(looks(picture)[edges], looks(dark)[edges])[0, 1] > 0.98
    assert np.corrcoef(looks(picture)[edges], looks(make_photo(7))[edges])[0, 1] < 0.7
