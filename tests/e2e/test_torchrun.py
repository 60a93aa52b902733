"""`torchrun ... -m lenslet train`: two workers train one model, and go on when one of them is lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lenslet as ll

TORCHRUN = [
    sys.executable,
    "-m",
    "torch.distributed.run",
    "--standalone",
    "--nproc_per_node",
    "2",
    "--max_restarts",
    "2",
]
LENSLET = ["-m", "lenslet", "train"]


def _workers(of: int) -> list[int]:
    """The processes that torchrun `of` has started."""
    children = Path(f"/proc/{of}/task/{of}/children")
    return [int(number) for number in children.read_text().split()]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the workers by /proc")
def test_a_lost_worker_is_started_again_and_the_run_goes_on(digits: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = [*TORCHRUN, *LENSLET, str(digits), "--net", "lenet5_relu", "--epochs", "150", "--out", str(out), "--json"]
    told = os.environ | {"OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 120
        while not (out / "state.safetensors").exists() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        lost = _workers(process.pid)
        os.kill(lost[-1], signal.SIGKILL)
        try:
            said, told_besides = process.communicate(timeout=240)
        except subprocess.TimeoutExpired:  # a failure must end, too
            for worker in _workers(process.pid):
                os.kill(worker, signal.SIGKILL)
            process.kill()
            pytest.fail("the workers that were started again wait for each other")
    assert process.returncode == 0, told_besides[-3000:]
    assert len(lost) == 2
    assert len(said.splitlines()) == 1  # one of the two speaks
    rows = (out / "results.csv").read_text().splitlines()[1:]
    assert [int(float(row.split(",")[0])) for row in rows] == list(range(1, 151))
    card = ll.load(out).card
    assert card.recipe["processes"] == 2
    assert card.metrics["accuracy"] > 0.9


def test_two_workers_learn_who_is_who(digits: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    small = ["--net", "cameo_tiny", "--weights", "none", "--size", "32", "--epochs", "2", "--json"]
    command = [*TORCHRUN[:6], *LENSLET, str(digits), "--task", "face", "--loss", "triplet", *small, "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(done.stdout.splitlines()) == 1
    card = ll.load(out).card
    assert (card.recipe["processes"], card.head["loss"]) == (2, "triplet")
    assert card.metrics["auc"] > 0.5


def test_several_workers_need_a_named_place(digits: Path, tmp_path: Path) -> None:
    command = [*TORCHRUN[:6], *LENSLET, str(digits), "--epochs", "1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode != 0
    assert "several processes need one place: give --out" in done.stderr


@pytest.mark.parametrize("flag", ["--find-lr", "--against-scratch"])
def test_what_one_process_does_alone_is_refused_for_several(digits: Path, tmp_path: Path, flag: str) -> None:
    command = [*TORCHRUN[:6], *LENSLET, str(digits), "--epochs", "1", "--out", str(tmp_path / "run"), flag]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode != 0
    assert f"{flag} is for one process" in done.stderr
