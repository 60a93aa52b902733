"""kill -9 in the middle of a run: what lies in its folder loads, or there is no model yet; never a broken one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lenslet as ll
from lenslet.errors import CardError

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
