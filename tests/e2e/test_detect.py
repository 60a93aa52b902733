"""Detection from labelled files to measured boxes, as a user does it, in seconds: coloured shapes on grey."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

import lenslet as ll
from lenslet.card.start import start
from lenslet.data import Scene, Scenes
from lenslet.data.scenes import write_boxes
from lenslet.errors import CallError, CardError, DataError
from lenslet.loops import State, fit
from lenslet.results import Detections, Unreadable
from lenslet.tasks.detect.prepare import prepare

NAMES = ("disc", "square")
FAST = {"net": "argus_tiny", "size": 64, "weights": "none", "progress": False, "augment": "light"}


def shapes_scene(number: int, folder: Path, dice: np.random.Generator) -> Scene:
    """A picture of 96 x 64 pixels with up to three shapes that do not overlap; every eighth shows none."""
    image = Image.fromarray(dice.integers(90, 130, (64, 96, 3), np.uint8))
    pen, boxes, labels = ImageDraw.Draw(image), [], []
    for slot in dice.permutation(3)[: 0 if number % 8 == 7 else dice.integers(1, 4)]:
        side, kind = dice.integers(16, 27), int(dice.integers(2))
        x, y = slot * 32 + dice.integers(0, 32 - side), dice.integers(0, 64 - side)
        (pen.ellipse if kind == 0 else pen.rectangle)(
            (x, y, x + side - 1, y + side - 1), fill=((30, 60, 220), (220, 40, 30))[kind]
        )
        boxes.append((x, y, x + side, y + side))
        labels.append(kind)
    path = folder / f"scene {number}.png"
    image.save(path)
    truth = Detections.truth(
        np.array(boxes, float).reshape(-1, 4), np.array(labels, np.int64), NAMES, picture=path, size=(64, 96)
    )
    return Scene(path, path.name, truth)


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty-eight scenes to learn from and sixteen to measure on, as COCO."""
    raw, home = tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("data") / "shapes"
    dice = np.random.default_rng(0)
    made = [shapes_scene(number, raw, dice) for number in range(64)]
    write_boxes(Scenes(raw, "coco", NAMES, tuple(made[:48]), tuple(made[48:])), "coco", home)
    return home


@pytest.fixture(scope="module")
def trained(shapes: Path, tmp_path_factory: pytest.TempPathFactory) -> ll.Detector:
    model = ll.train(shapes, epochs=14, batch=8, out=tmp_path_factory.mktemp("runs") / "run", **FAST)
    assert isinstance(model, ll.Detector)
    return model


def lenslet(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "lenslet", *map(str, arguments)], capture_output=True, text=True)


def test_a_detector_learns_and_says_how_good_it_is(trained, shapes):
    assert trained.evaluation["map50"] > 0.8
    assert trained.card.metrics["map50"] == trained.evaluation["map50"]
    assert 0 < trained.threshold < 1
    assert {"report.html", "curves.png", "precision-recall.png", "results.csv", "card.json"} <= {
        path.name for path in trained.folder.iterdir()
    }
    page = (trained.folder / "report.html").read_text()
    assert "mAP50" in page
    assert "disc" in page
    assert 'src="http' not in page


def test_a_detector_comes_back_from_its_folder_and_says_the_same(trained, shapes):
    again = ll.load(trained.folder)
    picture = next((shapes).rglob("*.png"))
    assert again(picture) == trained(picture)
    assert again.threshold == trained.threshold
    assert again.evaluate(shapes)["map"] == trained.evaluation["map"]


def test_a_detector_whose_weights_change_says_what_they_say(trained, shapes):
    model, picture = ll.load(trained.folder), min(shapes.rglob("*.png"))
    before = model(picture)
    with torch.no_grad():
        for where, _ in model.net.outputs():
            where.weight.mul_(0.5)
    assert model(picture) != before


