"""`lenslet data ...`: what a person reads."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from lenslet.cli import app, cache, check, split, stats
from lenslet.results import DataReport, DataSplit, DataStats, Finding
from lenslet.results.spread import Spread
from lenslet.verbs.cache import CachedSet, PictureCache


def test_check_shows_kinds_findings_and_what_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    found = [Finding("unreadable", f"a/{n}.jpg is empty", (f"a/{n}.jpg",)) for n in range(12)]
    found.append(Finding("label", "a/x.jpg is filed as a, looks like b (93 %)", ("a/x.jpg",), "a", "b", 0.93))
    check.show(DataReport("d", 1300, {"a": 1000, "b": 300}, {"train": 1300}, tuple(found), ("judged by looks",)))
    captured = capsys.readouterr()
    assert "1,300 pictures, 2 classes: 12 errors, 1 warning" in captured.out
    assert "Files that cannot be read. Training leaves them out" in captured.out
    assert "  a/9.jpg is empty" in captured.out
    assert "  a/10.jpg is empty" not in captured.out
    assert "... and 2 more" in captured.out
    assert "looks like b (93 %)" in captured.out
    assert captured.err == "judged by looks\n"


def test_check_of_good_data_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    check.show(DataReport("d", 30, {"a": 30}, {"train": 30}, ()))
    assert capsys.readouterr().out == "30 pictures, 1 classes: nothing found\n"


def test_stats_shows_counts_sizes_and_colours(capsys: pytest.CaptureFixture[str]) -> None:
    spread = Spread(20.0, 300.5, 4000.0)
    classes = {"cat": {"train": 1200, "val": 80}, "dog": {"train": 40, "val": 0}}
    stats.show(
        DataStats(
            "d", classes, 1319, 5_400_000, {"JPEG": 1300, "PNG": 19}, spread, spread, Spread(0.5, 1.5, 2.0),
            (0.5, 0.4, 0.3), (0.2, 0.2, 0.2), 0.125, 1319, ("a note",),
        )
    )  # fmt: skip
    captured = capsys.readouterr()
    for words in ("1,320 pictures, 2 classes, 5.4 MB, 1 of them cannot be read", "1,200", "4,000", "300", "JPEG 1,300",
                  "12.5 %"):  # fmt: skip
        assert words in captured.out
    assert captured.err == "a note\n"


def test_split_shows_where_pictures_went(capsys: pytest.CaptureFixture[str]) -> None:
    parts = {"train": {"a": 8, "b": 9}, "val": {"a": 2}}
    split.show(DataSplit("d", Path("out"), parts, "link", 3, (("x.jpg", "x.jpg is empty"),), ("a note",)))
    captured = capsys.readouterr()
    assert "3 groups of copies kept together" in captured.out
    assert "hard links in out" in captured.out
    assert ["all", "17", "2"] in [line.split() for line in captured.out.splitlines()]
    assert captured.err == "left out: x.jpg is empty\na note\n"


def test_cache_shows_sets_and_what_was_freed(capsys: pytest.CaptureFixture[str]) -> None:
    kept = CachedSet("flowers, 80 px", 5_000_000, 600, datetime(2026, 1, 2, 12, tzinfo=UTC), Path("x"))
    cache.show(PictureCache((kept,), 2_000_000))
    out = capsys.readouterr().out
    assert "flowers, 80 px" in out
    assert "1 sets, 5.0 MB; 2.0 MB freed" in out
    cache.show(PictureCache(()))
    assert capsys.readouterr().out == "0 sets, 0.0 MB\n"


def lenslet(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "from lenslet.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_subject_has_its_commands_and_its_help() -> None:
    group = typer.main.get_command(app)
    assert list(group.commands["data"].commands) == ["check", "stats", "split", "convert", "cache"]  # type: ignore[attr-defined]
    said = lenslet("data")
    assert "Look after pictures" in said.stdout + said.stderr
    assert "Count what is in a folder" in said.stdout + said.stderr


def test_a_folder_that_is_not_there_is_a_wrong_call() -> None:
    said = lenslet("data", "check", "nowhere")
    assert said.returncode == 2
    assert said.stdout == ""
    assert "no such folder" in said.stderr
