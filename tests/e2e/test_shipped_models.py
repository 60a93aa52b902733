"""The models that come with Lenslet: they open by name, are small, say their terms, and answer."""

from pathlib import Path

import numpy as np
import pytest

import lenslet as ll
from lenslet.card.store import SHIPPED
from lenslet.data.split import unseen

NAMES = sorted(path.parent.name for path in SHIPPED.glob("*/card.json"))


def test_the_promised_models_are_there() -> None:
    promised = {"natural", "signs", "facepoints", "bloodcells", "facefinder", "faces", "glyphs", "texture"}
    assert promised | {"starry_night", "great_wave"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_model_says_its_terms_and_numbers_and_answers(name: str) -> None:
    model = ll.load(name)
    card = model.card
    most = {"texture": 5, "style": 2}.get(name if name == "texture" else card.task, 4)
    assert (SHIPPED / name / "model.safetensors").stat().st_size < most * 2**20
    assert all("not stated" not in card.licence[part] for part in ("weights", "data"))
    main = {"classify": "accuracy", "landmark": "nme", "detect": "map50", "face": "auc", "style": "style"}[card.task]
    main, most = (main, 1) if main in card.metrics else ("one_shot_error", 100)  # of one-shot runs, percent
    assert 0 <= card.intervals[main][0] <= card.metrics[main] <= card.intervals[main][1] <= most
    assert card.measured_on
    assert card.recipe["made by"].startswith("benchmarks/shipped/")
    assert (Path(__file__).parents[2] / card.recipe["made by"]).is_file()
    picture = np.random.default_rng(0).integers(0, 256, (120, 90, 3), np.uint8)
    if card.task == "face":
        assert all(len(one) == model.dimensions for one in model.encode(picture))
        return
    answer = model(picture)
    if card.task == "classify":
        assert answer.scores.sum() == pytest.approx(1, abs=1e-5)
    elif card.task == "style":
        assert answer.size == (512, 384)
        assert card.metrics["style"] < 0.5 * card.metrics["style_of_photos"]
    elif card.task == "detect":
        assert answer.size == picture.shape[:2]
    else:
        assert len(answer) == len(card.labels)


@pytest.mark.data
def test_signs_knows_hands_it_never_saw(shared: Path) -> None:
    assert ll.evaluate("signs", shared / "data" / "sign_digits", progress=False)["accuracy"] > 0.97


@pytest.mark.data
def test_glyphs_knows_characters_that_it_never_saw_from_one_drawing(shared: Path) -> None:
    runs = shared / "data" / "omniglot" / "one_shot_runs" / "run01"
    assert ll.evaluate("glyphs", runs, progress=False)["one_shot_error"] <= 10


@pytest.mark.data
def test_facepoints_finds_the_points_of_people_it_never_saw(shared: Path) -> None:
    found = ll.evaluate("facepoints", shared / "data" / "face_keypoints", progress=False)
    assert 290 <= found.n <= 400  # those that it learned from are left out; a few chose the epoch
    assert found["nme"] < 0.05


@pytest.mark.data
def test_bloodcells_counts_the_cells_that_it_has_learned(shared: Path) -> None:
    model = ll.load("bloodcells")
    pictures = sorted((shared / "data" / "bccd" / "JPEGImages").glob("*.jpg"))
    found = model(pictures[0])
    assert found.classes.count("WBC") >= 1
    assert found.classes.count("RBC") >= 5
    assert not any(unseen(pictures, model.card.seen))  # which it says of itself, so that an evaluation can tell


def test_facepoints_says_what_it_is_not_to_be_trusted_with() -> None:
    model = ll.load("facepoints")
    assert isinstance(model, ll.Landmarker)
    assert "not to be trusted" in model.card.data["limits"]
    assert "natural" in model.card.licence["data"]
    assert model.view.flip[36] == 45
