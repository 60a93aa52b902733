"""`train --track`: the trackers hold what results.csv holds, and no failure of theirs costs any training."""

import csv
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import lenslet as ll
from lenslet.cli.guard import guarded
from lenslet.errors import DivergedError
from lenslet.verbs import tracking

FAST = {"net": "lenet5_relu", "epochs": 2, "progress": False}


def rows(folder: Path) -> list[dict[str, float]]:
    with (folder / "results.csv").open() as file:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]


@pytest.fixture
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What MLflow reads from the environment is as it was afterwards."""
    before = dict(os.environ)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    yield
    for name in set(os.environ) - set(before):
        del os.environ[name]


def test_tensorboard_holds_every_number_of_every_epoch(digits: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="the extra `tensorboard` is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    model = ll.train(digits, track="tensorboard", out=tmp_path / "run", **FAST)
    found = EventAccumulator(str(tmp_path / "run"))
    found.Reload()
    written = rows(tmp_path / "run")
    for name, tag in (("train_loss", "train/loss"), ("valid_accuracy", "valid/accuracy"), ("rate", "run/rate")):
        events = found.Scalars(tag)
        assert [e.step for e in events] == [1, 2]
        assert [e.value for e in events] == pytest.approx([row[name] for row in written], rel=1e-5)
    assert model.evaluation is not None
    assert found.Scalars("final/accuracy")[0].value == pytest.approx(model.evaluation["accuracy"])
    [text] = found.Tensors("run/text_summary")
    table = text.tensor_proto.string_val[0].decode()
    assert "| net | lenet5_relu |" in table
    assert "| rate | 0.002 |" in table
    assert "_hparams_/session_start_info" in found.summary_metadata
    assert not any(thread.name == "lenslet-tracking" for thread in threading.enumerate())


def test_mlflow_holds_them_too_in_a_local_store(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet_environment: None
) -> None:
    pytest.importorskip("mlflow", reason="the extra `mlflow` is not installed")
    monkeypatch.chdir(tmp_path)
    model = ll.train(digits, track="mlflow", out=Path("run"), **FAST)
    assert model.evaluation is not None
    assert "mlflow has not got" not in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=(tmp_path / "mlruns").as_uri())
    experiment = client.get_experiment_by_name("lenslet")
    [run] = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "run"
    assert run.data.params["net"] == "lenet5_relu"
    assert run.data.params["rate"] == "0.002"
    assert run.data.metrics["final_accuracy"] == model.evaluation["accuracy"]
    history = client.get_metric_history(run.info.run_id, "train_loss")
    assert [(m.step, m.value) for m in history] == [
        (n, pytest.approx(row["train_loss"], rel=1e-5)) for n, row in enumerate(rows(tmp_path / "run"), start=1)
    ]
    ll.train(digits, track="mlflow", out=Path("run"), **FAST)  # the same folder goes on as the same run
    assert len(client.search_runs([experiment.experiment_id])) == 1


def test_an_mlflow_server_that_is_gone_costs_no_training(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quiet_environment: None
) -> None:
    pytest.importorskip("mlflow", reason="the extra `mlflow` is not installed")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")  # nobody listens at the discard port
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    model = ll.train(digits, track="mlflow", out=tmp_path / "run", **FAST)
    assert model.evaluation is not None
    assert len(rows(tmp_path / "run")) == 2
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "mlflow has not got all numbers" in page
    assert "results.csv has them all" in page


class Fragile:
    """A tracker that breaks at a chosen call, and notes those that it got."""

    def __init__(self, breaks: str) -> None:
        self.breaks, self.calls = breaks, []

    def start(self, folder: Path, facts: object) -> None:
        self._call("start", facts)

    def epoch(self, number: int, values: object) -> None:
        self._call(f"epoch {number}", values)

    def finish(self, metrics: object, ending: str) -> None:
        self._call(ending, metrics)

    def _call(self, name: str, what: object) -> None:
        self.calls.append(name)
        if name == self.breaks:
            raise OSError(28, "No space left on device")


@pytest.mark.parametrize("breaks", ["start", "epoch 2", "finished", "nowhere"])
def test_a_tracker_that_breaks_is_said_once_and_called_no_more(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    fragile = Fragile(breaks)
    monkeypatch.setattr(tracking, "_tracker", lambda name: fragile)
    model = ll.train(digits, track="tensorboard", out=tmp_path / "run", **FAST)
    assert model.evaluation is not None
    said = (tmp_path / "run" / "report.html").read_text(encoding="utf-8").count("No space left")
    assert said == (breaks != "nowhere")
    everything = ["start", "epoch 1", "epoch 2", "finished"]
    assert fragile.calls == everything[: everything.index(breaks) + 1] if said else everything
    assert len(rows(tmp_path / "run")) == 2


def test_a_tracker_that_hangs_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    fragile = Fragile("nowhere")
    fragile.epoch = lambda number, values: let_go.wait()
    monkeypatch.setattr(tracking, "_tracker", lambda name: fragile)
    monkeypatch.setattr(tracking, "_PATIENCE", 0.01)
    made = tracking.Tracking("mlflow")
    made.start(tmp_path, {})
    made.epoch({"epoch": 1.0, "train_loss": 2.0})
    assert "has not answered" in made.finish({})
    let_go.set()
    made._thread.join()


def test_how_a_run_ended_is_told(digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fragile = Fragile("nowhere")
    monkeypatch.setattr(tracking, "_tracker", lambda name: fragile)
    with pytest.raises(DivergedError):
        ll.train(digits, track="mlflow", rate=1e30, out=tmp_path / "a", **FAST)
    assert fragile.calls[-1] == "failed"

    def interrupt(epoch: object, **_: object) -> dict[str, float]:
        raise KeyboardInterrupt

    monkeypatch.setattr("lenslet.verbs.running.row", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ll.train(digits, track="mlflow", out=tmp_path / "b", **FAST)
    assert fragile.calls[-1] == "stopped"


@pytest.mark.parametrize("name", ["tensorboard", "mlflow"])
def test_a_missing_package_is_a_sentence_and_exit_code_2_before_anything_is_done(
    digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    for module in [m for m in sys.modules if m.partition(".")[0] == name or "utils.tensorboard" in m]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(sys, "meta_path", [_Missing(name), *sys.meta_path])
    assert guarded(lambda: ll.train(digits, track=name, out=tmp_path / "run", **FAST)) == 2
    assert f'pip install "lenslet[{name}]"' in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


class _Missing:
    """An importer that does not find one package."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] == self.name:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_help_imports_no_tracker() -> None:
    code = "import sys, lenslet.cli, lenslet.verbs.train; print('mlflow' in sys.modules, 'tensorboard' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "False"]
