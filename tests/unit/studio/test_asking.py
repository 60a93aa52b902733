"""What a model would draw, how doubtful a picture is; and augmentation of one picture."""

from types import SimpleNamespace

import numpy as np
import pytest

from lenslet.data.scenes.annotations import Thing
from lenslet.errors import CallError
from lenslet.image import save_image
from lenslet.results import Classification, Detections
from lenslet.studio.labelling.asking import Adviser
from lenslet.studio.project import Project
from lenslet.verbs.augmenting import presets, variants
from lenslet.verbs.suggesting import suggest


def detector(scores, task="detect"):
    boxes = np.array([[i, i, i + 9.0, i + 9.0] for i in range(len(scores))]).reshape(-1, 4)
    found = Detections(boxes, np.array(scores, np.float64), np.zeros(len(scores), np.int64), ("a",))
    card = SimpleNamespace(task=task, thresholds={"score": 0.4})
    return type("Fixed", (), {"card": card, "__call__": lambda *_, **__: found})()


def test_a_picture_is_doubtful_where_a_score_is_near_a_half():
    sure, torn, nothing = (suggest(detector(scores), "x.png") for scores in ([0.99, 0.98], [0.99, 0.5, 0.3], []))
    assert sure.doubt < nothing.doubt <= 0.5 < torn.doubt
    assert [one.score for one in torn.things] == [0.99, 0.5]  # from the model's own threshold on
    assert torn.things[0].box == (0, 0, 9, 9)


def test_of_a_class_the_margin_counts():
    card = SimpleNamespace(task="classify", thresholds={})
    answer = Classification(("a", "b", "c"), np.array([0.5, 0.4, 0.1]))
    said = suggest(type("Fixed", (), {"card": card, "__call__": lambda *_: answer})(), "x.png")
    assert (said.label, said.doubt) == ("a", pytest.approx(0.9))


def test_other_tasks_draw_nothing():
    odd = type("Odd", (), {"card": SimpleNamespace(task="face"), "__call__": lambda *_: object()})()
    with pytest.raises(CallError, match="draws nothing"):
        suggest(odd, "x.png")


def test_an_unknown_model_is_refused(tmp_path):
    save_image(np.zeros((9, 9, 3), np.uint8), tmp_path / "1.png")
    with pytest.raises(CallError, match="no model none"):
        Adviser(Project.at(tmp_path)).suggest("none", "1.png")


def test_variants_are_the_picture_and_what_becomes_of_it(tmp_path):
    dice = np.random.default_rng(0)
    save_image(dice.integers(0, 256, (300, 400, 3)).astype(np.uint8), tmp_path / "1.png")
    things = [Thing("a", (10, 10, 200, 200), {"p": (50, 60, 2)})]
    made = variants(
        tmp_path / "1.png", {"mirror": True, "rotate": 20}, things=things, classes=("a",), count=3, side=200
    )
    assert len(made) == 4
    assert all(one.shape == made[0].shape for one in made)
    assert any((one != made[0]).any() for one in made[1:])
    again = variants(
        tmp_path / "1.png", {"mirror": True, "rotate": 20}, things=things, classes=("a",), count=3, side=200
    )
    assert all((a == b).all() for a, b in zip(made, again, strict=True))
    same = variants(tmp_path / "1.png", {}, count=1, side=200)
    assert (same[0] == same[1]).all()
    with pytest.raises(CallError, match="no such change"):
        variants(tmp_path / "1.png", {"melt": 1})
    assert presets()["full"]["rotate"] > presets()["none"]["rotate"] == 0
