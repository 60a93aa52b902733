"""Omniglot's runs are read; what leads out of them is not."""

from pathlib import Path

import pytest
from PIL import Image

from lenslet.errors import DataError
from lenslet.tasks.face.runs import find_runs


def run(root: Path, name: str, lines: list[str]) -> Path:
    folder = root / name
    for kind, stem in (("training", "class"), ("test", "item")):
        (folder / kind).mkdir(parents=True)
        for number in (1, 2):
            Image.new("L", (8, 8)).save(folder / kind / f"{stem}0{number}.png")
    (folder / "class_labels.txt").write_text("\n".join(lines) + "\n")
    return folder


LINES = ["run01/test/item01.png run01/training/class02.png", "run01/test/item02.png run01/training/class01.png"]


def test_a_folder_of_runs_and_a_run(tmp_path):
    folder = run(tmp_path, "run01", LINES)
    [found] = find_runs(tmp_path)
    assert [path.name for path in found.known] == ["class01.png", "class02.png"]
    assert [(path.name, number) for path, number in found.asked] == [("item01.png", 1), ("item02.png", 0)]
    assert find_runs(folder) == [found]
    assert find_runs(folder / "test") == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("run01/test/item01.png", "give a test picture"),
        ("run01/test/item09.png run01/training/class01.png", "is not there"),
        ("../../../etc/passwd run01/training/class01.png", "leads out of"),
    ],
)
def test_what_a_run_names_must_be_its_own(tmp_path, line, said):
    run(tmp_path, "run01", [LINES[0], line])
    with pytest.raises(DataError, match=said):
        find_runs(tmp_path)
