"""Answers on the page are the models' own, and what is taken away says the same."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lenslet as ll
from lenslet.draw import PALETTE
from lenslet.studio.using.answers import SHOWN_FROM


@pytest.fixture
def runs(project: Any, untrained: Any) -> Any:
    """A model of each kind among the project's runs."""
    names = {"detect": ("cell", "dot"), "localize": ("hand", "foot"), "landmark": ("left", "right")}
    for task, labels in names.items():
        untrained(task, labels).save(project.runs / f"{task}-1")
    return project


def test_own_models_come_first_and_only_those_are_opened(use: Any, runs: Any) -> None:
    said = use("models").json()
    rows = said["models"]
    assert {row["name"] for row in rows[:3]} == {"runs/detect-1", "runs/localize-1", "runs/landmark-1"}
    assert [row["own"] for row in rows[:4]] == [True, True, True, False]
    assert [row["name"] for row in rows if row["people"]] == ["faces"]
    assert said["palette"] == [list(colour) for colour in PALETTE]
    for name in ("../project/runs/detect-1", "/etc", "vgg16", "runs"):
        assert "no such model" in use("answer", model=name, picture="project:0.png").json()["error"]


def test_answers_are_the_models_own(use: Any, runs: Any) -> None:
    path = runs.root / "0.png"
    said = use("answer", model="signs", picture="project:0.png").json()
    own = ll.load("signs")(path)
    assert said["top"] == own.to_dict()["top"] and (said["height"], said["width"]) == (40, 80)

    model = ll.load(runs.runs / "detect-1")
    said = use("answer", model="runs/detect-1", picture="project:0.png").json()
    scores = [one["score"] for one in said["objects"]]
    assert said["threshold"] == 0.01 and scores == sorted(scores, reverse=True)
    assert len(said["objects"]) == len(model(path, at_least=SHOWN_FROM))

    said = use("answer", model="runs/localize-1", picture="project:0.png").json()
    assert said["presence"] == pytest.approx(float(ll.load(runs.runs / "localize-1")(path).presence))
    said = use("answer", model="runs/landmark-1", picture="project:0.png").json()
    assert [one["name"] for one in said["points"]] == ["left", "right"]


def test_the_slider_chooses_as_the_model_would(project: Any) -> None:
    """Boxes of a high score are the same, whether low ones were asked for or not."""
    pixels = np.full((200, 260, 3), 205, np.uint8)
    yy, xx = np.mgrid[:200, :260]
    for number, (x, y) in enumerate(((60, 60), (84, 76), (180, 70), (100, 140), (128, 150), (220, 160))):
        fading = np.array((-20, -75, -65)) * 0.6**number  # each is harder to see than the one before
        pixels[(yy - y) ** 2 + (xx - x) ** 2 < 26**2] = 205 + fading
    model = ll.load("bloodcells")
    low = model(pixels, at_least=SHOWN_FROM)
    assert len(low) > len(model(pixels)) > 0
    for least in (0.1, 0.3, model.threshold, 0.6):
        assert low[low.scores >= least] == model(pixels, at_least=least)


def test_a_model_that_was_trained_anew_is_opened_anew(use: Any, project: Any, untrained: Any) -> None:
    untrained("localize", ("hand",)).save(project.runs / "localize-1")
    assert use("answer", model="runs/localize-1", picture="project:0.png").json()["top"][0]["label"] == "hand"
    untrained("localize", ("foot",)).save(project.runs / "localize-1")
    assert use("answer", model="runs/localize-1", picture="project:0.png").json()["top"][0]["label"] == "foot"


