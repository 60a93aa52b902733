"""People of the page: the gallery's own answers, one face of several, and nothing stored unasked."""

from types import SimpleNamespace
from typing import Any

import pytest

from lenslet.studio.using.shelf import Open, Shelf
from lenslet.verbs.face.people import people as enrolled


@pytest.fixture(autouse=True)
def _looking(monkeypatch: pytest.MonkeyPatch, looks: Any) -> None:
    """`looks` in the place of the shipped face model: what is tested here is no matter of it."""
    model = looks()
    model.card = SimpleNamespace(task="face")
    model.threshold, model.far = 0.5, 0.01
    opened = Open("faces", "faces", model, "")
    monkeypatch.setattr(Shelf, "opened", lambda self, name: opened)


def asked(number: int, face: int | None = 0, **more: Any) -> dict[str, Any]:
    return {"model": "faces", "picture": f"project:{number}.png", "face": face, **more}


def test_unknown_until_enrolled_and_forgotten_after(use: Any, project: Any) -> None:
    assert use("people").json()["people"] == []
    assert "nobody is enrolled" in use.post("people/identify", asked(0)).json()["error"]
    assert not (project.root / "people.db").exists()  # looking makes none
    made = use.post("people/enrol", asked(0, name="Ana آنا", note="asked on 3 May", until="2999-01-31")).json()
    assert (made["added"], made["new"]) == (1, True)
    [row] = use("people").json()["people"]
    assert (row["name"], row["note"], row["until"]) == ("Ana آنا", "asked on 3 May", "2999-01-31")
    assert enrolled(gallery=project.root / "people.db").people[0].name == "Ana آنا"  # as the command line reads it

    [known] = use.post("people/identify", asked(0)).json()["answers"]
    assert known["known"] and known["name"] == "Ana آنا" and known["threshold"] == 0.5 and known["far"] == 0.01
    both = use.post("people/identify", asked(1, None)).json()["answers"]
    assert len(both) == 2 and both[0]["name"] == "unknown" and both[0]["nearest"] == "Ana آنا"
    assert use.post("people/verify", asked(0, name="Ana آنا")).json()["same"] is True
    assert use.post("people/verify", asked(1, name="Ana آنا")).json()["same"] is False
    assert "nobody is enrolled as 'Bob'" in use.post("people/verify", asked(1, name="Bob")).json()["error"]

    receipt = use.post("people/delete", {"names": ["Ana آنا"]}).json()
    assert receipt["encodings"] == 1 and receipt["gone"] is True
    assert use("people").json()["people"] == []


def test_one_of_several_faces_is_chosen(use: Any) -> None:
    assert len(use("answer", model="faces", picture="project:1.png").json()["faces"]) == 2
    use.post("people/enrol", asked(1, 1, name="Bob"))
    answers = use.post("people/identify", asked(1, None)).json()["answers"]
    assert [one["name"] for one in answers] == ["unknown", "Bob"]
    assert "shows 2: choose one again" in use.post("people/enrol", asked(1, 2, name="Eve")).json()["error"]
    assert "no face was found" in use.post("people/enrol", asked(2, 0, name="Eve")).json()["error"]


def test_pictures_are_kept_only_if_asked(use: Any) -> None:
    use.post("people/enrol", asked(0, name="Ana"))
    use.post("people/enrol", asked(1, name="Bob", keep=True))
    assert use.post("people/delete", {"names": ["Ana"]}).json()["pictures"] == 0
    assert use.post("people/delete", {"names": ["Bob"]}).json()["pictures"] == 1
    assert "cut this face out" in use.post("people/enrol", asked(1, 1, name="Eve", keep=True)).json()["error"]


def test_calibrated_checked_and_exported(use: Any) -> None:
    for number, name in ((0, "Ana"), (1, "Bob")):
        use.post("people/enrol", asked(number, name=name))
    found = use.post("people/calibrate", {"far": 0.1}).json()
    assert 0 < found["threshold"] < 4 and found["notes"]  # two people are too few, and it says so
    assert use("people").json()["threshold"] == found["threshold"]
    [answer] = use.post("people/identify", asked(0)).json()["answers"]
    assert answer["threshold"] == found["threshold"] and answer["far"] == found["far"]
    assert use("people/audit").json()["whole"] is True
    own = use("people/export", name="Ana")
    assert own.headers["content-disposition"].endswith("Ana.json") and "Ana" in own.text and "Bob" not in own.text


def test_encodings_never_reach_the_page(use: Any) -> None:
    """Numbers of a face are biometric data, and no answer of the page needs them."""
    said = [
        use("answer", model="faces", picture="project:0.png").text,
        use.post("table", {"model": "faces", "pictures": ["project:0.png"], "form": "json"}).text,
    ]
    assert not any("vector" in text for text in said)
