"""kill -9 in the middle of a run: what lies in its folder loads, or there is no model yet; never a broken one."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import lenslet as ll
from lenslet.card import Card, save
from lenslet.errors import CardError
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.verbs.bulk import Bulk

TRAIN = """
import lenslet.verbs.running as verb, lenslet as ll, sys
verb._SAVE_EVERY = 0.0
ll.train(sys.argv[1], net="lenet5_relu", epochs=10000, out=sys.argv[2], progress=False)
"""


@pytest.mark.slow
def test_a_killed_run_leaves_the_last_saved_model(digits: Path, tmp_path: Path) -> None:
    for number in range(3):
        out = tmp_path / str(number)
        with subprocess.Popen([sys.executable, "-c", TRAIN, str(digits), str(out)]) as process:
            deadline = time.monotonic() + 120
            while not (out / "results.csv").exists() and time.monotonic() < deadline and process.poll() is None:
                time.sleep(0.05)
            time.sleep(0.13 * number)
            process.send_signal(signal.SIGKILL)
        try:
            model = ll.load(out)
        except CardError:
            assert not (out / "model.safetensors").exists()
        else:
            assert model(next((digits / "1").iterdir())).scores.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.slow
def test_ctrl_c_at_the_command_line_keeps_the_model_and_exits_130(digits: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = [sys.executable, "-c", "from lenslet.cli import main; main()"]
    command += ["train", str(digits), "--net", "lenet5_relu", "--epochs", "100000", "--out", str(out)]
    heard = {
        "preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)
    }  # jobs of a shell ignore it
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **heard) as process:
        deadline = time.monotonic() + 120
        while not (out / "model.safetensors").exists() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "the best model so far is in" in errors
    assert ll.load(out).card.metrics["accuracy"] > 0
    assert (out / "report.html").exists()


@pytest.mark.slow
def test_a_killed_bulk_prediction_goes_on_and_every_file_has_one_row(digits: Path, tmp_path: Path) -> None:
    arguments = {"num_classes": 3, "in_channels": 1}
    shape = Preprocess(size=(32, 32), resize="stretch", channels=1, mean=(0.5,), std=(0.25,))
    save(
        tmp_path / "m",
        Card("classify", "lenet5", arguments, ("a", "b", "c"), shape),
        build("lenet5", **arguments).state_dict(),
    )
    for copy in range(4):  # 720 files, 12 parts
        (tmp_path / "photos").mkdir(exist_ok=True)
        (tmp_path / "photos" / str(copy)).symlink_to(shutil.copytree(digits, tmp_path / f"copy {copy}"))
    out = tmp_path / "out"
    command = [sys.executable, "-c", "from lenslet.cli import main; main()", "predict", str(tmp_path / "m")]
    command += [str(tmp_path / "photos"), "--out", str(out), "--batch", "1"]
    for parts in (1, 4):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            deadline = time.monotonic() + 120
            while len(list(out.glob("part-*"))) < parts and time.monotonic() < deadline and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
    done = ll.predict(tmp_path / "m", [tmp_path / "photos"], out=out, progress=False)
    assert isinstance(done, Bulk)
    assert 0 < done.predicted < done.files == 720
    images = [json.loads(row)["image"] for part in out.glob("part-*") for row in part.read_text("utf-8").splitlines()]
    assert len(set(images)) == len(images) == 720
    assert not list(out.glob(".*"))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_killed_bulk_detection_goes_on(digits: Path, untrained: Callable[..., ll.Detector], tmp_path: Path) -> None:
    model = untrained("detect", ("a", "b"))
    model.save(tmp_path / "m")
    out = tmp_path / "out"
    command = [sys.executable, "-c", "from lenslet.cli import main; main()", "predict", str(tmp_path / "m")]
    command += [str(digits), "--out", str(out), "--batch", "1", "--at-least", "0.01"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 120
        while not list(out.glob("part-*")) and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    done = ll.predict(tmp_path / "m", [digits], out=out, at_least=0.01, progress=False)
    assert isinstance(done, Bulk)
    assert 0 < done.predicted < done.files == 180
    rows = [json.loads(row) for part in out.glob("part-*") for row in part.read_text("utf-8").splitlines()]
    assert len({row["image"] for row in rows}) == len(rows) == 180
    assert {row["task"] for row in rows} == {"detect"}
    assert not list(out.glob(".*"))
