"""Runs that are killed, stopped, starved of disk or data, and go on: nothing that was learned is lost."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

import lenslet as ll
from lenslet.errors import CallError, CardError
from lenslet.loops import State

FAST = {"net": "lenet5_relu", "progress": False}
TRAIN = """
import sys, lenslet as ll, lenslet.verbs.running as running
running._SAVE_EVERY = running._KEEP_EVERY = 0.0
if sys.argv[3] == "new":
    ll.train(sys.argv[1], net="lenet5_relu", epochs=40, out=sys.argv[2], progress=False)
else:
    ll.train(resume=sys.argv[2], progress=False)
"""


def _same(one: ll.Classifier, other: ll.Classifier) -> bool:
    first, second = one.net.state_dict(), other.net.state_dict()
    return all(torch.equal(first[k], second[k]) for k in first)


@pytest.mark.slow
def test_a_run_killed_three_times_ends_with_the_weights_of_one_that_never_stopped(digits: Path, tmp_path: Path) -> None:
    whole = ll.train(digits, epochs=40, out=tmp_path / "whole", **FAST)
    out = tmp_path / "killed"
    kills = 0
    for number in range(4):
        arguments = [
            sys.executable,
            "-c",
            TRAIN,
            str(digits),
            str(out),
            "on" if (out / "args.yaml").exists() else "new",
        ]
        told = os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads())}
        with subprocess.Popen(arguments, env=told) as process:
            before = (out / "state.safetensors").stat().st_mtime_ns if (out / "state.safetensors").exists() else 0
            deadline = time.monotonic() + 120
            while number < 3 and process.poll() is None and time.monotonic() < deadline:
                state = out / "state.safetensors"
                if state.exists() and state.stat().st_mtime_ns > before + 50_000_000 * number:
                    process.send_signal(signal.SIGKILL)
                    kills += 1
                    break
                time.sleep(0.002)
            process.wait(timeout=120)
    assert kills == 3
    killed = ll.load(out)
    assert _same(whole, killed)
    assert killed.card.metrics == whole.card.metrics
    mine, other = ((p / "results.csv").read_text().splitlines() for p in (out, tmp_path / "whole"))
    assert [line.split(",")[0] for line in mine] == [line.split(",")[0] for line in other]
    with pytest.raises(CallError, match="is finished: it has had its 40 epochs"):
        ll.train(resume=out, progress=False)


def test_a_finished_run_is_extended_from_another_place(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(digits.parent)
    ll.train(digits.name, epochs=2, seed=4, out=tmp_path / "run", **FAST)
    monkeypatch.chdir(tmp_path)
    longer = ll.train(resume="run", epochs=5, progress=False)
    assert [line.split(",")[0] for line in (tmp_path / "run" / "results.csv").read_text().splitlines()[1:]] == list(
        "12345"
    )
    assert longer.card.recipe["epochs"] == 5
    assert longer.card.recipe["seed"] == 4
    with pytest.raises(CallError, match="is finished: it has had its 5 epochs"):
        ll.train(resume="run", progress=False)


def test_what_cannot_go_on_is_said_plainly(digits: Path, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="no run that could go on"):
        ll.train(resume=tmp_path, progress=False)
    with pytest.raises(CallError, match="give the folder of pictures"):
        ll.train(progress=False)
    data = shutil.copytree(digits, tmp_path / "data")
    ll.train(data, epochs=1, out=tmp_path / "run", **FAST)
    shutil.copytree(data / "1", data / "one more")
    with pytest.raises(CallError, match="the classes in data have changed"):
        ll.train(resume=tmp_path / "run", epochs=2, progress=False)
    state = tmp_path / "run" / "state.safetensors"
    state.write_bytes(state.read_bytes()[:-9])
    with pytest.raises(CardError, match="is damaged"):
        ll.train(resume=tmp_path / "run", epochs=2, progress=False)
    shutil.rmtree(data)
    state.unlink()
    with pytest.raises(CallError, match="there is no such folder"):
        ll.train(resume=tmp_path / "run", progress=False)
    assert ll.load(tmp_path / "run").labels == ("0", "1", "2")


def test_pictures_that_are_added_join_the_run_when_it_goes_on(digits: Path, tmp_path: Path) -> None:
    data = shutil.copytree(digits, tmp_path / "data")
    for spare in sorted((data / "2").iterdir())[30:]:
        spare.unlink()
    first = ll.train(data, epochs=1, out=tmp_path / "run", **FAST)
    shutil.copytree(digits, data, dirs_exist_ok=True)
    second = ll.train(resume=tmp_path / "run", epochs=3, progress=False)
    assert second.card.data["trained_on"] > first.card.data["trained_on"]


def test_a_data_folder_that_vanishes_costs_nothing_that_is_learned(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import lenslet.verbs.running as running

    data = shutil.copytree(digits, tmp_path / "data")
    row = running.row

    def gone(epoch: object, **how: float) -> dict[str, float]:
        shutil.rmtree(data, ignore_errors=True)
        return row(epoch, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "row", gone)
    model = ll.train(data, epochs=12, out=tmp_path / "run", **FAST)
    assert model.evaluation is not None
    assert model.evaluation["accuracy"] > 0.8
    assert "copies decoded at the start" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_a_full_disk_stops_no_training_and_the_model_finds_a_place(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import lenslet.files as files

    honest = files._sync
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere").mkdir()

    def full(path: Path) -> None:
        if (tmp_path / "run") in path.parents and path.suffix in (".safetensors", ".csv"):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        honest(path)

    monkeypatch.setattr(files, "_sync", full)
    model = ll.train(digits, epochs=3, out=tmp_path / "run", **FAST)
    assert model.folder is not None
    assert model.folder.parent == tmp_path / "elsewhere"
    assert ll.load(model.folder).labels == ("0", "1", "2")
    assert not list((tmp_path / "run").glob("*.safetensors"))
    assert "cannot be written" in (model.folder / "report.html").read_text(encoding="utf-8")


def test_a_state_says_where_the_run_was(digits: Path, tmp_path: Path) -> None:
    ll.train(digits, epochs=2, balance=True, optimizer="sgd", rate=0.05, out=tmp_path / "run", **FAST)
    state = State.load(tmp_path / "run" / "state.safetensors")
    assert state.facts["number"] == 2
    assert state.facts["over"]
    assert [row["epoch"] for row in state.facts["rows"]] == [1, 2]
    assert "--balance" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_a_new_run_in_an_old_folder_forgets_the_old_runs_state(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lenslet.verbs.running import Run

    ll.train(digits, epochs=3, out=tmp_path / "run", **FAST)

    def killed(self: Run, **how: object) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as patch:
        patch.setattr(Run, "learn", killed)
        with pytest.raises(SystemExit):
            ll.train(digits, epochs=2, seed=7, out=tmp_path / "run", **FAST)
    ll.train(resume=tmp_path / "run", progress=False)
    fresh = ll.train(digits, epochs=2, seed=7, out=tmp_path / "fresh", **FAST)
    assert _same(ll.load(tmp_path / "run"), fresh)


def test_a_run_with_frozen_stages_goes_on_bit_for_bit(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import lenslet.verbs.running as running

    learned = tmp_path / "learned"
    ll.train(digits, net="facet_tiny", size=32, epochs=1, out=learned, progress=False)
    how = {"weights": learned, "freeze": "2", "epochs": 4, "batch": 16, "progress": False}
    whole = ll.train(digits, out=tmp_path / "whole", **how)
    monkeypatch.setattr(running, "_SAVE_EVERY", 0.0)
    row = running.row

    def interrupted(epoch: object, **more: float) -> dict[str, float]:
        if epoch.number == 3:  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        return row(epoch, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(running, "row", interrupted)
        with pytest.raises(KeyboardInterrupt, match="--resume"):
            ll.train(digits, out=tmp_path / "run", **how)
    assert _same(whole, ll.train(resume=tmp_path / "run", progress=False))


def test_the_start_that_was_chosen_is_written_down(digits: Path, tmp_path: Path) -> None:
    ll.train(digits, epochs=1, out=tmp_path / "run", **FAST)
    assert 'weights: "none"' in (tmp_path / "run" / "args.yaml").read_text().splitlines()
