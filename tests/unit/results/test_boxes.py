"""Detections, points and localizations: what they refuse, how they are chosen from, how they look."""

import numpy as np
import pytest

from lenslet.errors import CallError, ShapeError
from lenslet.image import open_image
from lenslet.results import Detections, Localization, Points

NAMES = ("cat", "dog")
GREY = np.full((90, 120, 3), 128, np.uint8)


def pets(**rest) -> Detections:
    boxes = np.array([[10.0, 10, 50, 60], [20, 20, 100, 80], [0, 0, 5, 5]])
    return Detections(boxes, np.array([0.9, 0.4, 0.7]), np.array([1, 0, 1]), NAMES, GREY, **rest)


def face(**rest) -> Points:
    places = np.array([[10.0, 20], [30, 20], [np.nan, np.nan]])
    return Points(places, ("left", "right", "nose"), lines=((0, 1), (1, 2)), picture=GREY, **rest)


def test_a_mask_a_slice_a_number_and_a_list_choose_boxes_with_all_they_carry():
    seen = pets(ids=(7, "b", 9), crowd=np.array([False, True, False]), areas=np.array([1.0, 2, 3]))
    chosen = seen[seen.scores > 0.5]
    assert [one.label for one in chosen] == ["dog", "dog"]
    assert chosen.ids == (7, 9)
    assert chosen.areas.tolist() == [1, 3]
    assert seen[1].crowd.tolist() == [True]
    assert len(seen[:2]) == 2
    assert seen[[2, 0]].boxes[:, 2].tolist() == [5, 50]
    assert seen[[2, 0, 1]][[1, 2, 0]] == seen


def test_what_is_frozen_cannot_change_through_another_name():
    boxes = np.array([[10.0, 10, 50, 60]])
    seen = Detections.truth(boxes, np.array([0]), NAMES)
    boxes[:] = 0
    assert seen.boxes[0, 2] == 50
    with pytest.raises(ValueError, match="read-only"):
        seen.boxes[0, 0] = 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"boxes": np.array([[5.0, 0, 1, 1]])}, r"x1 <= x2"),
        ({"boxes": np.array([[np.nan, 0, 1, 1]])}, "is no box"),
        ({"scores": np.array([1.5])}, "between 0 and 1"),
        ({"scores": np.array([np.nan])}, "between 0 and 1"),
        ({"labels": np.array([2])}, "there are 2 names"),
        ({"labels": np.array([-1])}, "there are 2 names"),
        ({"areas": np.array([-1.0])}, "0 or more"),
        ({"size": (0, 5)}, "at least one pixel"),
    ],
)
def test_what_is_no_detection_is_refused(changed, message):
    good = {"boxes": np.array([[0.0, 0, 1, 1]]), "scores": np.ones(1), "labels": np.zeros(1, int), "names": NAMES}
    Detections(**good)
    with pytest.raises(CallError, match=message):
        Detections(**(good | changed))


def test_nothing_is_a_detection_too():
    none = Detections.none(NAMES, GREY)
    assert len(none) == 0
    assert list(none) == []
    assert str(none) == "nothing"
    assert Detections.from_json(none.to_json()) == none
    assert (none.drawn() == GREY[0, 0]).all()


def test_its_words():
    assert str(pets()) == "2 dog, 1 cat"
    assert repr(pets()) == "Detections(2 dog, 1 cat, 2 classes)"
    assert pets().area.tolist() == [2000, 4800, 25]
    assert str(face()) == "2 of 3 points"


def test_a_truth_is_drawn_without_percentages_and_a_prediction_with_them(monkeypatch):
    from lenslet import draw

    told = []
    monkeypatch.setattr(draw, "boxes", lambda image, boxes, labels, scores, **_: told.append(scores) or image)
    pets().drawn()
    Detections.truth(np.array([[0.0, 0, 9, 9]]), np.array([0]), NAMES, picture=GREY).drawn()
    assert told[0].tolist() == [0.4, 0.7, 0.9]  # the best on top
    assert told[1] is None


def test_plot_writes_a_picture_and_without_one_says_so(tmp_path):
    assert (open_image(pets().plot(tmp_path / "boxes.png")) != GREY[0, 0]).any()
    assert (open_image(face().plot(tmp_path / "points.png")) != GREY).any()
    with pytest.raises(CallError, match="know no picture"):
        Detections.none(NAMES).plot(tmp_path / "none.png")
    with pytest.raises(CallError, match="know no picture"):
        Points(np.zeros((1, 2)), ("a",)).plot(tmp_path / "none.png")
    with pytest.raises(CallError, match="knows no picture"):
        Localization.nothing(NAMES).plot(tmp_path / "none.png")
    Localization.nothing(NAMES, GREY).plot(tmp_path / "nothing.png")


def test_points_that_are_not_known_are_said_so_and_choose_keeps_lines():
    seen = face()
    assert seen.known.tolist() == [True, True, False]
    assert seen.box.tolist() == [10, 20, 30, 20]
    assert seen[seen.known].lines == ((0, 1),)
    assert seen[2].box is None
    assert [point.name for point in seen] == ["left", "right", "nose"]
    hidden = Points(np.array([[1.0, 2]]), ("a",), np.array([0]))
    assert np.isnan(hidden.places).all()


def test_what_are_no_points_is_refused():
    with pytest.raises(CallError, match="finite place"):
        Points(np.full((1, 2), np.nan), ("a",), np.array([2]))
    with pytest.raises(CallError, match="visible is 0"):
        Points(np.zeros((1, 2)), ("a",), np.array([3]))
    with pytest.raises(CallError, match="lines join"):
        Points(np.zeros((1, 2)), ("a",), lines=((0, 1),))
    with pytest.raises(ShapeError, match="2 names"):
        Points(np.zeros((1, 2)), ("a", "b"))


def test_a_localization_says_what_is_there_or_that_nothing_is():
    box = np.array([1.0, 2, 30, 40])
    found = Localization(0.9, box, np.array([0.25, 0.75]), NAMES, GREY)
    assert (found.found, found.label, len(found)) == (True, "dog", 1)
    assert found.score == pytest.approx(0.675)
    assert found.detections().boxes.tolist() == [box.tolist()]
    nothing = Localization.nothing(NAMES)
    assert (nothing.label, nothing.score, len(nothing), str(nothing)) == (None, 1, 0, "nothing")
    assert len(nothing.detections()) == 0
    with pytest.raises(CallError, match="between 0 and 1"):
        Localization(1.5, box, np.ones(2), NAMES)


@pytest.mark.parametrize("kind", [Detections, Points, Localization])
@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 1, "task": "detect"}', '{"schema": 9, "task": "detect"}'])
def test_json_of_something_else_is_refused_with_a_sentence(kind, text):
    with pytest.raises(CallError, match="this"):
        kind.from_json(text)
