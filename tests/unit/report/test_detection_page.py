"""The page of a detector: everything on it, nothing from outside, whatever the pictures and names are."""

import re

import numpy as np
import pytest

from lenslet.image import save_image
from lenslet.report.detection import detection_page, detection_sections
from lenslet.report.evaluation import evaluation_page
from lenslet.report.mistaken import SIDE, mistaken, words
from lenslet.results import Detections
from lenslet.results.curves import SHOWN, curves_figure, threshold_figure
from lenslet.tasks.detect.metrics import evaluate

NAMES = ("<b>rot</b>", "قطة", "$x$")


def scenes(folder, shape: tuple[int, int] = (120, 200), names: tuple[str, ...] = NAMES):
    """Three pictures: one right, one with a mistake of each kind, one that is gone."""
    height, width = shape
    grid = np.array([[0.05, 0.1, 0.2, 0.5], [0.3, 0.1, 0.45, 0.5], [0.55, 0.1, 0.7, 0.5], [0.75, 0.5, 0.95, 0.9]])
    boxes = grid * [width, height, width, height]
    labels = np.array([0, 1, 2, 0])
    paths = [folder / f"{name}.png" for name in ("right", "صورة", "gone")]
    for path in paths[:2]:
        save_image(np.full((*shape, 3), 180, np.uint8), path)
    truth = [Detections.truth(boxes, labels, names, picture=path, size=shape) for path in paths]
    shift = np.array([0, 0, 0, -0.25 * height])
    said = [boxes[0], boxes[0], boxes[1], boxes[2] + shift, boxes[3] * 0 + [0, 0, 3, 3]]
    wrong = Detections(
        np.array(said), np.array([0.9, 0.8, 0.7, 0.6, 0.55]), np.array([0, 0, 0, 2, 1]), names, paths[1], shape
    )
    right = [Detections(t.boxes, np.full(4, 0.95), labels, names, t.picture, shape) for t in truth]
    return [right[0], wrong, right[2][:3]], truth


def test_the_page_says_everything_and_fetches_nothing(tmp_path) -> None:
    predicted, truth = scenes(tmp_path)
    found = evaluate(predicted, truth, threshold=0.5, skipped=[("x.jpg", "x.jpg is empty")])
    html = detection_page(found, title="cells on <test>").html()
    assert "<test>" not in html
    assert "<b>rot" not in html
    for word in (
        "mAP50",
        "How good it is",
        "Precision, recall and the threshold",
        "Where it errs",
        "x.jpg is empty",
        "قطة",
    ):
        assert word in html
    for kind in ("missed", "background", "wrong class", "badly placed", "duplicate"):
        assert kind in html
    assert not re.findall(r"(?:src|href)=\"(?!data:)", html)
    assert html.count("<img") == 4  # two curves, the kinds, and the one picture that is there
    assert evaluation_page(found, title="cells on <test>").html() == html


def test_truth_and_answers_stand_side_by_side_and_are_bounded(tmp_path) -> None:
    for number, shape in enumerate([(40, 64), (3000, 3500), (1, 4000), (700, 9)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = evaluate(*scenes(folder, shape), threshold=0.5)
        assert found.mistakes is not None
        [erring] = [one for one in found.mistakes.pictures if one.number == 1]
        sheet = mistaken(erring)
        assert sheet is not None
        assert sheet.shape[0] <= SIDE + 40
        assert sheet.shape[1] <= 2 * SIDE + 60
        assert words(erring).endswith("صورة.png: 1 missed, 1 background, 1 wrong class, 1 badly placed, 1 duplicate")
        gone = next(one for one in found.mistakes.pictures if one.number == 2)
        assert mistaken(gone) is None


def test_a_picture_in_memory_is_drawn_and_called_by_its_number(tmp_path) -> None:
    _, truth = scenes(tmp_path)
    pixels = np.full((120, 200, 3), 90, np.uint8)
    bare = Detections.truth(truth[0].boxes, truth[0].labels, NAMES)
    answers = Detections.none(NAMES, picture=pixels)
    found = evaluate([answers], [bare])
    assert found.mistakes is not None
    [erring] = found.mistakes.pictures
    assert words(erring) == "picture 0: 4 missed"
    assert mistaken(erring) is not None
    assert "Nothing to find" not in detection_page(found, title="t").headline


@pytest.mark.parametrize("there", [True, False])
def test_a_page_without_answers_or_without_things(there: bool, tmp_path) -> None:
    _, truth = scenes(tmp_path)
    none = [Detections.none(NAMES, t.picture, t.size) for t in truth]
    silent = evaluate(none, truth if there else none)
    sections = detection_sections(silent)
    assert [s.title for s in sections][-1] == "Where it errs"
    html = detection_page(silent, title="t").html()
    assert ("Nothing to find" in html) == (not there)
    if not there:
        assert "Nothing to find" in detection_page(evaluate(truth, none), title="t").html()


def test_without_mistakes_the_page_does_not_call_it_perfect(tmp_path) -> None:
    predicted, truth = scenes(tmp_path)
    html = detection_page(evaluate(predicted[:1], truth[:1]), title="t").html()
    assert "That does not make it perfect" in html


@pytest.mark.parametrize("classes", [1, 3, 30])
def test_the_curves_have_a_line_a_class_with_its_name_and_precision(classes: int) -> None:
    names = tuple(f"klass {i} $" for i in range(classes))
    corner = np.arange(classes)[:, None] * np.full((1, 2), 30.0)
    boxes = np.concatenate([corner, corner + 20], 1)
    truth = Detections.truth(boxes, np.arange(classes), names)
    answers = Detections(boxes, np.linspace(0.9, 0.5, classes), np.arange(classes), names)
    found = evaluate([answers], [truth])
    figure = curves_figure(found)
    figure.draw_without_rendering()
    [axes] = figure.axes
    written = [text.get_text() for text in axes.get_legend().get_texts()]
    assert len(written) == min(classes, SHOWN) + 1
    assert written[0].startswith("klass")
    assert written[0].endswith("1.000")
    edge, box = figure.bbox, axes.get_legend().get_window_extent()
    assert box.x1 <= edge.x1 + 1
    assert ("weakest" in axes.get_title(loc="left")) == (classes > SHOWN)
    assert found.curves is not None
    assert len(threshold_figure(found.curves).axes[0].lines) == 4
    assert found.figure().axes
