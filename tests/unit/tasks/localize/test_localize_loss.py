"""The masked loss, its decoding, and the metrics of localisation, by hand."""

import math

import numpy as np
import pytest
import torch

from lenslet.errors import CallError
from lenslet.image.resizing import letterboxed
from lenslet.results import Localization
from lenslet.tasks.localize.base import localizations
from lenslet.tasks.localize.decode import boxes, told, truths
from lenslet.tasks.localize.loss import losses
from lenslet.tasks.localize.metrics import evaluate, overlap
from lenslet.tasks.localize.shown import shown
from lenslet.tasks.localize.training import Localize

SIZE = (64, 128)
NAMES = ("car", "person")
SOME, NONE = [1.0, 16.0, 8.0, 48.0, 40.0], [-1.0, 0.0, 0.0, 0.0, 0.0]


def truth(*rows: list[float]) -> torch.Tensor:
    return torch.tensor(rows)[:, None, :]


def place(box: list[float], names: tuple[str, ...] = NAMES, label: int = 0, sure: float = 1.0) -> Localization:
    return Localization(sure, np.array(box, float), np.eye(len(names))[label], names, size=(100, 100))


def test_where_nothing_is_there_no_gradient_reaches_box_and_class() -> None:
    raw = torch.randn(3, 7, generator=torch.Generator().manual_seed(0), requires_grad=True)
    sum(losses(raw, truth(NONE, SOME, NONE), SIZE).values()).backward()
    assert raw.grad is not None
    assert (raw.grad[[0, 2], 1:] == 0).all()
    assert (raw.grad[:, 0] != 0).all()  # p_c is learned from every picture
    assert (raw.grad[1] != 0).any()


def test_a_batch_without_a_thing_has_the_same_parts_and_only_p_c_costs() -> None:
    raw = torch.randn(2, 7, requires_grad=True)
    parts = losses(raw, truth(NONE, NONE), SIZE)
    assert set(parts) == set(losses(raw, truth(NONE, SOME), SIZE))
    assert [parts[name].item() for name in ("overlap", "sides", "class")] == [0, 0, 0]
    sum(parts.values()).backward()
    assert raw.grad is not None
    assert (raw.grad[:, 1:] == 0).all()


def test_the_exact_answer_costs_nothing_but_sureness() -> None:
    # centre 32, 24 of 128 x 64; height 32 of 64, width 32 of 128
    logit = [math.log(p / (1 - p)) for p in (0.25, 0.375, 0.5, 0.25)]
    raw = torch.tensor([[20.0, *logit, -20.0, 20.0]])
    parts = losses(raw, truth(SOME), SIZE)
    assert all(part.item() == pytest.approx(0, abs=1e-6) for part in parts.values())
    corners = boxes(raw)[0] * torch.tensor([128.0, 64.0, 128.0, 64.0])
    assert corners.tolist() == pytest.approx(SOME[1:], abs=1e-4)


def test_p_c_of_a_half_costs_the_logarithm_of_two() -> None:
    parts = losses(torch.zeros(4, 7), truth(NONE, SOME, NONE, SOME), SIZE)
    assert parts["there"].item() == pytest.approx(math.log(2))
    assert parts["class"].item() == pytest.approx(math.log(2) / 2)  # two classes, half of the pictures


def test_boxes_come_home_to_the_original_picture() -> None:
    frame = letterboxed((200, 100), (64, 64))  # 32 wide, 16 left over on either side
    logit = [math.log(p / (1 - p)) for p in (0.5, 0.5, 0.999999, 0.5)]
    raw = torch.tensor([[5.0, *logit, 3.0, 0.0]])
    answer = next(localizations(told(raw), [frame], NAMES, [None]))
    assert answer.label == "car"
    assert answer.size == (200, 100)
    assert answer.box.tolist() == pytest.approx([0, 0, 100, 200], abs=0.01)


