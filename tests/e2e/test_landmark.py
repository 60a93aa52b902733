"""Points of a thing: train, save, load, predict, evaluate, resume, by heart; with boxes; and what is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lenslet as ll
from lenslet.cli.evaluate import show as show_evaluation
from lenslet.cli.predict import show as show_answers
from lenslet.errors import CallError, CardError, DataError

SMALL = {"net": "stylus_tiny", "weights": "none", "progress": False}


@pytest.fixture(scope="module")
def model(masks: Path, tmp_path_factory: pytest.TempPathFactory) -> "ll.Landmarker":
    out = tmp_path_factory.mktemp("landmark") / "run"
    made = ll.train(masks, epochs=12, rate=0.12, out=out, **SMALL)  # a table of points says itself what it is for
    assert isinstance(made, ll.Landmarker)
    return made


def test_the_run_has_its_model_its_numbers_and_its_page(model: "ll.Landmarker") -> None:
    folder = model.folder
    assert folder is not None
    assert {"card.json", "model.safetensors", "results.csv", "report.html", "curves.png"} <= {
        path.name for path in folder.iterdir()
    }
    assert model.labels == ("left_eye", "right_eye", "nose", "mouth_l", "mouth_r")
    assert model.view.flip == (1, 0, 2, 4, 3)
    assert model.view.looks == 2
    found = model.evaluation
    assert found is not None
    assert list(found) == ["nme", "auc@0.08", "failure@0.08"]
    assert found["nme"] < 0.6  # it has begun to learn: points anywhere would be off by more than 1
    page = (folder / "report.html").read_text()
    assert "lenslet train" in page
    assert "in the mirror, left and right change places" in page


def test_people_are_held_out_whole(model: "ll.Landmarker") -> None:
    assert "whole groups of pictures" in model.card.measured_on
    assert 0 < model.card.data["held_out"] == 48 - model.card.data["trained_on"]
    assert model.card.data["trained_on"] % 6 == 0  # six pictures of each
    assert model.card.data["groups"] == model.card.data["trained_on"] // 6


def test_a_loaded_model_says_the_same(model: "ll.Landmarker", masks: Path) -> None:
    again = ll.load(model.folder)
    assert isinstance(again, ll.Landmarker)
    picture = masks / "person 0" / "0.png"
    answer = again(picture)
    assert answer == model(picture)
    assert answer.size == (64, 64)
    assert answer.scores is not None
    assert answer == again(np.array(Image.open(picture)))
    assert type(answer).from_json(answer.to_json()) == answer
    found = list(again.predict([picture, masks / "points.csv"]))
    assert found[0] == answer
    assert hasattr(found[1], "why")


def test_a_box_says_where_to_look(model: "ll.Landmarker", masks: Path) -> None:
    picture = masks / "person 0" / "0.png"
    inside = model(picture, box=(8, 8, 40, 40))
    assert (inside.places >= 8 - 8).all()
    assert (inside.places <= 40 + 8).all()
    for wrong in ((8, 8, 8, 40), (0, 0, float("nan"), 9), (1, 2, 3)):
        with pytest.raises(CallError, match="no box around a thing"):
            model(picture, box=wrong)


def test_evaluating_leaves_out_what_was_seen(model: "ll.Landmarker", masks: Path) -> None:
    alone = ll.evaluate(model, masks, progress=False)
    assert model.evaluation is not None
    assert alone.n == model.evaluation.n == model.card.data["held_out"]
    assert alone["nme"] == pytest.approx(model.evaluation["nme"])


def test_the_command_line_predicts_draws_and_measures(
    model: "ll.Landmarker", masks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = list(ll.predict(model, [masks / "person 1"], plot=tmp_path))
    assert len(answers) == len(list(tmp_path.glob("*.png"))) == 6
    points = json.loads(answers[0].to_json())["points"]
    assert [point["name"] for point in points] == list(model.labels)
    show_answers(iter(answers))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert "left_eye (" in lines[0]
    show_evaluation(ll.evaluate(model, masks, out=tmp_path / "page", progress=False))
    assert "auc@0.08" in capsys.readouterr().out
    assert (tmp_path / "page" / "report.html").exists()


def test_a_run_goes_on_where_it_was(masks: Path, tmp_path: Path) -> None:
    ll.train(masks, epochs=2, out=tmp_path / "part", **SMALL)
    part = ll.train(resume=tmp_path / "part", epochs=3, progress=False)
    assert isinstance(part, ll.Landmarker)
    rows = (tmp_path / "part" / "results.csv").read_text().splitlines()
    assert len(rows) == 4
    assert "valid_nme" in rows[0]


def test_things_are_learned_by_heart_and_it_says_so(masks: Path, tmp_path: Path) -> None:
    by_heart = ll.train(masks, overfit=1, epochs=200, out=tmp_path / "run", **SMALL)
    assert by_heart.evaluation is not None
    assert "the self-test passed" in by_heart.evaluation.notes[0]


@pytest.mark.parametrize("form", ["coco", "yolo"])
def test_things_with_boxes_are_cut_out_in_every_form(masks: Path, tmp_path: Path, form: str) -> None:
    ll.convert(masks, to=form, out=tmp_path / form)
    made = ll.train(tmp_path / form, task="landmark", epochs=1, out=tmp_path / "run", **SMALL)
    assert isinstance(made, ll.Landmarker)
    assert made.view.view == "box"
    assert made.evaluation is not None
    assert made.evaluation.n == made.card.data["held_out"] > 0
    assert ll.evaluate(made, tmp_path / form, progress=False).n == made.evaluation.n


def test_a_table_may_say_who_belongs_together(masks: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    head, *lines = (masks / "points.csv").read_text().splitlines()
    rows = [head.replace("image,", "image,person,")]
    for number, line in enumerate(lines):
        name, rest = line.split(",", 1)
        shutil.copy(masks / name, data / f"{number}.png")
        rows.append(f"{number}.png,{'ana' if number < 24 else 'ben'},{rest}")
    (data / "points.csv").write_text("\n".join(rows))
    made = ll.train(data, epochs=1, out=tmp_path / "run", **SMALL)
    assert made.card.data["trained_on"] == made.card.data["held_out"] == 24
    assert "as the table says" in made.card.measured_on


def test_what_does_not_fit_is_refused_in_a_sentence(masks: Path, one_thing: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has boxes and no points"):
        ll.train(one_thing, task="landmark", out=tmp_path / "a", **SMALL)
    with pytest.raises(CallError, match="does not point at places"):
        ll.train(masks, out=tmp_path / "b", **SMALL | {"net": "facet_tiny"})
    with pytest.raises(CallError, match="of points, give one of none, light, places, glyph, turned"):
        ll.train(masks, out=tmp_path / "c", augment="full", **SMALL)
    with pytest.raises(CallError, match="--mosaic is for the task detect"):
        ll.train(masks, out=tmp_path / "d", mosaic=0.5, **SMALL)


def test_broken_pictures_are_left_out_and_told(masks: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(masks, data)
    (data / "person 0" / "0.png").write_bytes(b"no picture")
    (data / "person 1" / "1.png").unlink()
    made = ll.train(data, epochs=1, out=tmp_path / "run", **SMALL)
    assert made.card.data["trained_on"] + made.card.data["held_out"] == 46


def test_unknown_points_are_passed_over(masks: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(masks, data)
    head, *lines = (data / "points.csv").read_text().splitlines()
    holes = [",".join([*line.split(",")[:-2], "", ""]) if i % 2 else line for i, line in enumerate(lines)]
    (data / "points.csv").write_text("\n".join([head, *holes]))
    made = ll.train(data, epochs=1, out=tmp_path / "run", **SMALL)
    assert made.card.data["per_class"]["mouth_r"] < made.card.data["per_class"]["nose"]


def test_other_points_cannot_be_measured(model: "ll.Landmarker", masks: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(masks, data)
    text = (data / "points.csv").read_text().replace("nose", "beak")
    (data / "points.csv").write_text(text)
    with pytest.raises(DataError, match="are not the 5 of this model"):
        model.evaluate(data)


def test_a_damaged_card_is_refused(model: "ll.Landmarker", tmp_path: Path) -> None:
    assert model.folder is not None
    broken = tmp_path / "broken"
    shutil.copytree(model.folder, broken)
    card = json.loads((broken / "card.json").read_text())
    card["head"]["looks"] = 99
    (broken / "card.json").write_text(json.dumps(card))
    with pytest.raises(CardError, match="damaged"):
        ll.load(broken)


@pytest.mark.parametrize("size", [(1, 4000), (4000, 1), (1, 1), (2, 3)])
def test_pictures_of_any_shape_get_an_answer_within_them(model: "ll.Landmarker", size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    answer = model(picture)
    assert answer.size == size
    places = answer.places
    assert (places >= 0).all()
    assert (places <= [size[1], size[0]]).all()
