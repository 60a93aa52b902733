"""The table of answers: read as it was written, and of every task in agreement with its numbers."""

from pathlib import Path

import numpy as np
import pytest

from lenslet.errors import CallError
from lenslet.results import Answer, Classification, Detections, Localization
from lenslet.results.answers import read_answers, write_answers
from lenslet.tasks.classify.metrics import evaluate as classified
from lenslet.tasks.detect.metrics import evaluate as found
from lenslet.tasks.localize.metrics import evaluate as placed

NAMES = ("cat", "dog")


def test_a_table_is_read_as_it_was_written_the_costliest_first(tmp_path: Path) -> None:
    answers = (
        Answer(Path('a, "b"\n.jpg'), "cat", "cat", 0.5),
        Answer(Path("ä.jpg"), "", "dog", 0.25, 2.5, "background", (1.0, 2.5, 30.0, 40.0)),
        Answer(None, "cat", "", 0.0, 1.0, "missed"),
    )
    write_answers(tmp_path / "answers.csv", answers)
    assert read_answers(tmp_path / "answers.csv") == (answers[1], answers[2], answers[0])


@pytest.mark.parametrize("text", ["", "image,truth\n", "image,truth,said,score,cost,kind,x1,y1,x2,y2\na,b\n"])
def test_a_table_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "answers.csv").write_text(text)
    if text == "":
        assert read_answers(tmp_path / "answers.csv") == ()  # no rows
    elif text.startswith("image,truth\n"):
        assert read_answers(tmp_path / "answers.csv") == ()
    else:
        with pytest.raises(CallError, match="no table of answers"):
            read_answers(tmp_path / "answers.csv")


def test_of_classes_each_picture_has_an_answer_and_they_make_up_the_matrix() -> None:
    rows = np.array([(0.8, 0.2), (0.6, 0.4), (0.1, 0.9)], np.float32)
    made = classified([Classification(NAMES, row) for row in rows], np.array([0, 1, 1]), NAMES)
    told = [(one.truth, one.said, one.kind, one.cost > 0) for one in made.answers]
    assert told == [("cat", "cat", "", False), ("dog", "cat", "wrong class", True), ("dog", "dog", "", False)]
    assert (
        made.to_dict() == classified([Classification(NAMES, row) for row in rows], np.array([0, 1, 1]), NAMES).to_dict()
    )
    assert "answers" not in made.to_dict()


def test_of_things_every_mistake_and_every_find_is_told_also_beyond_the_worst_pictures() -> None:
    def scene(things: list[tuple[float, int]], scores: list[float] | None = None) -> Detections:
        boxes = np.array([(x, 0.0, x + 10, 10.0) for x, _ in things]).reshape(-1, 4)
        labels = np.array([label for _, label in things], int)
        return Detections(boxes, np.ones(len(things)) if scores is None else np.array(scores), labels, NAMES)

    truth = [scene([(0, 0), (50, 1)]), scene([(0, 1)]), scene([])]
    said = [scene([(0, 0), (50, 0)], [0.9, 0.8]), scene([]), scene([(0, 0)], [0.7])]
    made = found(said, truth, threshold=0.5, worst=1)
    assert made.mistakes is not None
    assert len(made.mistakes.pictures) == 1
    told = sorted((one.truth, one.said, one.kind) for one in made.answers)
    assert told == [
        ("", "cat", "background"),
        ("cat", "cat", ""),
        ("dog", "", "missed"),
        ("dog", "cat", "wrong class"),
    ]


def test_of_one_thing_a_picture_the_wrong_class_and_the_wrong_place_are_told_apart() -> None:
    def one(label: int, x: float) -> Localization:
        scores = np.array([0.9, 0.05] if label == 0 else [0.05, 0.9])
        return Localization(0.95, np.array([x, 0.0, x + 10, 10.0]), scores, NAMES)

    made = placed([one(0, 0), one(0, 8), one(1, 0)], [one(0, 0), one(0, 0), one(0, 0)])
    assert [one.kind for one in made.answers] == ["", "badly placed", "wrong class"]