def test_the_truth_of_a_batch_is_told_as_answers_are() -> None:
    one, other = truths(truth(SOME, NONE), NAMES, SIZE)
    assert (one.label, one.box.tolist()) == ("person", SOME[1:])
    assert other.label is None


def test_iou_of_two_answers_is_the_courses() -> None:
    assert overlap(place([2, 1, 4, 3]), place([1, 2, 3, 4])) == pytest.approx(1 / 7)
    assert overlap(place([0, 0, 9, 9]), Localization.nothing(NAMES)) == 0
    assert overlap(place([5, 5, 5, 5]), place([5, 5, 5, 5])) == 0  # no area, no overlap


def test_metrics_by_hand() -> None:
    real = [place([0, 0, 10, 10]), place([0, 0, 10, 10], label=1), place([0, 0, 10, 10]), Localization.nothing(NAMES)]
    said = [
        place([0, 0, 10, 8]),  # right, IoU 0.8
        place([0, 0, 10, 10]),  # the wrong class
        place([0, 0, 10, 4]),  # right, IoU 0.4: not found
        Localization(0.3, np.zeros(4), np.array([0.5, 0.5]), NAMES),  # rightly nothing
    ]
    found = evaluate(said, real)
    assert found["accuracy"] == 0.75
    assert found["mean_iou"] == pytest.approx((0.8 + 1 + 0.4) / 3)
    assert found["found"] == pytest.approx(1 / 3)
    assert found.labels == ("car", "person", "nothing")
    assert found.per_class["car"]["found"] == 0.5
    assert found.per_class["nothing"]["recall"] == 1
    assert found.confusion is not None
    assert found.confusion.tolist() == [[2, 0, 0], [1, 0, 0], [0, 0, 1]]
    assert [miss.truth for miss in found.worst] == ["person", "car", "car"]


def test_pictures_without_a_thing_give_no_iou() -> None:
    found = evaluate([place([0, 0, 9, 9])], [Localization.nothing(NAMES)])
    assert found["accuracy"] == 0
    assert math.isnan(found["mean_iou"])
    assert found.notes == ("none of these pictures shows a thing, so only false alarms can be told",)


def test_nothing_cannot_be_measured() -> None:
    with pytest.raises(CallError, match="at least one"):
        evaluate([], [])


def test_what_epochs_are_compared_by_counts_wrong_classes_and_false_alarms() -> None:
    task = Localize(NAMES, (64, 64))
    exact = [math.log(p / (1 - p)) for p in (0.5, 0.5, 0.5, 0.5)]
    box = [16.0, 16.0, 48.0, 48.0]
    raw = torch.tensor([[9.0, *exact, 9, -9], [9.0, *exact, -9, 9], [-9.0, *exact, 0, 0], [9.0, *exact, 0, 1]])
    rows = [[0.0, *box], [0.0, *box], NONE, NONE]
    measured = task.measure([(raw, truth(*rows))])
    assert measured["placed"] == pytest.approx((1 + 0 + 1 + 0) / 4, abs=1e-6)
    assert measured["mean_iou"] == pytest.approx(1, abs=1e-6)
    assert measured["found"] == 0.5
    assert measured["right"] == 0.5


def test_of_several_things_the_largest_counts_and_it_is_said() -> None:
    from pathlib import Path

    from lenslet.data import Scene
    from lenslet.results import Detections

    two = Detections.truth(np.array([[0, 0, 9, 9], [0, 0, 20, 20.0]]), np.array([0, 1]), NAMES, size=(50, 50))
    none = Detections.none(NAMES, None, (50, 50))
    made, notes = shown([Scene(Path("a"), "a", two), Scene(Path("b"), "b", none)], NAMES)
    assert [one.truth.label for one in made] == ["person", None]
    assert [one.kind for one in made] == [1, -1]
    assert notes == ["1 picture shows more than one thing: the largest counts, because the answer has one box"]
