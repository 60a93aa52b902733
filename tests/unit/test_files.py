"""Whole or not at all."""

from pathlib import Path

import pytest

from lenslet.files import cache_folder, whole_file, whole_folder, write_whole


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write_whole(target, "old")
    with pytest.raises(RuntimeError), whole_file(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_file_is_replaced_and_its_parents_are_made(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "er" / "a.json"
    write_whole(target, b"one")
    write_whole(target, "zwei ä")
    assert target.read_text(encoding="utf-8") == "zwei ä"
    assert target.stat().st_mode & 0o600 == 0o600


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "model"
    for names in (["a", "b"], ["c"]):
        with whole_folder(target) as temporary:
            for name in names:
                (temporary / name).write_text(name)
    assert [p.name for p in target.iterdir()] == ["c"]
    with pytest.raises(RuntimeError), whole_folder(target) as temporary:
        (temporary / "d").write_text("d")
        raise RuntimeError
    assert [p.name for p in target.iterdir()] == ["c"]
    assert [p.name for p in tmp_path.iterdir()] == ["model"]


def test_the_cache_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
