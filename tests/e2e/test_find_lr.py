"""`train --find-lr`: a suggestion, its plot and its table, and nothing trained."""

import csv
import json
from pathlib import Path

import pytest

import lenslet as ll
from lenslet.cli import train as command
from lenslet.errors import CallError


def test_a_rate_is_suggested_shown_and_written_and_nothing_is_trained(
    digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    rates = ll.train(digits, net="lenet5_relu", find_lr=True, out=out, progress=False)
    assert isinstance(rates, ll.Rates)
    assert rates.suggested is not None
    assert 1e-5 < rates.suggested < 0.1
    assert {p.name for p in out.iterdir()} == {"args.yaml", "rates.csv", "rates.png"}
    with (out / "rates.csv").open() as file:
        assert len(list(csv.DictReader(file))) == rates.rates.size
    command.show(rates)
    said = capsys.readouterr().out
    assert f"--rate {rates.suggested:.2g}" in said
    assert "0.002  (what is used without --rate)" in said
    assert str(out / "rates.png") in said
    record = command.record(rates)
    assert record["task"] == "find-lr"
    assert json.loads(rates.to_json())["usual"] == 0.002
    model = ll.train(digits, net="lenet5_relu", rate=rates.suggested, epochs=1, out=out, progress=False)
    assert model.card.recipe["rate"] == rates.suggested


def test_it_goes_with_no_learning_curve(digits: Path, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="--find-lr, not both"):
        ll.train(digits, find_lr=True, curve=True, out=tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()
