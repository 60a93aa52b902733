"""The sheet that `--show-augmented` leaves in a run's folder."""

from pathlib import Path

import lenslet as ll
from lenslet.cli.train import command
from lenslet.image import open_image
from lenslet.verbs.train_report import command as repeated


def test_train_writes_the_sheet_and_says_where(digits: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "run"
    model = ll.train(digits, net="lenet5_relu", epochs=1, show_augmented=True, out=out, progress=False)
    sheet = open_image(out / "augmented.png")
    assert sheet.shape[0] > sheet.shape[1] > 500
    command.show(model)
    assert str(out / "augmented.png") in capsys.readouterr().out
    assert (out / "args.yaml").read_text().count("show_augmented: true") == 1


def test_the_command_to_repeat_a_run_names_what_was_asked_for() -> None:
    call = {"data": "a b", "show_augmented": True, "progress": True, "seed": 0}
    assert repeated(call) == "lenslet train 'a b' --show-augmented --seed 0"
    assert repeated(call | {"show_augmented": False}) == "lenslet train 'a b' --seed 0"
