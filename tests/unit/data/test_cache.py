"""The cache on the disk: bounded, checked, shared by processes that may be killed."""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from lenslet.data import cache, decode
from lenslet.image import Preprocess, save_image

SHAPE = Preprocess(size=(16, 16), resize="stretch", channels=3, mean=(0.5,) * 3, std=(0.2,) * 3)
DECODE = """
import sys, types
from pathlib import Path
room = types.ModuleType("lenslet.data")  # without what its page imports: torch takes seconds, and is not needed here
room.__path__ = [sys.argv.pop()]
sys.modules["lenslet.data"] = room
from lenslet.data.decode import decode
from lenslet.image import Preprocess
shape = Preprocess(size=(16, 16), resize="stretch", channels=3, mean=(0.5,) * 3, std=(0.2,) * 3)
"""
WAITING = """
def wait(done, of):
    if done == 4:
        print(flush=True)
        input()

decode(sorted(Path(sys.argv[1]).iterdir()), shape, progress=wait)
"""
posix = pytest.mark.skipif(os.name == "nt", reason="signals and locks of POSIX")


@pytest.fixture(autouse=True)
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "pictures"


def _pictures(folder: Path, count: int, *, first: int = 0) -> list[Path]:
    folder.mkdir(exist_ok=True, parents=True)
    paths = [folder / f"{i:03d}.png" for i in range(first, first + count)]
    for i, path in enumerate(paths, start=first):
        save_image(np.full((16, 16, 3), i, np.uint8), path)
    return paths


def _used(entry: cache.CacheEntry, days: int) -> None:
    stamp = time.time() - 86400 * days
    os.utime(entry.folder / "index.json", (stamp, stamp))


