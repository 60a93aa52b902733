"""The temperature on its way: fitted after training, on the card, in every answer, in the report."""

import json
from pathlib import Path

import numpy as np
import pytest

import lenslet as ll
from lenslet.errors import CardError

FAST = {"net": "lenet5_relu", "progress": False}


@pytest.fixture(scope="module")
def calibrated(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of which some 27 held-out pictures are enough to fit on; its net is made far too modest first."""
    from lenslet.tasks.classify.classifier import Classifier

    raw = Classifier._raw
    folder = tmp_path_factory.mktemp("calibrated") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LENSLET_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr("lenslet.tasks.classify.calibrate.FEWEST", 10)
        patch.setattr(Classifier, "_raw", lambda self, images: raw(self, images) / 8)
        ll.train(digits, epochs=6, out=folder, **FAST)
    return folder


def test_the_card_has_it_with_what_it_did(calibrated: Path) -> None:
    card = json.loads((calibrated / "card.json").read_text())
    kept = card["thresholds"]
    assert kept["temperature"] < 0.5
    assert kept["temperature_from"] == f"{card['data']['held_out']} pictures held out"
    assert kept["nll_after"] < kept["nll_before"]
    # the numbers of the card are the cross-fitted ones, for those who wrote the card also wrote the temperature
    assert card["metrics"]["ece"] == kept["ece_after"]
    assert card["metrics"]["loss"] == kept["nll_after"]


def test_it_is_in_every_answer_and_changes_none(calibrated: Path, digits: Path) -> None:
    model = ll.load(calibrated)
    temperature = model.card.temperature
    paths = sorted((digits / "1").iterdir())[:6]
    answers = list(model.predict(paths))
    again = [model(path) for path in paths]
    model.card.thresholds["temperature"] = 1.0
    plain = [model(path) for path in paths]
    assert [a.label for a in answers] == [a.label for a in again] == [a.label for a in plain]
    for answer, one, without in zip(answers, again, plain, strict=True):
        assert np.allclose(answer.scores, one.scores, atol=1e-6)
        powered = without.scores.astype(np.float64) ** (1 / temperature)
        assert np.allclose(answer.scores, powered / powered.sum(), atol=1e-4)


def test_the_report_says_it_and_shows_it(calibrated: Path) -> None:
    page = (calibrated / "report.html").read_text(encoding="utf-8")
    assert "How sure it is" in page
    assert "less sure than it could be" in page
    assert "cross-fitted" in page
    assert (calibrated / "reliability.png").exists()


def test_too_few_pictures_and_learned_ones_leave_it_alone(digits: Path, tmp_path: Path) -> None:
    few = ll.train(digits, epochs=1, out=tmp_path / "few", **FAST)
    assert few.card.temperature == 1
    assert "too few" in few.card.thresholds["temperature_from"]
    assert "temperature 1" in (tmp_path / "few" / "report.html").read_text(encoding="utf-8")
    heart = ll.train(digits, overfit=4, out=tmp_path / "heart", **FAST)
    assert heart.card.temperature == 1
    assert "it learned" in heart.card.thresholds["temperature_from"]


@pytest.mark.parametrize("value", [0, -1, 1e9, 0.01, "1", True, None, [1], float("nan"), float("inf"), 10**400])
def test_a_strangers_temperature_is_checked_when_the_card_is_read(
    calibrated: Path, tmp_path: Path, value: object
) -> None:
    for name in ("model.safetensors", "card.json"):
        (tmp_path / name).write_bytes((calibrated / name).read_bytes())
    card = json.loads((tmp_path / "card.json").read_text())
    card["thresholds"]["temperature"] = value
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(CardError, match="temperature"):
        ll.load(tmp_path)
    del card["thresholds"]["temperature"]
    (tmp_path / "card.json").write_text(json.dumps(card))
    assert ll.load(tmp_path).card.temperature == 1