def test_answers_are_in_pixels_of_the_original_whatever_its_size_and_side_up(trained, shapes, tmp_path):
    source = min(shapes.rglob("*.png"))
    plain = trained(source)
    large = Image.open(source).resize((960, 640), Image.Resampling.NEAREST)
    large.save(tmp_path / "large.png")
    found = trained(tmp_path / "large.png")
    assert found.size == (640, 960)
    assert len(found) == len(plain) > 0
    assert np.abs(found.boxes / 10 - plain.boxes).max() < 2.5
    upright = trained(np.array(Image.open(source)).transpose(1, 0, 2))
    assert upright.size == (96, 64)
    assert len(upright) == len(plain)


def test_the_command_line_trains_measures_and_predicts(shapes, tmp_path):
    run = lenslet("train", shapes, "--net", "argus_tiny", "--size", 64, "--weights", "none", "--epochs", 2,
                  "--out", tmp_path / "run", "--no-progress", "--json")  # fmt: skip
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert said["task"] == "detect"
    measured = lenslet("evaluate", tmp_path / "run", shapes, "--json", "--no-progress")
    metrics = json.loads(measured.stdout)["metrics"]
    assert {"map50", "map", "ap50/disc", "ap50/square"} <= set(metrics)
    pictures = sorted(shapes.rglob("*.png"))[:3]
    rows = lenslet("predict", tmp_path / "run", *pictures, "--json", "--at-least", 0.0, "--plot", tmp_path / "drawn",
                   "--crops", tmp_path / "crops")  # fmt: skip
    assert rows.returncode == 0, rows.stderr
    rows = rows.stdout.splitlines()
    assert [Detections.from_json(row).picture for row in rows] == pictures
    assert len(list((tmp_path / "drawn").iterdir())) == 3
    assert list((tmp_path / "crops").iterdir())


def test_the_form_of_the_labels_does_not_matter(shapes, tmp_path):
    scores = []
    for form in ("voc", "yolo"):
        ll.convert(shapes, to=form, out=tmp_path / form)
        model = ll.train(tmp_path / form, epochs=2, out=tmp_path / f"run {form}", seed=3, **FAST)
        scores.append(model.evaluation["map"])
    assert scores[0] == pytest.approx(scores[1], abs=0.02)


def test_one_picture_is_learned_by_heart_and_it_says_so(shapes, tmp_path):
    model = ll.train(shapes, overfit=1, out=tmp_path / "run", **FAST)
    assert model.evaluation["map50"] == pytest.approx(1)
    assert "the self-test passed: mAP50 is 1.000 on 1 picture learned by heart" in model.evaluation.notes


@pytest.mark.parametrize("head", ["anchors", "points"])
def test_a_run_that_goes_on_ends_with_the_weights_of_one_that_never_stopped(shapes, tmp_path, head):
    def made():
        return prepare(shapes, start=start("none", None), net="argus_tiny", head=head, size=64, augment="turned",
                       mosaic=0.5, budget={"epochs": 3, "batch": 16})  # fmt: skip

    def keep(state: State) -> None:
        state.save(tmp_path / f"{state.facts['steps']}.safetensors")

    whole, again = made(), made()
    for _ in fit(whole.net, whole.task, whole.train, whole.valid, whole.recipe, keep=keep, keep_every=0.0):
        pass
    middle = State.load(tmp_path / "4.safetensors")  # in the second of three epochs of three steps
    for _ in fit(again.net, again.task, again.train, again.valid, again.recipe, resume=middle):
        pass
    for name, value in whole.net.state_dict().items():
        assert torch.equal(value, again.net.state_dict()[name]), name


def test_a_detector_starts_from_a_detector_with_its_head_where_the_classes_are_the_same(trained, shapes, tmp_path):
    how = {**FAST, "weights": trained.folder}
    model = ll.train(shapes, epochs=1, out=tmp_path / "run", **how, rate=1e-6)
    assert model.card.started_from["head"] == "kept"
    assert model.evaluation["map50"] > 0.7
    with pytest.raises(CardError, match="do not fit the stages"):
        ll.train(shapes, epochs=1, out=tmp_path / "other", **{**how, "net": "argus_s"})


