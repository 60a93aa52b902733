"""Classification: a frozen value that reads well, compares, and survives JSON."""

import json
from pathlib import Path

import numpy as np
import pytest

from lenslet.errors import CallError, ImageError, ShapeError
from lenslet.image import open_image, save_image
from lenslet.results import Classification

LABELS = ("rose", "tulip", "قطة", "猫", "daisy", "oak", "elm")
SCORES = np.array([0.1, 0.05, 0.5, 0.2, 0.1, 0.04, 0.01], np.float32)


@pytest.fixture
def answer() -> Classification:
    return Classification(LABELS, SCORES, Path("a/صورة.jpg"))


def test_the_first_answer_and_the_next(answer: Classification) -> None:
    assert (answer.label, answer.index) == ("قطة", 2)
    assert answer.score == pytest.approx(0.5)
    assert [label for label, _ in answer.top(4)] == ["قطة", "猫", "rose", "daisy"]  # equals in the labels' order
    assert len(answer.top()) == 5
    assert len(answer.top(100)) == 7
    assert "قطة 50.0%" in str(answer)
    with pytest.raises(CallError, match="give 1 or more"):
        answer.top(0)


def test_nothing_can_be_changed_from_outside_or_inside(answer: Classification) -> None:
    source = SCORES.copy()
    made = Classification(LABELS, source)
    source[:] = 0
    assert made.score == pytest.approx(0.5)
    with pytest.raises(ValueError, match="read-only"):
        made.scores[0] = 1
    with pytest.raises(AttributeError):
        made.labels = ()


def test_equal_are_those_with_equal_labels_and_scores_whatever_the_picture(answer: Classification) -> None:
    same = Classification(LABELS, SCORES.copy(), np.zeros((2, 2, 3), np.uint8))
    assert answer == same
    assert len({answer, same}) == 1
    assert answer != Classification(LABELS[::-1], SCORES)
    assert answer != Classification(LABELS, np.roll(SCORES, 1))
    assert answer != "قطة"


def test_json_is_one_line_with_what_a_reader_wants(answer: Classification) -> None:
    text = answer.to_json()
    assert "\n" not in text
    plain = json.loads(text)
    assert list(plain)[:6] == ["schema", "task", "image", "label", "score", "top"]
    assert (plain["schema"], plain["task"], plain["image"]) == (1, "classify", str(Path("a/صورة.jpg")))
    assert plain["label"] == "قطة"
    assert [entry["label"] for entry in plain["top"]] == [label for label, _ in answer.top(5)]
    assert answer.to_dict() == plain


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_json_brings_back_every_bit(dtype: type) -> None:
    scores = np.random.default_rng(0).dirichlet(np.ones(1000)).astype(dtype)
    made = Classification(tuple(f"c{i}" for i in range(1000)), scores, Path("x.png"))
    back = Classification.from_json(made.to_json())
    assert back == made
    assert back.scores.dtype == scores.dtype
    assert back.picture == Path("x.png")
    assert Classification.from_json(Classification(("a",), np.array([1.0])).to_json()).picture is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "3",
        "nonsense",
        '{"schema": 2, "task": "classify"}',
        '{"schema": 1, "task": "detect"}',
        '{"schema": 1, "task": "classify", "labels": ["a"], "scores": [0.5]}',
        '{"schema": 1, "task": "classify", "labels": [1], "scores": [1.0]}',
        '{"schema": 1, "task": "classify", "labels": ["a"], "scores": ["x"]}',
        '{"schema": 1, "task": "classify", "labels": ["a"], "scores": [1.0], "dtype": "object"}',
        '{"schema": 1, "task": "classify", "labels": ["a"], "scores": [[1.0]]}',
    ],
)
def test_other_json_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(CallError):
        Classification.from_json(text)


def test_certain_is_the_truth() -> None:
    truth = Classification.certain("猫", LABELS)
    assert (truth.label, truth.score) == ("猫", 1.0)
    with pytest.raises(CallError, match="'dog' is none of the 7 classes"):
        Classification.certain("dog", LABELS)


@pytest.mark.parametrize(
    ("labels", "scores", "said"),
    [
        (("a", "b"), np.array([1.0]), r"2 labels and scores of shape \(1,\)"),
        ((), np.array([]), "at least one label"),
        (("a", "b"), np.array([0.7, 0.7]), "add up to 1"),
        (("a", "b"), np.array([1.5, -0.5]), "add up to 1"),
        (("a", "b"), np.array([np.nan, 1.0]), "add up to 1"),
    ],
)
def test_what_is_no_distribution_is_refused(labels: tuple[str, ...], scores: np.ndarray, said: str) -> None:
    with pytest.raises((CallError, ShapeError), match=said):
        Classification(labels, scores)


def test_two_classes_of_the_same_name_are_allowed() -> None:
    """ImageNet has two cranes."""
    made = Classification(("crane", "crane"), np.array([0.25, 0.75]))
    assert made.index == 1
    assert Classification.from_json(made.to_json()) == made


def test_plot_shows_the_picture_and_the_bars(tmp_path: Path) -> None:
    photo = np.zeros((120, 200, 3), np.uint8)
    photo[...] = (10, 200, 30)
    path = save_image(photo, tmp_path / "صورة.png")
    for picture, shown in ((path, 120 * 200), (photo, 120 * 200), (None, 0), (photo[:20, :20], 420 * 420)):
        made = Classification(LABELS, SCORES, picture).plot(tmp_path / "new" / "out.png")
        drawn = open_image(made)
        assert int((drawn == (10, 200, 30)).all(2).sum()) == shown
        assert (drawn.min(2) < 60).any()  # letters
    with pytest.raises(CallError, match="suffix"):
        Classification(LABELS, SCORES).plot(tmp_path / "out.xyz")
    with pytest.raises(ImageError, match="no such file"):
        Classification(LABELS, SCORES, tmp_path / "gone.png").plot(tmp_path / "out.png")