def _start(code: str, *arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", DECODE + code, *map(str, arguments), str(Path(cache.__file__).parent)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def test_an_entry_says_what_it_is(tmp_path: Path) -> None:
    decode(_pictures(tmp_path / "flowers", 3), SHAPE)
    [entry] = cache.entries()
    assert entry.name == "flowers, 16 x 16, colour"
    assert entry.pictures == 3
    assert entry.bytes >= 3 * 16 * 16 * 3
    assert datetime.now(UTC) - entry.used < timedelta(minutes=1)
    assert (entry.folder / "pixels.npy").exists()


def test_nothing_in_the_cache_is_no_error() -> None:
    assert cache.entries() == []
    assert cache.clean() == 0


def test_cleaning_empties_the_cache_and_says_how_much(tmp_path: Path, cached: Path) -> None:
    decode(_pictures(tmp_path / "a", 3), SHAPE)
    decode(_pictures(tmp_path / "b", 2, first=9), SHAPE)
    gc.collect()
    before = sum(p.stat().st_size for p in cached.rglob("*") if p.is_file())
    assert cache.clean() == before > 0
    assert [p for p in cached.rglob("*") if p.is_file()] == []


def test_the_set_used_longest_ago_goes_first(tmp_path: Path) -> None:
    for number, name in enumerate("abc"):
        decode(_pictures(tmp_path / name, 3, first=3 * number), SHAPE)
    gc.collect()
    by_name = {entry.name[0]: entry for entry in cache.entries()}
    for days, name in enumerate("bca"):
        _used(by_name[name], days)
    cache.clean(limit_bytes=2 * by_name["a"].bytes + 100)
    assert [entry.name[0] for entry in cache.entries()] == ["b", "c"]
    decode([tmp_path / "c" / f"{i:03d}.png" for i in range(6, 9)], SHAPE)  # opening is using
    gc.collect()
    cache.clean(limit_bytes=by_name["a"].bytes + 100)
    assert [entry.name[0] for entry in cache.entries()] == ["c"]


@posix
def test_a_set_in_use_stays(tmp_path: Path) -> None:
    held = decode(_pictures(tmp_path / "a", 3), SHAPE)
    decode(_pictures(tmp_path / "b", 3, first=5), SHAPE)
    gc.collect()
    view = held.pixels[1:]
    del held
    cache.clean()
    assert [entry.name[0] for entry in cache.entries()] == ["a"]
    assert view[0].max() == 1
    del view
    gc.collect()
    cache.clean()
    assert cache.entries() == []


def test_a_new_set_makes_room_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        monkeypatch.setenv("LENSLET_CACHE_LIMIT", str(8000 / 1e9))
        decode(_pictures(tmp_path / str(number), 5, first=5 * number), SHAPE)
        gc.collect()
        assert sum(entry.bytes for entry in cache.entries()) <= 8000 + 500
        assert cache.entries()[0].name[0] == str(number)
    assert len(cache.entries()) == 1


@pytest.mark.parametrize("file", ["pixels.npy", "rows.bin", "index.json"])
@pytest.mark.parametrize("damage", ["cut", "empty", "gone", "flipped", "longer"])
def test_a_damaged_set_is_noticed_and_made_again(tmp_path: Path, file: str, damage: str) -> None:
    paths = _pictures(tmp_path / "a", 4)
    decode(paths, SHAPE)
    gc.collect()
    [entry] = cache.entries()
    target = entry.folder / file
    content = target.read_bytes()
    middle = len(content) // 2
    if damage == "gone":
        target.unlink()
    else:
        target.write_bytes(
            {
                "cut": content[:-20],
                "empty": b"",
                "flipped": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
                "longer": content + b"more",
            }[damage]
        )
    made = decode(paths, SHAPE)
    assert [int(made.pixels[row].min()) for row in made.rows] == [0, 1, 2, 3]
    assert [entry.pictures for entry in cache.entries()] == [4]
    assert cache.open_set(entry.folder) is not None


def test_a_damaged_row_is_not_copied_into_a_larger_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = _pictures(tmp_path / "a", 4)
    decode(paths, SHAPE)
    gc.collect()
    [entry] = cache.entries()
    with (entry.folder / "pixels.npy").open("r+b") as file:
        file.seek(128 + 2 * 768 + 5)
        file.write(b"\xff")
    monkeypatch.setattr(cache, "_CHECKED", 1)  # as in a large set, where opening looks at some rows only
    paths += _pictures(tmp_path / "a", 1, first=4)
    made = decode(paths, SHAPE)
    assert [int(made.pixels[row].max()) for row in made.rows] == [0, 1, 2, 3, 4]


def test_a_memo_that_is_no_database_is_begun_anew(tmp_path: Path, cached: Path) -> None:
    paths = _pictures(tmp_path / "a", 2)
    cached.mkdir(parents=True)
    (cached / "memo.sqlite").write_bytes(b"not at all " * 100)
    time.sleep(0.06)
    for _ in range(2):
        assert decode(paths, SHAPE).rows == (0, 1)
    assert len(cache.memo().recall([cache.memo().file.name.encode()])) == 0
    assert (cached / "memo.sqlite").read_bytes().startswith(b"SQLite format 3")


def test_a_folder_of_another_version_is_listed_and_cleaned(cached: Path) -> None:
    (cached / "0123").mkdir(parents=True)
    (cached / "0123" / "index.json").write_text(json.dumps({"skipped": []}))
    [entry] = cache.entries()
    assert "another version" in entry.name
    assert entry.pictures == 0
    assert cache.clean() == entry.bytes
    assert cache.entries() == []


@posix
def test_a_killed_process_leaves_nothing_that_is_used_and_its_part_is_removed(tmp_path: Path, cached: Path) -> None:
    paths = _pictures(tmp_path / "a", 40)
    with _start(WAITING, tmp_path / "a") as process:
        process.stdout.readline()  # type: ignore[union-attr]
        [part] = cached.glob(".part-*")
        cache.clean()
        assert part.exists()  # its process lives
        process.send_signal(signal.SIGKILL)
    assert cache.entries() == []
    assert cache.clean() > 0
    assert not list(cached.glob(".*"))
    made = decode(paths, SHAPE)
    assert [int(made.pixels[row].max()) for row in made.rows] == list(range(40))


@posix
@pytest.mark.slow
def test_kill_at_any_moment_never_leaves_a_wrong_set(tmp_path: Path) -> None:
    paths = _pictures(tmp_path / "a", 40)
    code = "print(flush=True); decode(sorted(Path(sys.argv[1]).iterdir()), shape); print(flush=True)"
    for number in range(4):
        with _start(code, tmp_path / "a") as process:
            process.stdout.readline()  # type: ignore[union-attr]
            time.sleep(0.02 * number)
            process.send_signal(signal.SIGKILL)
        for entry in cache.entries():
            assert cache.open_set(entry.folder) is not None
    made = decode(paths, SHAPE)
    assert [int(made.pixels[row].max()) for row in made.rows] == list(range(40))


@posix
@pytest.mark.slow
def test_processes_that_decode_and_clean_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    _pictures(tmp_path / "a", 20)
    _pictures(tmp_path / "b", 20, first=10)
    code = """
for number in range(8):
    for folders in (["a"], ["b"], ["a", "b"]):
        paths = [p for f in folders for p in sorted(Path(sys.argv[1], f).iterdir())]
        made = decode(paths, shape)
        assert [int(made.pixels[row].max()) for row in made.rows] == [int(p.stem) for p in paths], folders
print("good")
"""
    workers = [_start(code, tmp_path) for _ in range(2)]
    while any(worker.poll() is None for worker in workers):
        cache.clean()
        time.sleep(0.01)
    assert [worker.communicate()[0] for worker in workers] == ["good\n"] * 2
    cache.clean()
    assert cache.entries() == []


@posix
def test_of_two_processes_on_one_folder_one_decodes_and_the_other_waits(tmp_path: Path) -> None:
    paths = _pictures(tmp_path / "a", 6)
    time.sleep(0.06)
    with _start(WAITING, tmp_path / "a") as process:
        process.stdout.readline()  # type: ignore[union-attr]
        waiter = _start("decode(sorted(Path(sys.argv[1]).iterdir()), shape, progress=print)", tmp_path / "a")
        process.communicate("\n")
        said, _ = waiter.communicate()
    assert process.returncode == waiter.returncode == 0
    assert said == ""  # it never decoded
    assert len(decode(paths, SHAPE).rows) == 6
