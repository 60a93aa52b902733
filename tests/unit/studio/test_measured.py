"""What the page Results tells of a run: the matrix, the mistakes, and which of two runs is better."""

from pathlib import Path

import numpy as np
import pytest

from lenslet.results import Answer, Evaluation, Miss
from lenslet.studio.measured.drawn import drawn
from lenslet.studio.measured.measured import MISSED, NOTHING, PLACED, compared, confusion, erring, measured_runs, read
from lenslet.verbs.run_folder import write_measured

A, B, C = Path("a.png"), Path("b.png"), Path("c.png")
FOUND = (
    Answer(A, "cat", "cat", 0.9, box=(0.0, 0.0, 5.0, 5.0)),
    Answer(A, "cat", "dog", 0.8, 1.5, "wrong class", (5.0, 5.0, 9.0, 9.0)),
    Answer(B, "", "dog", 0.7, 0.7, "background", (1.0, 1.0, 4.0, 4.0)),
    Answer(B, "dog", "", 0.0, 1.0, "missed", (6.0, 6.0, 9.0, 9.0)),
    Answer(B, "dog", "", 0.0, 1.0, "missed", (2.0, 6.0, 5.0, 9.0)),
    Answer(C, "dog", "dog", 0.9, box=(0.0, 0.0, 5.0, 5.0)),
    Answer(C, "dog", "dog", 0.3, 0.3, "duplicate", (0.0, 0.0, 5.0, 5.0)),
    Answer(C, "dog", "dog", 0.2, 0.2, "badly placed", (0.0, 0.0, 5.0, 2.0)),
)
DETECT = Evaluation("detect", 3, {"map50": 0.5}, labels=("cat", "dog"), answers=FOUND)


def test_the_matrix_of_things_has_what_was_missed_and_what_was_found_where_nothing_is() -> None:
    made = confusion(DETECT, FOUND)
    assert made is not None
    assert made.rows == ("cat", "dog", NOTHING)
    assert made.columns == ("cat", "dog", PLACED, MISSED)
    assert made.counts.tolist() == [[1, 1, 0, 0], [0, 1, 1, 2], [0, 1, 0, 0]]
    assert confusion(Evaluation("landmark", 1, {}), (Answer(A, "", "", 1.0, 0.5, "off by 3 %"),)) is None


def test_of_many_classes_those_are_shown_that_are_confused() -> None:
    labels = tuple(f"class {n}" for n in range(40))
    answers = [Answer(A, name, name, 1.0) for name in labels] + [
        Answer(B, labels[33], labels[7], 1.0, 1.0, "wrong class")
    ]
    made = confusion(Evaluation("classify", 41, {}, labels=labels), answers)
    assert made is not None
    assert len(made.rows) == 25
    assert {"class 7", "class 33"} <= set(made.rows)
    assert made.of == 40


def test_mistakes_come_by_their_cost_and_a_cell_opens_its_pictures() -> None:
    found = erring(DETECT, FOUND)
    assert [(one.picture, round(one.cost, 2)) for one in found] == [(B, 2.7), (A, 1.5), (C, 0.5)]
    assert found[0].said == ("said dog, nothing there", "2 x missed dog")
    [right] = erring(DETECT, FOUND, truth="dog", said="dog")  # right ones, too
    assert (right.picture, right.said) == (C, ("dog",))
    assert [one.said for one in erring(DETECT, FOUND, truth="dog", said=PLACED)] == [("dog, badly placed",)]
    assert [one.picture for one in erring(DETECT, FOUND, truth=NOTHING, said="dog")] == [B]
    assert [one.said for one in erring(DETECT, FOUND, truth="dog", said=MISSED)] == [("2 x missed dog",)]
    assert [one.picture for one in erring(DETECT, FOUND, kind="wrong class")] == [A]


def test_without_answers_the_worst_are_told_pairs_with_both_pictures() -> None:
    pairs = Evaluation("face", 2, {}, worst=(Miss(A, "ana: the same", "different, at 2", 1.0, 0.5, B),))
    [one] = erring(pairs, ())
    assert (one.picture, one.beside) == (A, B)


def test_one_run_is_better_where_the_intervals_part_and_lower_is_better_for_an_error() -> None:
    def of(accuracy: float, nme: float) -> Evaluation:
        near = {"accuracy": (accuracy - 0.05, accuracy + 0.05), "nme": (nme - 0.01, nme + 0.01)}
        return Evaluation("classify", 9, {"accuracy": accuracy, "nme": nme, "loss": 1.0}, near)

    def better(one: Evaluation, two: Evaluation) -> dict[str, int]:
        return {row.name: row.better for row in compared(one, two)}

    assert better(of(0.5, 0.1), of(0.9, 0.5)) == {"accuracy": 2, "nme": 1, "loss": 0}
    assert better(of(0.5, 0.1), of(0.55, 0.11)) == {"accuracy": 0, "nme": 0, "loss": 0}
    [row] = compared(Evaluation("face", 1, {"auc": float("nan")}), Evaluation("face", 1, {}))
    assert row.values == (None, None)


def test_a_run_is_read_from_its_folder_and_a_damaged_one_has_no_numbers(tmp_path: Path) -> None:
    (tmp_path / "detect-1").mkdir()
    (tmp_path / "detect-1" / "card.json").write_text("{}")
    [run] = measured_runs(tmp_path)
    assert read(run) == (None, ())
    write_measured(run.folder, DETECT)
    evaluation, answers = read(run)
    assert evaluation == DETECT
    assert sorted(answers, key=str) == sorted(FOUND, key=str)
    (run.folder / "answers.csv").write_text("image,truth,said,score,cost,kind,x1,y1,x2,y2\na,b\n")
    assert read(run)[1] == ()
    (run.folder / "evaluation.json").write_text("{")
    assert read(run) == (None, ())


def test_a_picture_is_drawn_with_what_was_said_of_it(tmp_path: Path) -> None:
    from lenslet.image import open_image, save_image

    path = Path(save_image(np.full((10, 20, 3), 255, np.uint8), tmp_path / "a.png"))
    plain, marked = (open_image(drawn(path, answers)) for answers in ((), FOUND[:4]))
    assert plain.shape == marked.shape == (210, 420, 3)
    assert plain.min() > 240
    assert marked.min() < 120


@pytest.mark.parametrize("name", ["..", ".", "a/b", "../detect-1", "none", ""])
def test_only_folders_of_runs_are_opened(tmp_path: Path, name: str) -> None:
    from lenslet.errors import CallError
    from lenslet.studio.project import Project
    from lenslet.studio.training.routes import folder_of

    (tmp_path / "runs" / "detect-1").mkdir(parents=True)
    project = Project.at(tmp_path)
    assert folder_of(project, "detect-1").name == "detect-1"
    with pytest.raises(CallError, match="no such run"):
        folder_of(project, name)
