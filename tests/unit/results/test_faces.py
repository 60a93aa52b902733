"""Answers about faces: what they say of themselves, and back from JSON."""

import json
from pathlib import Path

import numpy as np
import pytest

from lenslet.errors import CallError
from lenslet.image import open_image
from lenslet.results import Identification, Receipt, Verification

BOX = np.array([2.0, 3.0, 30.0, 40.5])
YES = Verification("Ana", 0.25, 0.5, 0.001, 2, 0.9, BOX, Path("ana.jpg"), ("a note",))
KNOWN = Identification("Ana", 0.25, 0.5, 0.001, 100, 0.9, BOX, Path("ana.jpg"), ("a note",))
UNKNOWN = Identification("Ana", 0.75, 0.5, None, 100)
NOBODY = Identification(None, None, None, None, 0)


def test_the_same_up_to_the_threshold_and_at_it():
    assert YES.same
    assert Verification("Ana", 0.5, 0.5, None).same
    assert not Verification("Ana", np.nextafter(0.5, 1).item(), 0.5, None)
    assert str(YES) == "Ana (distance 0.250, threshold 0.500)"
    assert str(Verification("Ana", 1, 0.5, None)) == "not Ana (distance 1.000, threshold 0.500)"


def test_unknown_is_an_answer_that_still_names_the_nearest():
    assert (KNOWN.name, UNKNOWN.name, UNKNOWN.nearest, NOBODY.name) == ("Ana", None, "Ana", None)
    assert str(UNKNOWN) == "unknown (nearest Ana, distance 0.750, threshold 0.500)"
    assert str(NOBODY) == "unknown (nobody is enrolled)"
    assert UNKNOWN.to_dict()["name"] == "unknown"
    assert bool(KNOWN) and not UNKNOWN and not NOBODY


def test_a_stranger_has_as_many_chances_as_there_are_people():
    assert KNOWN.false_alarm == pytest.approx(1 - 0.999**100)
    assert UNKNOWN.false_alarm is None


@pytest.mark.parametrize("answer", [YES, KNOWN, UNKNOWN, NOBODY], ids=str)
def test_they_come_back_from_json_bit_for_bit(answer):
    back = type(answer).from_json(answer.to_json())
    assert back == answer and hash(back) == hash(answer)
    assert back.picture == answer.picture
    assert json.loads(answer.to_json())["schema"] == 1


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"schema": 2, "task": "verify"}', '{"schema": 1, "task": "face"}'])
def test_other_json_is_refused(text):
    for kind in (Verification, Identification):
        with pytest.raises(CallError):
            kind.from_json(text)


@pytest.mark.parametrize(
    "wrong", [{"distance": -0.1}, {"distance": 4.1}, {"threshold": float("nan")}, {"far": 1.5}, {"quality": 2}]
)
def test_numbers_that_cannot_be_are_refused(wrong):
    with pytest.raises(CallError):
        Verification(**{"name": "Ana", "distance": 1, "threshold": 1, "far": None, **wrong})
    if "quality" not in wrong:
        with pytest.raises(CallError):
            Identification(**{"nearest": "Ana", "distance": 1, "threshold": 1, "far": None, "people": 1, **wrong})


def test_nobody_has_no_distance():
    with pytest.raises(CallError):
        Identification(None, 1.0, 1.0, None, 0)
    with pytest.raises(CallError):
        Identification("Ana", None, None, None, 0)


@pytest.mark.parametrize("answer", [YES, KNOWN], ids=str)
def test_the_face_is_drawn_with_the_answer(answer, tmp_path):
    picture = np.full((80, 160, 3), 90, np.uint8)
    drawn = open_image(type(answer)(**{**vars(answer), "picture": picture}).plot(tmp_path / "a.png"))
    assert drawn.shape == picture.shape and (drawn != picture).any()
    whole = type(answer)(**{**vars(answer), "picture": picture, "box": None}).plot(tmp_path / "b.png")
    assert open_image(whole).shape[0] > 80
    with pytest.raises(CallError, match="knows no picture"):
        type(answer)(**{**vars(answer), "picture": None}).plot(tmp_path / "c.png")


def test_a_receipt_is_plain_values():
    receipt = Receipt(("Ana",), ("00",), 2, 0, "2026-01-01T00:00:00+00:00", "ff", True)
    assert json.loads(receipt.to_json())["gone"] is True
