"""`lenslet face ...`: a whole life in a gallery, at the command line."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from click.testing import CliRunner, Result
from PIL import Image

from lenslet.cli import app, face
from lenslet.results import Enrolled, GalleryAudit, Identification, People, Receipt, Rekeyed, Renewal

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks: Any) -> Iterator[Run]:
    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "keys"))
    monkeypatch.delenv("LENSLET_KEY", raising=False)
    monkeypatch.setattr("lenslet.verbs.gallery.embedder_of", lambda name: looks(seed=len(str(name)) - 5))
    monkeypatch.chdir(tmp_path)
    dice = np.random.default_rng(0)
    for person in ("ana", "eva", "ida"):
        same = dice.integers(0, 200, (16, 16, 3)).astype(float)
        for number in range(3):
            pixels = np.clip(same + dice.normal(0, 20, same.shape), 1, 250).astype(np.uint8)
            Image.fromarray(pixels).resize((48, 48), Image.Resampling.NEAREST).save(tmp_path / f"{person}{number}.png")

    group = typer.main.get_command(app).commands["face"]  # type: ignore[attr-defined]

    def call(*words: str) -> Result:
        return CliRunner().invoke(group, [*words, "--gallery", "people.db"])

    yield call


def test_a_life_in_a_gallery(run: Run, tmp_path: Path) -> None:
    assert "no gallery here" in run("list").stderr
    for person in ("ana", "eva", "ida"):
        done = run("enrol", person, f"{person}0.png", f"{person}1.png", "--note", "asked", "--keep-pictures")
        assert (done.exit_code, done.stdout) == (0, f"{person}: 2 added, 2 in all\n"), done.stderr
    assert run("verify", "ana", "ana2.png").exit_code == 2
    found = json.loads(run("calibrate", "--far", "0.1", "--json").stdout)
    assert (found["schema"], found["people"]) == (1, 3)
    assert "strangers taken for a person" in run("calibrate", "--far", "0.1").stdout
    answer = run("verify", "ana", "ana2.png")
    assert answer.stdout.startswith("ana (distance 0.")
    assert "strangers taken for ana at this threshold: about " in answer.stderr
    said = json.loads(run("identify", "eva2.png", "--json").stdout)
    assert (said["name"], said["known"], said["people"]) == ("eva", True, 3)
    assert run("identify", "eva2.png", "--threshold", "0").stdout.startswith("unknown (nearest eva, distance ")
    listed = run("list")
    assert "3 people, looks, threshold" in listed.stdout and "asked" in listed.stdout
    refused = run("delete", "eva")
    assert refused.exit_code == 2 and "say it with --yes" in refused.stderr
    receipt = run("delete", "eva", "--yes")
    assert "forgotten: eva; 2 encodings, 2 pictures" in receipt.stdout
    assert "the files hold nothing of it any more" in receipt.stdout
    assert run("export", "ana", "--out", "ana.json").stdout == "1 people, 2 encodings, 2 pictures: ana.json\n"
    assert "2 known already" in run("import", "ana.json").stdout
    assert run("rekey").exit_code == 0
    again = run("reembed", "--embedder", "faces2", "--no-progress")
    assert "4 encodings made anew; looks is used now" in again.stdout, again.stderr
    audit = run("audit")
    assert audit.stdout.splitlines()[1] == "whole"
    assert json.loads(run("audit", "--json").stdout)["whole"] is True


def test_a_wrong_call_is_one_sentence_and_exit_code_2(run: Run, tmp_path: Path) -> None:
    run("enrol", "ana", "ana0.png")
    for words, said in (
        (("verify", "ida", "ana0.png", "--threshold", "1"), "nobody is enrolled as 'ida'"),
        (("enrol", "ida", "none.png"), "none.png"),
        (("enrol", "  ", "ida0.png"), "the name of a person is empty"),
        (("enrol", "ida", "ida0.png", "--until", "soon"), "no date"),
        (("import", "none.json"), "no such file"),
        (("delete", "ida", "--yes"), "nobody was forgotten"),
    ):
        done = run(*words)
        assert (done.exit_code, done.stdout) == (2, ""), words
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_every_face_of_a_picture_has_a_line(run: Run) -> None:
    run("enrol", "ana", "ana0.png")
    pictures = [np.asarray(Image.open(name)) for name in ("ana1.png", "eva0.png")]
    red = np.full((48, 1, 3), (255, 0, 0), np.uint8)
    Image.fromarray(np.concatenate([pictures[0], red, pictures[1]], 1)).save("both.png")
    assert "2 faces were found" in run("identify", "both.png", "--threshold", "1").stderr
    lines = run("identify", "both.png", "--threshold", "1", "--all", "--json").stdout.splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["ana", "unknown"]


def test_what_is_seldom_is_shown_too(capsys: pytest.CaptureFixture[str]) -> None:
    face.show_identifications([Identification(None, None, None, None, 0, notes=("a note",))])
    face.show_people(People("g", (Enrolled("ana", "00", 1, "", "2001-01-01", True, ""),), None, None, None))
    face.show_receipt(Receipt(("ana",), ("00",), 1, 0, "2001", "ff", None))
    face.show_receipt(Receipt((), (), 0, 0, "2001", "", None, ("nobody",)))
    face.show_audit(GalleryAudit("g", 1, 1, 1, ("page 3",), (), (), ("a note",)))
    face.show_rekeyed(Rekeyed("g", 1, 1, 0, None))
    face.show_renewal(Renewal("new", False, 0, ("ana", "eva"), ("say --yes",)))
    captured = capsys.readouterr()
    for words in (
        "unknown (nobody is enrolled)",
        "2001-01-01 (over)",
        "no threshold yet",
        "the files of a server cannot be read",
        "hurt:\n  page 3",
        "put it into LENSLET_KEY now",
        "to be enrolled again: ana, eva",
    ):
        assert words in captured.out
    assert "the time of ana is over" in captured.err
    assert "nobody" in captured.err


def test_without_the_model_faces_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lenslet.errors import CallError, MissingError
    from lenslet.verbs.embedder import embedder_of

    monkeypatch.setattr("lenslet.card.store.find_shipped", lambda name: None)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingError, match="the model `faces` is not part of this installation"):
        embedder_of("faces")
    with pytest.raises(CallError, match="there is no such model folder"):
        embedder_of("other")
    with pytest.raises(CallError, match="int gives no encodings"):
        embedder_of(3)
