"""One thing a picture: train, save, load, predict, evaluate, resume, by heart; and what is refused."""

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

SMALL = {"task": "localize", "net": "locus_tiny", "weights": "none", "progress": False}


@pytest.fixture(scope="module")
def model(one_thing: Path, tmp_path_factory: pytest.TempPathFactory) -> "ll.Localizer":
    out = tmp_path_factory.mktemp("localize") / "run"
    return ll.train(one_thing, epochs=12, out=out, **SMALL)


def test_the_run_has_its_model_its_numbers_and_its_page(model: "ll.Localizer") -> None:
    folder = model.folder
    assert folder is not None
    assert {"card.json", "model.safetensors", "results.csv", "report.html", "curves.png"} <= {
        path.name for path in folder.iterdir()
    }
    assert model.labels == ("disc", "square")
    found = model.evaluation
    assert found is not None
    assert {"accuracy", "mean_iou", "found"} <= set(found)
    assert model.card.metrics["accuracy"] == found["accuracy"]
    page = (folder / "report.html").read_text()
    assert "What it was shown" in page
    assert "--task localize" in page


def test_a_loaded_model_says_the_same(model: "ll.Localizer", one_thing: Path) -> None:
    again = ll.load(model.folder)
    assert isinstance(again, ll.Localizer)
    picture = one_thing / "images" / "0.png"
    answer = again(picture)
    assert answer == model(picture)
    assert answer.size == (48, 64)
    assert (answer.box >= 0).all()
    assert answer.box[2] <= 64
    assert answer.box[3] <= 48
    assert answer == again(np.array(Image.open(picture)))
    assert type(answer).from_json(answer.to_json()) == answer
    assert next(iter(again.predict([picture, one_thing / "labels.csv"]))) == answer


def test_evaluating_leaves_out_what_was_seen(model: "ll.Localizer", one_thing: Path) -> None:
    alone = ll.evaluate(model, one_thing, progress=False)
    assert model.evaluation is not None
    assert alone.n == model.evaluation.n < 48
    assert "trained on are left out" in alone.notes[0]
    everything = ll.evaluate(model, one_thing, include_seen=True, progress=False)
    assert everything.n == 48


def test_the_command_line_predicts_draws_and_measures(
    model: "ll.Localizer", one_thing: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = list(ll.predict(model, [one_thing / "images"], plot=tmp_path))
    assert len(answers) == len(list(tmp_path.glob("*.png"))) == 48
    assert {"schema", "task", "label", "presence", "box"} <= set(json.loads(answers[0].to_json()))
    show_answers(iter(answers))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 48
    assert "0.png" in lines[0]
    show_evaluation(ll.evaluate(model, one_thing, out=tmp_path / "page", progress=False))
    assert "mean IoU" in capsys.readouterr().out
    assert (tmp_path / "page" / "report.html").exists()
    assert (tmp_path / "page" / "confusion.png").exists()


def test_a_run_goes_on_and_ends_as_if_it_had_not_stopped(one_thing: Path, tmp_path: Path) -> None:
    whole = ll.train(one_thing, epochs=3, out=tmp_path / "whole", **SMALL)
    ll.train(one_thing, epochs=2, out=tmp_path / "part", **SMALL)
    part = ll.train(resume=tmp_path / "part", epochs=3, progress=False)
    assert isinstance(part, ll.Localizer)
    assert part.card.recipe["epochs"] == 3
    assert part.labels == whole.labels


def test_a_model_goes_on_to_other_pictures(model: "ll.Localizer", one_thing: Path, tmp_path: Path) -> None:
    assert model.folder is not None
    more = SMALL | {"weights": model.folder}
    further = ll.train(one_thing, epochs=1, out=tmp_path / "run", **more)
    assert further.card.started_from["head"] == "kept"
    assert further.card.net == "locus_tiny"


def test_pictures_are_learned_by_heart_and_it_says_so(one_thing: Path, tmp_path: Path) -> None:
    by_heart = ll.train(one_thing, overfit=2, epochs=200, out=tmp_path / "run", **SMALL)
    assert by_heart.evaluation is not None
    assert "the self-test passed" in by_heart.evaluation.notes[0]


def test_what_does_not_fit_is_refused_in_a_sentence(one_thing: Path, tmp_path: Path) -> None:
    with pytest.raises(CallError, match="does not say where a thing is"):
        ll.train(one_thing, out=tmp_path / "a", **SMALL | {"net": "facet_tiny"})
    with pytest.raises(CallError, match="give one of none, light, places, glyph, turned"):
        ll.train(one_thing, out=tmp_path / "b", augment="full", **SMALL)
    with pytest.raises(CallError, match="--mixup is for the task classify"):
        ll.train(one_thing, out=tmp_path / "c", mixup=0.2, **SMALL)
    with pytest.raises(CallError, match="give at least 32 pixels"):
        ll.train(one_thing, out=tmp_path / "d", size=8, **SMALL)
    with pytest.raises(CallError, match="on which no net to localize is built"):
        ll.train(one_thing, out=tmp_path / "e", task="localize", weights=_of_another(tmp_path), progress=False)


def _of_another(tmp_path: Path) -> Path:
    """A model folder of a net without such stages."""
    from lenslet.card import Card, save
    from lenslet.image import Preprocess
    from lenslet.nets import build

    shape = Preprocess(size=(32, 32), resize="stretch", channels=3, mean=(0.5,) * 3, std=(0.5,) * 3)
    net = build("bead_tiny", num_classes=2, in_channels=3)
    arguments = {"num_classes": 2, "in_channels": 3}
    save(tmp_path / "other", Card("classify", "bead_tiny", arguments, ("a", "b"), shape), net.state_dict())
    return tmp_path / "other"


def test_broken_pictures_are_left_out_and_told(one_thing: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(one_thing, data)
    (data / "images" / "3.png").write_bytes(b"no picture")
    (data / "images" / "4.png").unlink()
    run = ll.train(data, epochs=1, out=tmp_path / "run", **SMALL)
    assert run.card.data["trained_on"] + run.card.data["held_out"] <= 46
    page = (tmp_path / "run" / "report.html").read_text()
    assert "4.png" in page


def test_a_damaged_card_is_refused(model: "ll.Localizer", tmp_path: Path) -> None:
    assert model.folder is not None
    broken = tmp_path / "broken"
    shutil.copytree(model.folder, broken)
    card = json.loads((broken / "card.json").read_text())
    card["net_arguments"]["num_classes"] = 5
    (broken / "card.json").write_text(json.dumps(card))
    with pytest.raises(CardError, match="damaged"):
        ll.load(broken)


def test_other_classes_cannot_be_measured(model: "ll.Localizer", one_thing: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(one_thing, data)
    (data / "labels.csv").write_text((one_thing / "labels.csv").read_text().replace("disc", "ball"))
    with pytest.raises(DataError, match="class ball is not one of the model's"):
        model.evaluate(data)


@pytest.mark.parametrize("size", [(1, 4000), (4000, 1), (1, 1), (2, 3)])
def test_pictures_of_any_shape_get_an_answer_within_them(model: "ll.Localizer", size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    answer = model(picture)
    assert answer.size == size
    places = answer.box.reshape(2, 2)
    assert (places >= 0).all()
    assert (places <= [size[1], size[0]]).all()
