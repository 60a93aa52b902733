"""What `lenslet evaluate` writes of a detector."""

import numpy as np
import pytest

from lenslet.cli.evaluate import show
from lenslet.results import Detections
from lenslet.tasks.detect.metrics import evaluate

NAMES = ("cell", "خلية", "none of these")
BOXES = np.array([[0.0, 0, 50, 50], [60, 60, 90, 90]])


def test_the_numbers_the_classes_the_mistakes_and_the_costliest_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    truth = Detections.truth(BOXES, np.array([0, 1]), NAMES, picture=None)
    said = Detections(BOXES, np.array([0.9, 0.75]), np.array([0, 0]), NAMES)
    show(evaluate([said], [truth], threshold=0.5, skipped=[("a.jpg", "a.jpg is empty")]))
    out, err = capsys.readouterr()
    lines = [line.split() for line in out.splitlines()]
    assert ["map50", "0.500"] in lines
    assert ["precision", "50.0", "%"] in lines
    assert ["cell", "1", "1.000", "1.000", "50.0", "%", "100.0", "%", "66.7", "%"] in lines
    assert ["none", "of", "these", "0", *"-----"] in lines
    assert "From a score of 0.500 on: 1 of 2 things found, 1 mistake in 1 picture" in out
    assert next(line[2] for line in lines if line[:2] == ["wrong", "class"]) == "1"
    assert ["number", "0", "1.75", "1", "wrong", "class"] in lines
    assert "ap50/cell" not in out
    assert "a.jpg is empty" in err
    assert "nothing here is of the class none of these" in err