def test_weights_of_a_resnet18_start_its_detector(shapes, tmp_path):
    from safetensors.torch import save_file

    from lenslet.nets import build

    torch.manual_seed(1)
    state = build("resnet18").state_dict()
    save_file(state, tmp_path / "resnet18.safetensors")
    how = {"net": "argus_resnet18", "size": 32, "progress": False}
    model = ll.train(
        shapes, epochs=1, rate=1e-9, weights=tmp_path / "resnet18.safetensors", out=tmp_path / "run", **how
    )
    assert model.card.started_from["weights"] == "resnet18.safetensors"
    assert torch.allclose(model.net.layer3[0].conv1.weight, state["layer3.0.conv1.weight"], atol=1e-4)
    with pytest.raises(CallError, match="are for argus_resnet18, not for argus_s"):
        ll.train(shapes, epochs=1, weights="imagenet", net="argus_s", out=tmp_path / "other", progress=False)


def test_natural_photographs_start_a_detector(shapes, tmp_path):
    model = ll.train(shapes, epochs=1, out=tmp_path / "run", size=64, progress=False)
    assert model.card.started_from["weights"] == "natural"
    assert model.card.net == "argus_s"


def test_the_bad_and_the_strange(trained, shapes, tmp_path):
    (tmp_path / "no picture.jpg").write_bytes(b"\xff\xd8\xff\xe0 torn")
    Image.new("RGB", (1, 4000), (200, 30, 30)).save(tmp_path / "thin.png")
    Image.new("L", (40, 30), 7).save(tmp_path / "grey.png")
    Image.new("CMYK", (50, 30)).save(tmp_path / "صورة.jpg")
    answers = list(trained.predict(sorted(tmp_path.iterdir())))
    assert [type(a) for a in answers] == [Detections, Unreadable, Detections, Detections]
    tiled = list(trained.predict_tiles([tmp_path / "thin.png"], side=64))
    assert tiled[0].size == (4000, 1)
    with pytest.raises(DataError, match="cat is not one of the model's"):
        other = tmp_path / "other"
        (other / "images").mkdir(parents=True)
        shutil.copy(tmp_path / "grey.png", other / "images" / "grey.png")
        (other / "boxes.csv").write_text("image,label,xmin,ymin,xmax,ymax\nimages/grey.png,cat,1,1,20,20\n")
        trained.evaluate(other)
    with pytest.raises(CallError, match="facet_s does not find things"):
        ll.train(shapes, epochs=1, net="facet_s", progress=False, out=tmp_path / "run")
    with pytest.raises(CallError, match="--mixup is for the task classify"):
        ll.train(shapes, epochs=1, mixup=0.2, progress=False, out=tmp_path / "run")
    card = replace(trained.card, head={"kind": "points", "bins": 8, "rule": "aligned", "strides": [8, 16, 32]})
    trained_again = ll.Detector(trained.net, card)
    trained_again.save(tmp_path / "damaged")
    with pytest.raises(CardError, match="the card is damaged"):
        ll.load(tmp_path / "damaged")


def test_a_picture_that_vanishes_while_training_costs_nothing_that_is_learned(shapes, tmp_path):
    home = tmp_path / "copy"
    shutil.copytree(shapes, home)
    gone = False

    def vanish(done: int, of: int) -> None:
        nonlocal gone
        if done == of and not gone:
            gone = True
            shutil.rmtree(home)

    p = prepare(home, start=start("none", None), net="argus_tiny", size=64, budget={"epochs": 1}, on_decoded=vanish)
    for _ in fit(p.net, p.task, p.train, p.valid, p.recipe):
        pass
    assert gone
    model, _, notes = p.measured(p.model())
    assert "measured on the copies decoded at the start" in notes[0]
    assert 0 <= model.evaluation["map50"] <= 1
