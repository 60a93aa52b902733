"""What goes to the two streams, on any terminal."""

import json
import os
import subprocess
import sys

import pytest

from lenslet.cli.output import number, percent, table, write_json

NAME = "صورة-é-\udcff.jpg"  # Arabic, Latin-1, and a byte that is no text


def run(code: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    code = f"from lenslet.cli.output import *; prepare(); name = {NAME!a}\n" + code
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, env={**os.environ, **environment}
    )


@pytest.mark.parametrize(
    "environment",
    [
        {"LANG": "C", "LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "utf-8"},
    ],
)
@pytest.mark.parametrize("line", ["write(name)", "say(name)", "write_json({'n': name})", "table('t', ['n'], [[name]])"])
def test_no_file_name_crashes_a_terminal(environment, line):
    result = run(line, **environment)
    assert result.returncode == 0, result.stderr
    assert b".jpg" in result.stdout + result.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_survives_any_encoding(encoding):
    result = run("write_json({'n': name})", PYTHONIOENCODING=encoding)
    assert json.loads(result.stdout.decode(encoding)) == {"schema": 1, "n": NAME}


def test_utf8_terminals_see_the_letters_themselves():
    assert "صورة".encode() in run("write_json({'n': name})", PYTHONIOENCODING="utf-8").stdout


def test_ascii_terminals_get_tables_without_box_characters():
    result = run("table('t', ['n'], [[1], [2]])", PYTHONIOENCODING="ascii")
    assert result.stdout.isascii()
    assert b"\\u" not in result.stdout


@pytest.mark.parametrize("environment", [{}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}])
def test_no_colour_in_a_pipe_or_where_none_is_wanted(environment):
    assert b"\x1b[3" not in run("table('t', ['n'], [[1]])", **environment).stdout


def test_table_prints_every_cell_as_it_is(capsys):
    table("", ["name", "parameters"], [["[bold]x[/bold]", 61706], ["y" * 100, None]])
    out = capsys.readouterr().out
    assert "[bold]x[/bold]" in out
    assert "61,706" in out
    assert "y" * 100 in out


def test_write_json_leads_with_the_schema(capsys):
    write_json({"a": 1})
    assert capsys.readouterr().out == '{"schema": 1, "a": 1}\n'


def test_json_has_no_nan(capsys):
    write_json({"a": [float("nan"), {"b": float("inf")}, 0.5]})
    assert json.loads(capsys.readouterr().out)["a"] == [None, {"b": None}, 0.5]


@pytest.mark.parametrize(("value", "text"), [(None, "-"), (1234567, "1,234,567"), (0.12345, "0.123"), (2.0, "2")])
def test_number(value, text):
    assert number(value) == text


def test_percent():
    assert (percent(0.98765), percent(None)) == ("98.8 %", "-")
