"""Decoding once, skipping what is broken."""

import sys
from pathlib import Path

import numpy as np
import pytest

from lenslet.data import decode
from lenslet.errors import DataError
from lenslet.image import Preprocess, save_image

SHAPE = Preprocess(size=(16, 24), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.2,) * 3)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path / "cache"))


def _pictures(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{i:02d}.png" for i in range(count)]
    for i, path in enumerate(paths):
        save_image(np.full((32, 48, 3), i * 10, np.uint8), path)
    return paths


def test_rows_follow_the_paths_and_close_up_over_broken_files(tmp_path: Path) -> None:
    paths = _pictures(tmp_path, 6)
    paths[2].write_bytes(b"no picture")
    paths[4].unlink()
    made = decode(paths, SHAPE)
    assert made.rows == (0, 1, -1, 2, -1, 3)
    assert made.pixels.shape == (4, 16, 24, 3)
    assert [int(p[8, 12, 0]) for p in made.pixels] == [0, 10, 30, 50]
    assert {s.path for s in made.skipped} == {paths[2], paths[4]}
    assert len(set(made.keys.tolist())) == 4


def test_a_second_call_opens_no_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = _pictures(tmp_path, 3)
    first = decode(paths, SHAPE)
    monkeypatch.setattr(sys.modules["lenslet.data.decode"], "open_image", None)
    assert (decode(paths, SHAPE).pixels == first.pixels).all()


def test_a_changed_file_is_decoded_again(tmp_path: Path) -> None:
    paths = _pictures(tmp_path, 2)
    decode(paths, SHAPE)
    save_image(np.full((100, 100, 3), 255, np.uint8), paths[1])
    assert decode(paths, SHAPE).pixels[1].max() == 255


def test_too_many_broken_files_are_refused(tmp_path: Path) -> None:
    paths = _pictures(tmp_path, 4)
    for path in paths[:3]:
        path.write_bytes(b"")
    with pytest.raises(DataError, match="3 of 4 pictures cannot be read"):
        decode(paths, SHAPE)


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    decode(_pictures(tmp_path, 5), SHAPE, progress=lambda done, of: seen.append((done, of)))
    assert seen[-1] == (5, 5)
