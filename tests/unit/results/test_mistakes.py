"""Mistakes and curves as values: checked, frozen, and the same after JSON."""

import json

import numpy as np
import pytest

from lenslet.errors import CallError, ShapeError
from lenslet.results import Curves, Detections, Evaluation, Mistake, Mistakes
from lenslet.results.mistakes import KINDS, Erring, Kind

BOX = (1.0, 2.0, 3.0, 4.0)
LABELS = ("cat", "dog")


def some() -> Mistakes:
    scene = Detections.truth(np.array([BOX]), np.array([0]), LABELS)
    wrong = Mistake("wrong class", BOX, "dog", 0.7, "cat", BOX, overlap=0.9, lost=True, cost=1.7)
    kinds = {name: Kind(int(name == "wrong class"), 0.5, float("nan")) for name in KINDS}
    return Mistakes(0.4, 3, 0, 4, kinds, (Erring(scene, scene, (wrong,), 7),), 1)


def curves() -> Curves:
    precision = np.stack([np.linspace(1, 0, 101), np.full(101, np.nan)])
    return Curves(LABELS, precision, np.full((101, 2), 0.5), 0.4)


def test_an_evaluation_carries_them_through_json() -> None:
    whole = Evaluation("detect", 1, {"map50": 0.5}, labels=LABELS, mistakes=some(), curves=curves())
    back = Evaluation.from_json(whole.to_json())
    assert back == whole
    assert back.mistakes is not None
    assert back.mistakes.pictures[0].mistakes == some().pictures[0].mistakes
    assert np.isnan(back.mistakes.kinds["missed"].map50)
    assert back.curves == curves()
    assert "mistakes" not in Evaluation("classify", 0, {}).to_dict()
    assert back != Evaluation("detect", 1, {"map50": 0.5}, labels=LABELS, mistakes=some())
    assert "mistakes from score 0.400 on: 1 wrong class" in str(whole)


def test_where_a_picture_lies_is_not_compared(tmp_path) -> None:
    plain = Evaluation("detect", 1, {}, mistakes=some()).to_dict()
    plain["mistakes"]["pictures"][0]["truth"]["image"] = "elsewhere.png"
    assert Evaluation.from_json(json.dumps(plain)) == Evaluation("detect", 1, {}, mistakes=some())
    plain["mistakes"]["right"] = 2
    assert Evaluation.from_json(json.dumps(plain)) != Evaluation("detect", 1, {}, mistakes=some())


@pytest.mark.parametrize("change", [{"kinds": {}}, {"pictures": [{}]}, {"pictures": 3}, {"threshold": "x"}])
def test_other_json_is_refused_in_a_sentence(change: dict[str, object]) -> None:
    plain = Evaluation("detect", 1, {}, mistakes=some()).to_dict()
    plain["mistakes"] |= change
    with pytest.raises(CallError):
        Evaluation.from_json(json.dumps(plain))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(CallError, match="'odd' is no kind of mistake"):
        Mistake("odd", BOX, "", 0.1)
    with pytest.raises(CallError, match="each once"):
        Mistakes(0.5, 0, 0, 0, {"missed": Kind(0, 0.0, 0.0)})
    with pytest.raises(ShapeError, match="101 points"):
        Curves(LABELS, np.zeros((1, 101)), np.zeros((101, 2)), 0.5)
    with pytest.raises(CallError, match="between 0 and 1"):
        Curves(LABELS, np.full((2, 101), 1.5), np.zeros((101, 2)), 0.5)
    with pytest.raises(CallError, match="a threshold lies between 0 and 1, not 2"):
        Curves(LABELS, np.zeros((2, 101)), np.zeros((101, 2)), 2)


def test_nothing_can_be_changed() -> None:
    with pytest.raises(TypeError):
        some().kinds["missed"] = Kind(0, 0.0, 0.0)
    with pytest.raises(ValueError, match="read-only"):
        curves().precision[0, 0] = 0
    with pytest.raises(AttributeError):
        some().right = 3


def test_the_words_of_each_kind() -> None:
    said = {kind: str(Mistake(kind, BOX, "dog", 0.87, "cat")) for kind in KINDS}
    assert said["missed"] == "missed cat"
    assert said["background"] == "dog 87 %, nothing there"
    assert said["wrong class"] == "dog 87 %, is cat"
    assert said["both"] == "dog 87 %, badly placed, is cat"


def test_f1_is_nothing_where_nothing_is_right() -> None:
    flat = Curves(LABELS, np.zeros((2, 101)), np.full((101, 2), np.nan), 0.5)
    assert (flat.f1 == 0).all()
    assert curves().f1 == pytest.approx(np.full(101, 0.5))
