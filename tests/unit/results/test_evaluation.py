"""Evaluation: numbers with their intervals, that read well, survive JSON, and can be looked at."""

import json
import math
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from lenslet.errors import CallError, ShapeError
from lenslet.image import open_image
from lenslet.results import Evaluation, Miss
from lenslet.results.confusion import SHOWN, confusion_figure, most_confused

LABELS = ("rose", "قطة", "$tulip")


@pytest.fixture
def evaluation() -> Evaluation:
    return Evaluation(
        task="classify",
        n=30,
        metrics={"accuracy": 0.9, "ece": float("nan"), "count": 3},
        intervals={"accuracy": (0.74, 0.97)},
        labels=LABELS,
        per_class={"rose": {"n": 10, "f1": 0.95}, "قطة": {"n": 10, "f1": 0.8}},
        confusion=np.array([[9, 1, 0], [2, 8, 0], [0, 0, 10]]),
        worst=(Miss(Path("a.png"), "rose", "قطة", 0.93, 3.2), Miss(None, "قطة", "rose", 0.6, 1.0)),
        skipped=((Path("b.png"), "is empty"),),
        notes=("3 pictures were seen in training",),
    )


def test_a_metric_is_taken_by_its_name(evaluation: Evaluation) -> None:
    assert evaluation["accuracy"] == 0.9
    assert "accuracy" in evaluation
    assert "map" not in evaluation
    assert {name: evaluation[name] for name in evaluation}["count"] == 3
    assert len(evaluation) == 3
    with pytest.raises(KeyError, match="'map' was not measured; these were: accuracy"):
        evaluation["map"]


def test_json_brings_everything_back(evaluation: Evaluation) -> None:
    text = evaluation.to_json()
    assert "\n" not in text
    plain = json.loads(text)
    assert plain == evaluation.to_dict()
    assert (plain["schema"], plain["task"], plain["n"]) == (1, "classify", 30)
    assert plain["metrics"] == {"accuracy": 0.9, "ece": None, "count": 3}
    assert plain["worst"][0] == {"image": "a.png", "truth": "rose", "predicted": "قطة", "score": 0.93, "loss": 3.2}
    assert plain["skipped"] == [["b.png", "is empty"]]
    back = Evaluation.from_json(text)
    assert back == evaluation
    assert hash(back) == hash(evaluation)
    assert math.isnan(back["ece"])
    assert back.worst[0].picture == Path("a.png")
    assert np.array_equal(back.confusion, evaluation.confusion)
    bare = Evaluation("detect", 0, {})
    assert Evaluation.from_json(bare.to_json()) == bare


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 7}', '{"schema": 1, "task": "classify"}', "null"])
def test_other_json_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(CallError, match="JSON"):
        Evaluation.from_json(text)


def test_nothing_can_be_changed(evaluation: Evaluation) -> None:
    for change in ("metrics", "intervals", "per_class"):
        with pytest.raises(TypeError):
            getattr(evaluation, change)["accuracy"] = 1
    with pytest.raises(TypeError):
        evaluation.per_class["rose"]["f1"] = 1
    with pytest.raises(ValueError, match="read-only"):
        evaluation.confusion[0, 0] = 9
    with pytest.raises(AttributeError):
        evaluation.n = 3


def test_every_difference_counts_but_the_pictures_of_errors(evaluation: Evaluation) -> None:
    plain = evaluation.to_dict()
    other = json.loads(json.dumps(plain))
    other["worst"][0]["image"] = "elsewhere.png"
    assert Evaluation.from_json(json.dumps(other)) == evaluation
    for key, value in (("n", 31), ("notes", []), ("confusion", None), ("metrics", {"accuracy": 0.9}), ("worst", [])):
        changed = plain | {key: value}
        if key == "metrics":
            changed["metrics"] = plain["metrics"] | {"accuracy": 0.8}
        assert Evaluation.from_json(json.dumps(changed)) != evaluation
    assert evaluation != 3


def test_the_text_says_what_counts(evaluation: Evaluation) -> None:
    text = str(evaluation)
    assert "classify, 30 pictures" in text
    assert "0.9000   95 % interval 0.7400 to 0.9700" in text
    assert "weakest: قطة (F1 0.800)" in text
    assert "1 file could not be read" in text
    assert "note: 3 pictures were seen" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n": -1}, "0 pictures or more"),
        ({"intervals": {"accuracy": (0.9, 0.1)}}, "upside down"),
        ({"intervals": {"map": (0.1, 0.9)}}, "belongs to no metric"),
        ({"per_class": {"dog": {"f1": 1.0}}}, "per_class names 'dog'"),
        ({"confusion": np.zeros((2, 2), int)}, r"shape \(2, 2\) does not fit 3 labels"),
        ({"confusion": -np.eye(3, dtype=int)}, "none is below zero"),
    ],
)
def test_what_does_not_fit_together_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises((CallError, ShapeError), match=said):
        Evaluation(**{"task": "classify", "n": 1, "metrics": {"accuracy": 0.5}, "labels": LABELS} | change)


def test_plot_writes_the_confusion_matrix_and_leaves_pyplot_alone(evaluation: Evaluation, tmp_path: Path) -> None:
    path = evaluation.plot(tmp_path / "new" / "confusion.png")
    assert (open_image(path) == (32, 102, 176)).all(2).sum() > 100  # the blue of a class that is always right
    for suffix, start in ((".pdf", b"%PDF"), (".svg", b"<?xml")):
        assert evaluation.plot(tmp_path / f"c{suffix}").read_bytes().startswith(start)
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()
    with pytest.raises(CallError, match=r"\.png, \.pdf or \.svg"):
        evaluation.plot(tmp_path / "c.jpg")
    with pytest.raises(CallError, match="nothing to plot"):
        Evaluation("detect", 0, {}).plot(tmp_path / "c.png")


def _counts(classes: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, classes, classes * 20)
    said = np.where(rng.random(len(truth)) < 0.9, truth, rng.integers(0, classes, len(truth)))
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (truth, said), 1)
    return counts


@pytest.mark.parametrize("classes", [1, 2, 10, 20, 21, 101, 1000])
def test_names_stay_legible_for_any_number_of_classes(classes: int) -> None:
    """Rows stand at least as far apart as their names are high, and no two names of an axis overlap."""
    figure = confusion_figure(_counts(classes), tuple(f"class {i}" for i in range(classes)))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    names = axes.get_yticklabels()
    assert len(names) == min(classes, SHOWN)
    boxes = [name.get_window_extent() for name in names]
    assert all(not a.overlaps(b) for a, b in pairwise(boxes))
    assert names[0].get_fontsize() >= 7
    across = [name.get_window_extent() for name in axes.get_xticklabels()]
    assert all(not a.overlaps(b) for a, b in pairwise(across))
    edge = figure.bbox
    assert all(box.x0 >= edge.x0 - 1 and box.y0 >= edge.y0 - 1 for box in boxes + across)


def test_of_many_classes_the_most_confused_are_shown_as_pairs() -> None:
    counts = np.diag(np.full(100, 50))
    counts[7, 93] = 9
    counts[60, 4] = 5
    assert most_confused(counts, 4).tolist() == [4, 7, 60, 93]


def test_counts_are_written_into_the_cells_where_there_is_room() -> None:
    figure = confusion_figure(np.array([[5, 1], [0, 7]]), ("a", "b"))
    assert sorted(text.get_text() for text in figure.axes[0].texts) == ["1", "5", "7"]
    assert not confusion_figure(_counts(30), tuple(map(str, range(30)))).axes[0].texts
