"""The tables of figures are what the result files say."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # benchmarks/ is no part of the installed package

from benchmarks import record, table  # noqa: E402

ROW = {"what": "help", "value": 0.1234567, "unit": "s", "n": 21, "spread": "0.1-0.2 s", "target": "at most 0.2 s"}
RESULT = {
    "suite": "speed",
    "machine": {"processor": "Z80, 1 cores", "python": "3.11"},
    "date": "2026-01-02",
    "command": "x",
    "rows": [ROW],
}


def test_a_row_carries_figure_n_spread_and_target():
    text = table.section([RESULT])
    assert "| help | 0.1235 s | 21 | 0.1-0.2 s | at most 0.2 s |" in text
    assert "`x`, 2026-01-02; Z80, 1 cores, python 3.11" in text


def test_nothing_measured_is_said():
    assert "Nothing has been measured" in table.section([])


def test_filling_twice_changes_nothing_and_the_rest_of_the_page_stays():
    page = f"before\n{table.START}\nold\n{table.END}\nafter\n"
    once = table.filled(page, "new\n")
    assert once == table.filled(once, "new\n")
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert "old" not in once


def test_a_page_without_the_marks_is_an_error():
    with pytest.raises(ValueError, match="no section"):
        table.filled("page", "new")


def test_what_a_benchmark_records_the_table_reads(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    path = record.write("toy", [record.Row("a thing", 2.0, "s", 3)], command="python -m benchmarks.toy")
    assert path.parent == tmp_path
    assert path.name.startswith("toy--")
    assert "a thing: 2 s (n 3)" in capsys.readouterr().out
    [result] = table.read(tmp_path)
    assert "| a thing | 2 s | 3 |  |  |" in table.section([result])


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks" / "results").glob("*.json")), ids=lambda p: p.stem)
def test_a_committed_result_says_all_that_is_needed_to_repeat_it(path):
    result = json.loads(path.read_text())
    assert path.name.startswith(result["suite"] + "--")
    assert {"machine", "date", "command", "rows"} <= set(result)
    for row in result["rows"]:
        assert {"what", "value", "unit", "n"} <= set(row)
