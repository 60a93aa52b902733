"""Training beside the page: the queue, the locks, what a process says, and the controls of the form."""

import importlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lenslet.errors import CallError, PausedError, WorkError
from lenslet.studio.training import queue as module
from lenslet.studio.training.chart import Line, chart, loss_lines, measured_lines
from lenslet.studio.training.form import ELSEWHERE, FIRST, controls, label_of, value_of
from lenslet.studio.training.locks import is_held, taken
from lenslet.studio.training.onlooker import Teller
from lenslet.studio.training.progress import ASKED, PROGRESS, Progress, ask, asked, read_progress
from lenslet.studio.training.queue import QUEUE, Queue, Waiting
from lenslet.studio.training.runs import runs_of
from lenslet.studio.training.worker import work
from lenslet.verbs.progress import Onlooker
from lenslet.verbs.signature import parameters
from lenslet.verbs.train import train


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """A queue whose runs hold their lock and do nothing, until the test is over."""
    kept = []

    def begin(_: object, folder: Path, more: object, lock: object) -> None:
        Progress().write(folder)
        kept.append(os.fdopen(os.dup(lock.fileno()), "ab"))  # type: ignore[attr-defined]

    monkeypatch.setattr(Queue, "_begin", begin)
    made = Queue(tmp_path / "runs")
    made.kept = kept  # type: ignore[attr-defined]
    yield made  # type: ignore[misc]
    for file in kept:
        file.close()


def test_runs_wait_in_their_order_and_one_is_at_work(queue: Queue) -> None:
    names = [queue.add({"data": "/x", "minutes": 1}, "detect") for _ in range(3)]
    assert names == ["detect-1", "detect-2", "detect-3"]
    assert (queue.runs / "detect-2" / "args.yaml").read_text() == 'data: "/x"\nminutes: 1\n'
    assert queue.step() == "detect-1"
    assert queue.step() is None  # it is at work
    assert [run.state for run in runs_of(queue)] == ["working", "queued", "queued"]
    queue.remove("detect-2")
    queue.kept.pop().close()  # type: ignore[attr-defined]  # its process is killed
    assert {run.name: run.state for run in runs_of(queue)} == {"detect-1": "died", "detect-3": "queued"}
    assert Queue(queue.runs).step() == "detect-3"  # another studio on the same folder goes on
    assert queue.waiting() == ()


def test_a_pause_holds_the_queue_until_something_is_started(queue: Queue) -> None:
    for _ in range(2):
        queue.add({"data": "/x"}, "face")
    queue.hold(held=True)
    assert queue.step() is None
    queue.start("face-2", {"minutes": 2})
    assert queue.waiting() == (Waiting("face-2", {"minutes": 2}), Waiting("face-1"))
    assert queue.step() == "face-2"
    with pytest.raises(CallError, match="being trained already"):
        queue.start("face-2")
    with pytest.raises(CallError, match="no run that could go on"):
        queue.start("face-9")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"runs": 3}', "null"])
def test_a_damaged_queue_counts_as_an_empty_one(queue: Queue, text: str) -> None:
    name = queue.add({"data": "/x"}, "detect")
    (queue.runs / QUEUE).write_text(text)
    assert queue.waiting() == ()
    queue.start(name)
    assert queue.waiting() == (Waiting(name),)


def test_a_run_whose_folder_is_gone_is_passed_over(queue: Queue) -> None:
    queue.add({"data": "/x"}, "detect")
    (queue.runs / "detect-1" / "args.yaml").unlink()
    (queue.runs / "detect-1").rmdir()
    queue.add({"data": "/x"}, "face")
    assert queue.step() is None
    assert queue.step() == "face-1"


@pytest.mark.skipif(os.name == "nt", reason="the lock is handed over where the system can")
def test_a_lock_is_handed_over_and_ends_with_its_process(tmp_path: Path) -> None:
    file = taken(tmp_path)
    assert file is not None
    with file:
        code = "import time; time.sleep(60)"
        process = subprocess.Popen([sys.executable, "-c", code], pass_fds=(file.fileno(),))
    assert is_held(tmp_path)
    assert taken(tmp_path) is None
    process.kill()
    process.wait()
    assert not is_held(tmp_path)


def test_the_command_that_starts_a_process_names_the_run_and_its_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []
    monkeypatch.setattr(module.subprocess, "Popen", lambda words, **how: called.append((words, how)))
    queue = Queue(tmp_path / "runs")
    queue.add({"data": "/x"}, "detect")
    queue.start("detect-1", {"epochs": 9})
    queue.step()
    [(words, how)] = called
    assert words[1:5] == ["-m", "lenslet.studio.training.worker", str(queue.runs / "detect-1"), '{"epochs": 9}']
    assert how["stdin"] == subprocess.DEVNULL


def test_what_is_said_is_read_back_and_what_is_damaged_is_nothing(tmp_path: Path) -> None:
    Progress("working", "training", 0.5, "good", 3.0, ("a", "b"), "", 7).write(tmp_path)
    said = read_progress(tmp_path)
    assert said is not None
    assert (said.phase, said.left, said.notes, said.process) == ("training", 3.0, ("a", "b"), 7)
    assert abs(said.at - time.time()) < 60
    for text in ("", "{}", "[1]", '{"schema": 1, "notes": [], "new": 1}'):
        (tmp_path / PROGRESS).write_text(text)
        assert read_progress(tmp_path) is None


