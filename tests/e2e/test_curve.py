"""`train --curve`: the model is that of all pictures; the parts say what more of them would bring."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import lenslet as ll
from lenslet.cli import train as command
from lenslet.errors import CallError, DivergedError
from lenslet.verbs import curve_runs

FAST = {"net": "lenet5_relu", "epochs": 2, "progress": False}


def test_the_model_is_the_same_as_without_and_the_curve_stands_beside_it(
    digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    alone = ll.train(digits, out=tmp_path / "alone", **FAST)
    model = ll.train(digits, curve=True, out=out, **FAST)
    assert all(
        torch.equal(a, b) for a, b in zip(alone.net.state_dict().values(), model.net.state_dict().values(), strict=True)
    )
    assert alone.curve is None
    curve = model.curve
    assert isinstance(curve, ll.LearningCurve)
    learned = model.card.data["trained_on"]
    assert curve.now.n == learned
    assert [p.repeat for p in curve.points] == [0, 1, 2, 0, 1, 0, 0]
    assert curve.sizes == tuple(
        sum(max(1, round(count * share)) for count in model.card.data["per_class"].values())
        for share in (1 / 8, 1 / 4, 1 / 2, 1)
    )
    assert {p.of for p in curve.points} == {model.evaluation.n}
    with (out / "curve.csv").open() as file:
        assert [int(row["n"]) for row in csv.DictReader(file)] == [p.n for p in curve.points]
    with Image.open(out / "curve.png") as picture:
        assert picture.width > 800
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "What more pictures would bring" in page
    assert f"{2 * learned} pictures" in page
    assert "--curve" in page
    command.show(model)
    assert curve.said in capsys.readouterr().out
    assert command.record(model)["curve"]["said"] == curve.said


def test_finished_runs_are_not_made_again(digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "run"
    made = []
    one = curve_runs.CurveRuns._one

    def third_fails(self: object, part: np.ndarray, draw: int, bar: object) -> tuple[int, int]:
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(int(part.sum()))
        return one(self, part, draw, bar)  # type: ignore[arg-type]

    monkeypatch.setattr(curve_runs.CurveRuns, "_one", third_fails)
    with pytest.raises(KeyboardInterrupt):
        ll.train(digits, curve=True, out=out, **FAST)
    assert ll.load(out).card.metrics  # the model and its report were there before the curve began
    assert (out / "report.html").exists()
    assert len(json.loads((out / "curve.json").read_text())["points"]) == 2
    first = list(made)

    def counted(self: object, part: np.ndarray, draw: int, bar: object) -> tuple[int, int]:
        made.append(int(part.sum()))
        return 1, 2

    monkeypatch.setattr(curve_runs.CurveRuns, "_one", counted)
    model = ll.train(digits, curve=True, out=out, **FAST)
    assert model.curve is not None
    assert len(model.curve.points) == 7
    assert len(made) == 2 + 4
    ll.train(digits, curve=True, out=out, **FAST)
    assert len(made) == 2 + 4
    ll.train(digits, curve=True, out=out, **FAST, seed=1)  # another run: nothing of the old one counts
    assert made[6:] == [*first, *made[2:6]]


def test_a_part_that_diverges_is_left_out(digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def diverge(*_: object) -> tuple[int, int]:
        raise DivergedError("the loss became nan")

    monkeypatch.setattr(curve_runs.CurveRuns, "_one", diverge)
    model = ll.train(digits, curve=True, out=tmp_path / "run", **FAST)
    assert model.curve is not None
    assert "cannot be said" in model.curve.said


def test_it_is_refused_where_nothing_is_held_out_or_too_little_is_there(digits: Path, tmp_path: Path) -> None:
    for label in ("0", "1"):
        (tmp_path / "few" / label).mkdir(parents=True)
        for number in range(3):
            Image.open(digits / label / f"{number}.png").save(tmp_path / "few" / label / f"{number}.png")
    with pytest.raises(CallError, match="to take parts of"):
        ll.train(tmp_path / "few", curve=True, out=tmp_path / "run", **FAST)
    with pytest.raises(CallError, match="--overfit, not both"):
        ll.train(digits, curve=True, overfit=4, out=tmp_path / "run", **FAST)
    for label in ("0", "1"):
        for number in (1, 2):
            (tmp_path / "few" / label / f"{number}.png").unlink()
    with pytest.raises(CallError, match="held out"):
        ll.train(tmp_path / "few", curve=True, out=tmp_path / "run", **FAST)
    assert not (tmp_path / "run").exists()
