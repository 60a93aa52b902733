"""What is remembered of files, and when not."""

import os
import sqlite3
from pathlib import Path

import pytest

from lenslet.data import memo, space
from lenslet.data.memo import Memo, mark, settled


def test_what_is_remembered_is_recalled_and_the_oldest_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memo, "_MOST", 1500)
    kept = Memo(tmp_path / "deep" / "memo.sqlite")
    marks = [bytes([i % 256, i // 256]) * 8 for i in range(2000)]
    for start in range(0, 2000, 500):
        kept.remember({m: m[::-1] for m in marks[start : start + 500]}, {marks[start]: " is no picture"})
    found = kept.recall(marks)
    assert found == {m: m[::-1] for m in marks[500:]}
    assert len(kept.broken()) == 4
    assert kept.forget() > 0
    assert kept.recall(marks) == {}


def test_a_verdict_is_not_believed_when_another_pillow_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Memo(tmp_path / "memo.sqlite")
    kept.remember({}, {b"0" * 16: " is no picture"})
    monkeypatch.setattr(memo, "_READER", "1-99.0")
    assert kept.broken() == {}


def test_a_memo_that_is_busy_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Memo(tmp_path / "memo.sqlite")
    kept.remember({b"0" * 16: b"1" * 16}, {})
    other = sqlite3.connect(kept.file)
    other.execute("BEGIN EXCLUSIVE")
    honest = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda file, **_: honest(file, timeout=0))
    assert kept.recall([b"0" * 16]) == {}
    kept.remember({b"2" * 16: b"3" * 16}, {})
    other.close()
    assert kept.recall([b"0" * 16, b"2" * 16]) == {b"0" * 16: b"1" * 16}


def test_a_mark_changes_with_name_size_time_and_place(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    seen = {mark(path, path.stat()), mark(tmp_path / "b", path.stat())}
    path.write_bytes(b"four")
    os.utime(path, (1, 1))
    seen.add(mark(path, path.stat()))
    os.utime(path, (2, 2))
    seen.add(mark(path, path.stat()))
    assert len(seen) == 4


def test_a_file_of_this_very_moment_is_not_settled(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    state = path.stat()
    latest = max(state.st_mtime_ns, state.st_ctime_ns)
    assert not settled(state, latest + 1_000_000)
    assert settled(state, latest + 3_000_000_000)


def test_the_limit_is_ten_gigabytes_a_fifth_of_the_room_or_what_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LENSLET_CACHE_LIMIT", raising=False)
    monkeypatch.setattr(space, "disk_free", lambda _: 20 * space.GB)
    assert space.cache_limit(tmp_path, 0) == 4 * space.GB
    assert space.cache_limit(tmp_path, 5 * space.GB) == 5 * space.GB
    monkeypatch.setattr(space, "disk_free", lambda _: 2000 * space.GB)
    assert space.cache_limit(tmp_path, 0) == 10 * space.GB
    monkeypatch.setenv("LENSLET_CACHE_LIMIT", "0.5")
    assert space.cache_limit(tmp_path, 0) == space.GB // 2


def test_free_space_is_told_for_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert space.disk_free(tmp_path / "not" / "yet") > 0
    assert space.memory_free() > 0


def test_the_memory_of_a_container_is_its_own(tmp_path: Path) -> None:
    assert space._of_group(tmp_path) is None
    for name, text in (("memory.max", "1000\n"), ("memory.current", "700\n"), ("memory.stat", "inactive_file 100\n")):
        (tmp_path / name).write_text(text)
    assert space._of_group(tmp_path) == 400
    (tmp_path / "memory.max").write_text("max\n")
    assert space._of_group(tmp_path) is None