def test_tables_say_what_the_page_says(use: Any, runs: Any) -> None:
    broken = runs.root / "broken.png"
    broken.write_bytes(b"no picture at all")
    runs.look_again()
    pictures = [f"project:{name}" for name in ("0.png", "broken.png", "1.png")]
    asked = {"model": "signs", "pictures": pictures, "at_least": None}
    answer = use.post("table", {**asked, "form": "csv"})
    assert answer.headers["content-disposition"].endswith("answers.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["picture"] for row in rows] == ["0.png"] * 5 + ["broken.png"] + ["1.png"] * 5
    assert "no picture" in rows[5]["error"] and float(rows[0]["score"]) > float(rows[1]["score"])
    lines = [json.loads(line) for line in use.post("table", {**asked, "form": "json"}).text.splitlines()]
    assert [line["image"] for line in lines] == ["0.png", "broken.png", "1.png"]
    assert lines[0]["label"] == rows[0]["what"] and "error" in lines[1]
    for model in ("runs/detect-1", "runs/localize-1", "runs/landmark-1"):
        text = use.post("table", {**asked, "model": model, "form": "csv", "at_least": 0.9}).content.decode("utf-8-sig")
        assert {row["picture"] for row in csv.DictReader(io.StringIO(text))} == {"0.png", "broken.png", "1.png"}


def test_drawn_pictures_come_one_by_one_or_in_a_zip(use: Any, runs: Any) -> None:
    for model in ("signs", "runs/detect-1", "runs/localize-1", "runs/landmark-1"):
        one = use.post("drawn", {"model": model, "pictures": ["project:0.png"], "at_least": 0.5})
        assert one.headers["content-type"] == "image/png"
        assert Image.open(io.BytesIO(one.content)).width >= 80
    (runs.root / "sub").mkdir()
    (runs.root / "sub" / "0.png").write_bytes((runs.root / "0.png").read_bytes())
    (runs.root / "broken.png").write_bytes(b"no")
    runs.look_again()
    pictures = ["project:0.png", "project:sub/0.png", "project:broken.png"]
    several = use.post("drawn", {"model": "signs", "pictures": pictures})
    assert zipfile.ZipFile(io.BytesIO(several.content)).namelist() == ["0.png", "sub-0.png"]


def test_a_model_is_taken_along_and_opens(use: Any, runs: Any, tmp_path: Path) -> None:
    (runs.runs / "detect-1" / "secret.txt").write_text("not the model's")
    answer = use("packed", model="runs/detect-1")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert file.namelist() == ["runs-detect-1/card.json", "runs-detect-1/model.safetensors"]
        file.extractall(tmp_path / "taken")
    taken = ll.load(tmp_path / "taken" / "runs-detect-1")
    assert taken(runs.root / "0.png") == ll.load(runs.runs / "detect-1")(runs.root / "0.png")


def test_a_model_is_exported_and_the_file_is_asked_beside_it(use: Any, project: Any) -> None:
    answer = use("exported", model="signs")
    assert answer.headers["content-disposition"].endswith('signs.onnx"')
    (project.root / "mine.onnx").write_bytes(answer.content)
    [row] = [row for row in use("models").json()["models"] if row["own"]]
    assert (row["name"], row["task"]) == ("mine.onnx", "onnx")
    pairs = [use("answer", model=name, picture="project:0.png").json()["top"] for name in ("signs", "mine.onnx")]
    assert [one["label"] for one in pairs[0]] == [one["label"] for one in pairs[1]]
    assert [one["score"] for one in pairs[0]] == pytest.approx([one["score"] for one in pairs[1]], abs=0.01)
    assert use.post("why", {"model": "mine.onnx", "picture": "project:0.png"}).status_code == 422
    assert "single file" in use("packed", model="mine.onnx").json()["error"]
    assert "exported already" in use("exported", model="mine.onnx").json()["error"]


def test_a_frame_of_the_camera_is_answered_and_not_kept(use: Any, project: Any) -> None:
    content = (project.root / "0.png").read_bytes()
    answer = use.ask("POST", "frame", params={"model": "signs"}, content=content).json()
    assert answer["top"] == use("answer", model="signs", picture="project:0.png").json()["top"]
    assert use("pictures", visit="v").json()["pictures"] == []
    assert use.ask("POST", "frame", params={"model": "signs"}, content=b"no").status_code == 422
    assert "larger than 4 MB" in use.ask("POST", "frame?model=signs", content=b"0" * (5 << 20)).json()["error"]


@pytest.mark.parametrize("model", ["runs/detect-1", "runs/localize-1", "runs/landmark-1"])
def test_why_is_a_layer_over_the_picture(use: Any, runs: Any, model: str) -> None:
    for method in ("cam", "occlusion"):
        found = use.post("why", {"model": model, "picture": "project:0.png", "method": method}).json()
        layer = np.array(Image.open(io.BytesIO(use(f"why/{found['overlay']}").content)))
        assert layer.shape == (40, 80, 4)
        if layer[..., 3].any():
            assert layer[..., 3].max() > 200 and layer[..., 3].min() < 60
        assert Image.open(io.BytesIO(use(f"why/{found['sheet']}").content)).width > 400
    if model != "runs/detect-1":
        answer = use.post("why", {"model": model, "picture": "project:0.png", "label": "nothing such"})
        assert answer.status_code == 422 and "take one of" in answer.json()["error"]
    assert "not here any more" in use("why/none").json()["error"]


def test_only_pictures_of_the_page_are_opened(use: Any) -> None:
    for picture in ("/etc/passwd", "project:../secret.png", "tray:none", "file:/etc/passwd", "project:"):
        assert use("answer", model="signs", picture=picture).status_code == 422


def test_pictures_of_the_project_are_searched(use: Any) -> None:
    assert use("project", like="1").json() == {"names": ["1.png"], "found": 1, "of": 3}
    assert len(use("project", most=2).json()["names"]) == 2
