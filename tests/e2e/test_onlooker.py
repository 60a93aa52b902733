"""Whoever watches a run sees what it says of a few pictures, of every task, and may halt it; answers are kept."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import lenslet as ll
from lenslet.errors import PausedError
from lenslet.results import Evaluation
from lenslet.results.answers import read_answers
from lenslet.verbs.progress import Onlooker, watched
from lenslet.verbs.sampled import Seen, sampled


class Watcher:
    """Sees everything, and halts after so many steps."""

    def __init__(self, steps: int | None = None) -> None:
        self.steps, self.said, self.seen, self.rows = steps, [], [], []  # type: ignore[var-annotated]

    def phase(self, text: str) -> None:
        self.said.append(text)

    def at(self, fraction: float, text: str = "") -> None: ...
    def say(self, text: str) -> None: ...

    def learned(self, model: Any, job: Any, rows: Sequence[dict[str, float]]) -> None:
        self.seen, self.rows = list(sampled(model, job, 4)), list(rows)

    def paused(self) -> bool:
        if self.steps is not None:
            self.steps -= 1
        return self.steps == 0


@pytest.mark.parametrize(
    ("task", "net", "data"),
    [
        ("classify", "lenet5_relu", "digits"),
        ("detect", "argus_tiny", "one_thing"),
        ("localize", "locus_tiny", "one_thing"),
        ("landmark", "stylus_tiny", "masks"),
        ("face", "cameo_tiny", "digits"),
    ],
)
@pytest.mark.slow
def test_a_run_is_paused_watched_and_keeps_its_answers(
    task: str, net: str, data: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(data)
    if task == "face":  # six people of thirty pictures each
        for number, picture in enumerate(sorted(folder.rglob("*.png"))):
            (tmp_path / "people" / str(number % 6)).mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, tmp_path / "people" / str(number % 6) / f"{number}.png")
        folder = tmp_path / "people"
    assert isinstance(Watcher(), Onlooker)
    call: dict[str, Any] = {"task": task, "net": net, "size": 32, "weights": "none", "precision": "fp32", "batch": 16}
    with watched(Watcher(2)), pytest.raises(PausedError):
        ll.train(folder, epochs=1, out=tmp_path / "run", **call)
    assert not (tmp_path / "run" / "report.html").exists()
    watcher = Watcher()
    with watched(watcher):
        model = ll.train(resume=tmp_path / "run")
    assert watcher.said[-2:] == [f"training {net}", "measuring"]
    assert len(watcher.rows) == 1
    assert 0 < len(watcher.seen) <= 4
    assert all(isinstance(one, Seen) and one.said and one.pixels.ndim == 3 for one in watcher.seen)
    kept = Evaluation.from_json((tmp_path / "run" / "evaluation.json").read_text())
    assert kept == model.evaluation
    if task == "face":
        assert not (tmp_path / "run" / "answers.csv").exists()
        return
    answers = read_answers(tmp_path / "run" / "answers.csv")
    assert len(answers) == len(model.evaluation.answers) >= (0 if task == "detect" else model.evaluation.n)
    if kept.confusion is not None:
        wrong = sum(one.truth != one.said for one in answers)
        assert wrong == kept.confusion.sum() - kept.confusion.trace()