def test_an_onlooker_hears_what_is_asked(tmp_path: Path) -> None:
    teller = Teller(tmp_path)
    assert isinstance(teller, Onlooker)
    teller.phase("training argus_s")
    assert not teller.paused()
    ask(tmp_path, "pause")
    teller.looked = float("-inf")
    teller.at(0.5, "epoch 3")  # in training the state is kept first
    assert teller.paused()
    teller.phase("measuring")  # is let finish
    teller.looked = float("-inf")
    with pytest.raises(PausedError):
        teller.phase("opening the pictures")
    ask(tmp_path, "stop")
    teller.looked = float("-inf")
    with pytest.raises(KeyboardInterrupt):
        teller.at(0.6)


def test_time_left_is_reckoned_from_where_a_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    teller = Teller(tmp_path)
    teller.phase("training")
    teller.at(0.5)
    now[0] += 10
    teller.at(0.6)
    assert teller.now.left == pytest.approx(40)


def test_data_that_is_gone_is_said_in_the_verbs_own_sentence(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "runs")
    name = queue.add({"data": str(tmp_path / "gone"), "task": "classify"}, "classify")
    ask(queue.runs / name, "stop")  # of an earlier life: forgotten
    end = work(queue.runs / name, {})
    assert end.state == "failed"
    assert "gone" in end.error
    assert "\n" not in end.error
    assert asked(queue.runs / name) is None
    assert not (queue.runs / name / ASKED).exists()
    [run] = [run for run in runs_of(queue) if run.name == name]
    assert run.progress.error == end.error


@pytest.mark.parametrize(
    ("raised", "state", "told"),
    [
        (KeyboardInterrupt("stopped; the best model so far is in runs/x"), "stopped", "the best model so far"),
        (PausedError("paused in epoch 3"), "paused", ""),
        (MemoryError(), "failed", "not enough memory"),
        (OSError(28, "No space left on device", "/x/card.json"), "failed", "No space left on device: /x/card.json"),
        (RuntimeError("odd"), "failed", "unexpected RuntimeError: odd"),
    ],
    ids=["stop", "pause", "memory", "disk", "bug"],
)
def test_however_a_run_ends_it_is_written_down(
    raised: BaseException, state: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ending(**_: object) -> None:
        raise raised

    monkeypatch.setattr(importlib.import_module("lenslet.verbs.train"), "train", ending)
    end = work(tmp_path, {})
    assert end.state == state
    assert told in f"{end.error} {end.notes}"
    said = read_progress(tmp_path)
    assert said is not None
    assert (said.state, said.error) == (end.state, end.error)


def test_a_run_goes_on_with_what_it_is_given_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: dict[str, object] = {}
    monkeypatch.setattr(importlib.import_module("lenslet.verbs.train"), "train", lambda **given: called.update(given))
    assert work(tmp_path, {"minutes": 6.0}).state == "finished"
    assert called == {"resume": tmp_path, "minutes": 6.0}


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(WorkError, match="cannot be written there"):
        Queue(tmp_path / "runs").add({"data": "/x"}, "detect")


def test_the_form_asks_for_every_option_of_train_in_the_verbs_words() -> None:
    asked_for = {one.name: one for one in controls()}
    whole = {one.name: one for one in parameters(train)}
    assert set(asked_for) | ELSEWHERE == set(whole)
    assert tuple(asked_for)[: len(FIRST)] == FIRST
    for name, control in asked_for.items():
        assert control == whole[name]
        assert label_of(control)
        assert value_of(control, control.default) == control.default


def test_what_is_typed_becomes_what_the_verb_takes() -> None:
    by_name = {one.name: one for one in controls()}
    assert value_of(by_name["minutes"], " 0,5 ") == 0.5
    assert value_of(by_name["epochs"], "12") == 12
    assert value_of(by_name["freeze"], "all") == "all"
    assert value_of(by_name["net"], "") is None
    for name, text in (("minutes", "long"), ("epochs", "1.5"), ("size", "x")):
        with pytest.raises(CallError, match=label_of(by_name[name])):
            value_of(by_name[name], text)


def test_curves_say_in_words_what_they_show() -> None:
    rows = [{"epoch": n + 1.0, "train_loss": 1 / (n + 1), "valid_accuracy": n / 10} for n in range(3)]
    assert 'aria-label="Loss: training 0.333"' in chart("Loss", loss_lines(rows))
    assert "accuracy 20 %" in chart("Better", measured_lines(rows), share=True)
    assert "nothing yet" in chart("Loss", [])
    assert "<i>" not in chart("<i>", [Line("<i>", ((1.0, 1.0),))])
    many = chart("Loss", [Line("a", tuple((float(x), 1.0) for x in range(10_000)))])
    assert len(many) < 20_000


def test_queue_json_is_plain(queue: Queue) -> None:
    queue.add({"data": "/x"}, "detect")
    told = json.loads((queue.runs / QUEUE).read_text())
    assert told == {"schema": 1, "held": False, "runs": [{"run": "detect-1", "more": {}}]}


def test_the_last_of_hundreds_of_epochs_is_whole_on_the_axis() -> None:
    drawn = chart("Loss", loss_lines(_rows(203)))
    [wide] = re.findall(r'class="chart" viewBox="0 0 (\d+)', drawn)
    [at] = re.findall(r'x="([\d.]+)"[^>]*text-anchor="end">203<', drawn)
    assert float(at) <= float(wide)
    assert 'text-anchor="middle">20<' in chart("Loss", loss_lines(_rows(20)))


def _rows(count: int) -> list[dict[str, float]]:
    return [{"epoch": float(epoch), "train_loss": 1.0 / epoch} for epoch in range(1, count + 1)]
