"""Training and measuring from a table; and what training does with bad files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import lenslet as ll
from lenslet.errors import DataError

FAST = {"net": "lenet5_relu", "progress": False}


@pytest.fixture
def table(digits: Path, tmp_path: Path) -> Path:
    """Zeros and ones by their paths, a part for each, three lines that cannot be used."""
    lines = ["file;class;split"]
    for label in "01":
        for number, path in enumerate(sorted((digits / label).iterdir())):
            lines.append(f"{path};{label};{'test' if number % 6 == 0 else 'train'}")
    lines += ["gone.png;0;train", f"{digits / '0' / '0.png'};1;train", f"{digits};0;train"]
    (tmp_path / "digits.csv").write_text("\n".join(lines))
    return tmp_path / "digits.csv"


def test_a_table_trains_and_measures_like_a_folder(table: Path, tmp_path: Path) -> None:
    model = ll.train(table, epochs=8, out=tmp_path / "run", **FAST)
    assert model.labels == ("0", "1")
    assert model.evaluation is not None
    assert model.evaluation["accuracy"] > 0.9
    assert model.card.measured_on == "the test part of the folder, by which nothing was chosen"
    assert model.card.data["folder"] == "digits.csv"
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "no such file (gone.png)" in page
    assert "0.png: 0 in line 2, here 1" in page
    evaluation = ll.evaluate(tmp_path / "run", table, progress=False)
    assert evaluation.n == model.evaluation.n
    assert evaluation["accuracy"] == model.evaluation["accuracy"]


def test_the_command_line_takes_a_table(table: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from lenslet.cli import main; main()", "data", "stats", str(table), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["classes"] == {"0": {"train": 50, "test": 9}, "1": {"train": 50, "test": 10}}


def test_too_many_bad_files_stop_training_with_a_sentence(digits: Path, tmp_path: Path) -> None:
    for label in "ab":
        (tmp_path / "data" / label).mkdir(parents=True)
        for number in range(10):
            content = (digits / "0" / f"{number}.png").read_bytes() if number < 4 else b"no picture"
            (tmp_path / "data" / label / f"{number}.png").write_bytes(content)
    with pytest.raises(DataError, match="12 of 20 pictures cannot be read, too many to train on"):
        ll.train(tmp_path / "data", epochs=1, out=tmp_path / "run", **FAST)
    assert not (tmp_path / "run").exists()
