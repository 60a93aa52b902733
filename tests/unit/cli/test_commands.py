"""Each command shows its verb's value for a person; the values are made up, the words are the command's."""

from pathlib import Path

import numpy as np
import pytest

from lenslet.cli import demo, describe, evaluate, filter, models, predict, stylize  # noqa: A004
from lenslet.errors import WorkError
from lenslet.results import Classification, Evaluation, Miss, Painting, Repainted, Unreadable
from lenslet.verbs.bulk import Bulk
from lenslet.verbs.demo import Demo

LABELS = ("cat", "dog")
ANSWER = Classification(LABELS, np.array([0.25, 0.75]), Path("a.jpg"))
BROKEN = Unreadable(Path("b.jpg"), "b.jpg is no picture")


def test_predict_writes_a_line_for_each_picture_and_names_the_broken_on_stderr(capsys):
    predict.show(iter([ANSWER, BROKEN]))
    captured = capsys.readouterr()
    assert captured.out == "a.jpg  dog  75.0 %  (cat 25.0 %)\n"
    assert captured.err == "b.jpg is no picture\n"


def test_predict_fails_at_its_end_if_a_picture_was_broken(monkeypatch):
    monkeypatch.setattr(predict, "predict", lambda **_: iter([BROKEN, ANSWER]))
    answers = predict.call(model="m", images=["x"])
    assert [next(answers), next(answers)] == [BROKEN, ANSWER]
    with pytest.raises(WorkError, match="1 of 2 pictures"):
        next(answers)


def test_predict_says_what_a_folder_of_answers_holds(capsys, monkeypatch):
    labels = {"cat": 900} | {f"class {number}": 1 for number in range(50)}
    done = Bulk(Path("answers"), files=1000, unreadable=50, labels=labels, predicted=600, seconds=3.0)
    monkeypatch.setattr(predict, "predict", lambda **_: done)
    assert predict.call(model="m", images=["x"], out="answers") is done
    predict.show(done)
    out = capsys.readouterr().out
    for words in (
        "94.7 %",
        "and 11 more classes, 11 files",
        "1,000 files: 950 answered, 50 unreadable",
        "600 predicted in 3.0 s, 200 files/s; 400 were done before",
        "answers in answers,",
    ):
        assert words in out
    predict.show(Bulk(Path("answers"), files=1, unreadable=1, labels={}, predicted=0, seconds=0.1))
    assert "nothing was left to do" in capsys.readouterr().out


def test_evaluate_writes_metrics_with_intervals_classes_and_worst_errors(capsys):
    evaluation = Evaluation(
        task="classify",
        n=8,
        metrics={"accuracy": 0.875, "ece": float("nan")},
        intervals={"accuracy": (0.5291, 0.9776)},
        labels=LABELS,
        per_class={"cat": {"n": 4, "precision": 1.0, "recall": 0.75, "f1": 0.857}},
        confusion=np.array([[3, 1], [0, 4]]),
        worst=(Miss(Path("c.jpg"), "cat", "dog", 0.9, 2.3),),
        skipped=(("d.jpg", "d.jpg is empty"),),
        notes=("one picture twice",),
    )
    evaluate.show(evaluation)
    captured = capsys.readouterr()
    for words in ("8 pictures, 2 classes", "87.5 %", "52.9 % to 97.8 %", "c.jpg", "90.0 %"):
        assert words in captured.out
    assert captured.err == "left out: d.jpg is empty\none picture twice\n"


def test_demo_says_where_the_report_lies(capsys):
    demo.show(Demo(Path("demo-out/report.html"), ("LeNet-5 reads 99 %",), {}, 61.4))
    assert capsys.readouterr().out == "LeNet-5 reads 99 %\n61 s in all; open demo-out/report.html\n"


def test_filter_says_that_nothing_was_kept(tmp_path, capsys):
    picture = np.zeros((6, 8, 3), np.uint8)
    picture[:, :4] = 200
    filter.show(filter.command.verb(picture, kernel="vertical"))
    captured = capsys.readouterr()
    assert "vertical on 8 x 6 pixels" in captured.out
    assert "--out" in captured.err
    filter.show(filter.command.verb(picture, kernel="vertical", out=tmp_path / "edges.png"))
    captured = capsys.readouterr()
    assert str(tmp_path / "edges.png") in captured.out
    assert captured.err == ""


def test_describe_writes_the_table(capsys):
    describe.show(describe.command.verb("lenet5"))
    assert "61,706" in capsys.readouterr().out


def test_models_lists_nets_and_shows_one(capsys):
    models.show(models.command.verb())
    assert "138,357,544" in capsys.readouterr().out
    models.show(models.command.verb("show", "squeezenet1_1"))
    out = capsys.readouterr().out
    assert "licence: " in out
    assert "note: \n" not in out


def a_painting(**given) -> Painting:
    black = np.zeros((3, 4, 3), np.uint8)
    return Painting(black, black, (), {"model": "night"}, **given)


def test_stylize_says_what_it_painted_how_long_it_took_and_where_it_lies(capsys):
    costs = ({"content": 0.0, "style": 8.0}, {"content": 0.5, "style": 1.0})
    stylize.show(a_painting(costs=costs, seconds=12.3, saved=Path("a.png")))
    stylize.show(a_painting(seconds=0.43))
    stylize.show(Repainted(Path("out"), 4, 2.0, "night"))
    captured = capsys.readouterr()
    assert captured.out == (
        "4 x 3 pixels, 1 steps, 12 s, cost 8 -> 1.5: a.png\n"
        "4 x 3 pixels, 0.4 s: not saved\n"
        "4 pictures in 2.0 s, 0.50 s each: out\n"
    )
    assert "give --out" in captured.err


def test_stylize_that_was_stopped_or_lacks_pictures_does_not_end_well():
    stylize.judge(a_painting())
    stylize.judge(Repainted(Path("out"), 4, 2.0, "night", film=True))
    with pytest.raises(KeyboardInterrupt, match="stopped before its end"):
        stylize.judge(a_painting(stopped=True))
    with pytest.raises(KeyboardInterrupt):
        stylize.judge(Repainted(Path("out"), 4, 2.0, "night", stopped=True))
    with pytest.raises(WorkError, match="1 of 5 pictures could not be painted"):
        stylize.judge(Repainted(Path("out"), 4, 2.0, "night", unreadable=(BROKEN,)))
