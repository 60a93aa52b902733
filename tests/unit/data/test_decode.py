"""Decoding once, skipping what is broken."""

import errno
import os
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lenslet.data import cache, content_key, decode, draft, space
from lenslet.data.decode import Pictures
from lenslet.errors import CallError, DataError
from lenslet.image import Preprocess, save_image

SHAPE = Preprocess(size=(16, 24), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.2,) * 3)
ROW = 16 * 24 * 3


@pytest.fixture(autouse=True)
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "pictures"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is decoded from now on."""
    module, seen = sys.modules["lenslet.data.decode"], []
    honest = module.open_image

    def watched(source: object, **how: object) -> object:
        seen.append(source)
        return honest(source, **how)

    monkeypatch.setattr(module, "open_image", watched)
    return seen


def _pictures(folder: Path, count: int, *, first: int = 0) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{i:02d}.png" for i in range(first, first + count)]
    for i, path in enumerate(paths, start=first):
        save_image(np.full((32, 48, 3), i * 10, np.uint8), path)
    return paths


def _greys(made: Pictures) -> list[int | None]:
    return [None if row < 0 else int(made.pixels[row][8, 12, 0]) for row in made.rows]


def _sets(cached: Path) -> list[str]:
    return sorted(p.parent.name for p in cached.glob("[!.]*/pixels.npy"))


def _settle(folder: Path) -> None:
    """Let the clock tick on: what was written just now is not remembered yet."""
    time.sleep(0.06)


def test_rows_follow_the_paths_and_close_up_over_broken_files(tmp_path: Path) -> None:
    paths = _pictures(tmp_path, 6)
    paths[2].write_bytes(b"no picture")
    paths[4].unlink()
    made = decode(paths, SHAPE)
    assert made.rows == (0, 1, -1, 2, -1, 3)
    assert made.pixels.shape == (4, 16, 24, 3)
    assert _greys(made) == [0, 10, None, 30, None, 50]
    assert [s.path for s in made.skipped] == [paths[2], paths[4]]
    assert made.keys.tolist() == [content_key(paths[i].read_bytes()) for i in (0, 1, 3, 5)]
    assert made.notes == ()


def test_a_second_call_decodes_nothing(tmp_path: Path, opened: list[object]) -> None:
    paths = _pictures(tmp_path, 3)
    first = decode(paths, SHAPE)
    opened.clear()
    assert (decode(paths, SHAPE).pixels == first.pixels).all()
    assert opened == []


def test_an_unchanged_folder_is_opened_without_reading_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = _pictures(tmp_path, 3)
    paths[1].write_bytes(b"no picture")
    _settle(tmp_path)
    first = decode(paths, SHAPE)
    monkeypatch.setattr(Path, "read_bytes", _only_inside(tmp_path / "cache"))
    monkeypatch.setattr(sys.modules["lenslet.data.decode"], "open_image", None)
    again = decode(paths, SHAPE)
    assert _greys(again) == _greys(first) == [0, None, 20]
    assert again.skipped == first.skipped


def _only_inside(folder: Path) -> object:
    honest = Path.read_bytes

    def read(self: Path) -> bytes:
        assert self.is_relative_to(folder), f"{self} was read"
        return honest(self)

    return read


def test_only_what_is_new_is_decoded_when_files_are_added(tmp_path: Path, opened: list[object], cached: Path) -> None:
    paths = _pictures(tmp_path / "a", 4)
    decode(paths, SHAPE)
    opened.clear()
    paths = sorted(paths + _pictures(tmp_path / "a", 2, first=4))
    made = decode(paths, SHAPE)
    assert len(opened) == 2
    assert _greys(made) == [0, 10, 20, 30, 40, 50]
    assert len(_sets(cached)) == 1  # the smaller set is part of the larger one, and gone


def test_renamed_moved_and_copied_files_are_the_same_set(tmp_path: Path, opened: list[object], cached: Path) -> None:
    paths = _pictures(tmp_path / "a", 3)
    decode(paths, SHAPE)
    sets = _sets(cached)
    opened.clear()
    paths[0].rename(tmp_path / "a" / "zz.png")
    (tmp_path / "b").mkdir()
    moved = shutil.move(paths[1], tmp_path / "b" / "قطة.png")
    copy = shutil.copy(paths[2], tmp_path / "b" / "copy.png")
    made = decode([tmp_path / "a" / "zz.png", Path(moved), paths[2], Path(copy)], SHAPE)
    assert _greys(made) == [0, 10, 20, 20]
    assert made.rows[2] == made.rows[3]
    assert opened == []
    assert _sets(cached) == sets


def test_a_part_of_a_folder_is_copied_and_not_decoded(tmp_path: Path, opened: list[object]) -> None:
    paths = _pictures(tmp_path, 5)
    whole = decode(paths, SHAPE)
    opened.clear()
    part = decode(paths[1::2], SHAPE)
    assert _greys(part) == [10, 30]
    assert opened == []
    assert _greys(whole) == [0, 10, 20, 30, 40]


def test_another_size_or_rule_is_another_set(tmp_path: Path) -> None:
    paths = _pictures(tmp_path, 2)
    decode(paths, SHAPE)
    grey = Preprocess(size=(8, 8), resize="stretch", channels=1, mean=(0.5,), std=(0.2,))
    assert decode(paths, grey).pixels.shape == (2, 8, 8, 1)


def test_a_changed_file_is_decoded_again(tmp_path: Path) -> None:
    paths = _pictures(tmp_path, 2)
    decode(paths, SHAPE)
    save_image(np.full((32, 48, 3), 250, np.uint8), paths[1])
    assert _greys(decode(paths, SHAPE)) == [0, 250]


def test_a_file_moved_over_another_of_the_same_size_and_time_is_noticed(tmp_path: Path) -> None:
    paths = [tmp_path / f"{i}.ppm" for i in range(3)]
    for i, path in enumerate(paths):
        save_image(np.full((32, 48, 3), i * 10, np.uint8), path)
        os.utime(path, (1e9, 1e9))
    assert len({p.stat().st_size for p in paths}) == 1
    time.sleep(2.1 if paths[0].stat().st_ctime_ns % 10**9 == 0 else 0.06)
    assert _greys(decode(paths, SHAPE)) == [0, 10, 20]
    paths[2].rename(paths[0])
    assert _greys(decode(paths[:2], SHAPE)) == [20, 10]


def test_a_broken_file_keeps_its_sentence_under_a_new_name(tmp_path: Path) -> None:
    paths = _pictures(tmp_path, 3)
    paths[0].write_bytes(b"%PDF-1.7 ...")
    [skipped] = decode(paths, SHAPE).skipped
    paths[0] = paths[0].rename(tmp_path / "other.png")
    [again] = decode(paths, SHAPE).skipped
    assert again.why == skipped.why.replace("00.png", "other.png")
    assert "other.png is a PDF document" in again.why


def test_the_pixels_outlive_the_folder_and_the_cache(tmp_path: Path, cached: Path) -> None:
    paths = _pictures(tmp_path / "a", 3)
    made = decode(paths, SHAPE)
    shutil.rmtree(tmp_path / "a")
    assert _greys(made) == [0, 10, 20]
    if os.name != "nt":
        shutil.rmtree(cached)
        assert _greys(made) == [0, 10, 20]


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    paths = [*_pictures(tmp_path, 2), tmp_path / "pipe.png"]
    os.mkfifo(paths[2])
    [skipped] = decode(paths, SHAPE).skipped
    assert "pipe or a device" in skipped.why


def test_a_huge_file_is_hashed_in_pieces_and_has_the_same_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["lenslet.data.decode"], "_HUGE", 10)
    [path] = _pictures(tmp_path, 1)
    assert decode([path], SHAPE).keys.tolist() == [content_key(path.read_bytes())]


def test_too_many_broken_files_are_refused(tmp_path: Path) -> None:
    paths = _pictures(tmp_path, 4)
    for path in paths[:3]:
        path.write_bytes(b"")
    with pytest.raises(DataError, match="3 of 4 pictures cannot be read"):
        decode(paths, SHAPE)


def test_nothing_gives_nothing() -> None:
    made = decode([], SHAPE)
    assert made.pixels.shape == (0, 16, 24, 3)
    assert made.rows == ()


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    decode(_pictures(tmp_path, 5), SHAPE, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(i, 5) for i in range(1, 6)]


def test_an_interrupted_call_leaves_nothing_behind(tmp_path: Path, cached: Path) -> None:
    def interrupt(done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    paths = _pictures(tmp_path, 6)
    with pytest.raises(KeyboardInterrupt):
        decode(paths, SHAPE, progress=interrupt)
    assert not [p for p in cached.iterdir() if p.is_dir()]
    assert len(decode(paths, SHAPE).pixels) == 6


@pytest.mark.parametrize("after", [1, 3, 7])
def test_a_disk_that_fills_up_is_said_and_the_rows_so_far_are_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[object], cached: Path, after: int
) -> None:
    honest, written = draft._write, []

    def full(file: object, content: bytes) -> None:
        written.append(content)
        if len(written) > after:  # the head is the first
            honest(file, content[: len(content) // 2])  # type: ignore[arg-type]
            raise OSError(errno.ENOSPC, "No space left on device")
        honest(file, content)  # type: ignore[arg-type]

    monkeypatch.setattr(draft, "_write", full)
    paths = _pictures(tmp_path, 6)
    made = decode(paths, SHAPE)
    assert _greys(made) == [0, 10, 20, 30, 40, 50]
    assert len(opened) == 6
    [note] = made.notes
    assert "kept in memory" in note
    assert "No space left on device" in note
    assert not [p for p in cached.iterdir() if p.is_dir()]


def test_without_room_on_the_disk_and_in_memory_the_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "disk_free", lambda _: 1000)
    monkeypatch.setattr(space, "memory_free", lambda: ROW)
    with pytest.raises(DataError, match=r"no room: .* the free disk.* LENSLET_CACHE at a folder"):
        decode(_pictures(tmp_path, 3), SHAPE)


def test_a_set_over_the_limit_is_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cached: Path) -> None:
    monkeypatch.setenv("LENSLET_CACHE_LIMIT", "0")
    made = decode(_pictures(tmp_path, 3), SHAPE)
    assert _greys(made) == [0, 10, 20]
    assert "LENSLET_CACHE_LIMIT" in made.notes[0]
    assert not [p for p in cached.iterdir() if p.is_dir()]
    monkeypatch.setenv("LENSLET_CACHE_LIMIT", "lots")
    with pytest.raises(CallError, match="LENSLET_CACHE_LIMIT is 'lots'"):
        decode(_pictures(tmp_path, 4), SHAPE)


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path / "file"))
    made = decode(_pictures(tmp_path, 3), SHAPE)
    assert _greys(made) == [0, 10, 20]
    assert "cannot be written" in made.notes[0]


class Corner:
    """Cuts the upper left quarter out, of pictures that are not too dark."""

    name, missing = "corners", "nothing but darkness on this picture"

    def __init__(self, fingerprint: str = "c1") -> None:
        self.fingerprint, self.seen = fingerprint, 0

    def __call__(self, picture: np.ndarray) -> np.ndarray | None:
        self.seen += 1
        return picture[:16, :24] if picture.mean() > 15 else None


def test_a_part_is_cut_out_once_and_where_there_is_none_it_is_said(tmp_path: Path, cached: Path) -> None:
    paths, corner = _pictures(tmp_path, 6), Corner()
    paths[3].write_bytes(b"no picture")
    whole = decode(paths, SHAPE)
    _settle(tmp_path)
    made = decode(paths, SHAPE, cut=corner)
    assert _greys(made) == [None, None, 20, None, 40, 50]
    assert made.empty == (0, 1)
    assert made.skipped[1].why == f"{paths[1]}: nothing but darkness on this picture"
    assert "nothing but" not in made.skipped[2].why
    assert corner.seen == 5
    again = decode(paths, SHAPE, cut=corner)
    assert corner.seen == 5
    assert (again.rows, again.empty, again.skipped) == (made.rows, made.empty, made.skipped)
    assert decode(paths, SHAPE).rows == whole.rows  # as a whole, the dark ones are pictures like any other
    assert len(_sets(cached)) == 2


def test_another_way_of_cutting_is_another_set_and_may_find_something(tmp_path: Path) -> None:
    paths, corner = _pictures(tmp_path, 4), Corner("c2")
    decode(paths, SHAPE, cut=Corner())
    decode(paths, SHAPE, cut=corner)
    assert corner.seen == 4
    (name,) = {entry.name for entry in cache.entries()}
    assert name.endswith("24 x 16, colour, corners")


def test_a_folder_on_which_too_little_can_be_cut_out_is_refused(tmp_path: Path) -> None:
    paths = _pictures(tmp_path, 3)
    with pytest.raises(DataError, match=r"2 of 3 pictures cannot be used.*nothing but darkness"):
        decode(paths, SHAPE, cut=Corner())
