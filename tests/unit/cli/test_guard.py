"""How a command ends."""

import errno
import os
import subprocess
import sys

import pytest

from lenslet.cli.guard import guarded
from lenslet.errors import MissingError


def failing(error: BaseException):
    def work() -> None:
        raise error

    return work


def test_work_that_ends_well_is_0():
    assert guarded(lambda: None) == 0


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "stopped"),
        (KeyboardInterrupt("the best model so far is in runs/a"), 130, "the best model so far is in runs/a"),
        (ModuleNotFoundError("No module named 'torch'", name="torch"), 2, 'pip install "lenslet[train]"'),
        (ModuleNotFoundError("No module named 'torch.nn'", name="torch.nn"), 2, 'pip install "lenslet[train]"'),
        (ModuleNotFoundError("No module named 'ray'", name="ray"), 2, 'pip install "lenslet[ray]"'),
        (ModuleNotFoundError("No module named 'numpy'", name="numpy"), 1, "numpy"),
        (MissingError("the weights are not here"), 2, "the weights are not here"),
        (MemoryError(), 1, "not enough memory"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "runs/model"), 1, "No space left on device: runs/model"),
        (RuntimeError("boom"), 1, "boom"),
    ],
)
def test_every_end_has_its_code_and_its_words(error, code, words, capsys):
    assert guarded(failing(error)) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert captured.err.count("\n") == 1
    assert "Traceback" not in captured.err


def test_an_unexpected_error_says_where_to_report_it(capsys):
    guarded(failing(RuntimeError("boom")))
    assert "please report it" in capsys.readouterr().err


def test_debug_shows_the_traceback_of_what_was_not_foreseen(monkeypatch):
    monkeypatch.setenv("LENSLET_DEBUG", "1")
    with pytest.raises(RuntimeError, match="boom"):
        guarded(failing(RuntimeError("boom")))
    assert guarded(failing(MissingError("foreseen"))) == 2


def test_a_reader_that_goes_away_is_quiet():
    code = "import sys; from lenslet.cli.guard import guarded\n"
    code += "sys.exit(guarded(lambda: [print('x' * 9999) for _ in range(999)]))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141
