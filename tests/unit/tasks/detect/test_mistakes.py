"""Every kind of mistake, on pictures with one of each."""

import numpy as np
import pytest

from lenslet.results import Detections, Mistakes
from lenslet.results.mistakes import KINDS
from lenslet.tasks.detect.matching import match
from lenslet.tasks.detect.mistakes import f1, find_mistakes

NAMES = ("cat", "dog")
BOX = (100.0, 100, 200, 200)


def scene(*things: tuple[tuple[float, ...], int], scores: list[float] | None = None) -> Detections:
    boxes, labels = np.array([t[0] for t in things], float).reshape(-1, 4), np.array([t[1] for t in things], int)
    return Detections(boxes, np.ones(len(things)) if scores is None else np.array(scores), labels, NAMES)


def mistakes_of(answers: Detections, there: Detections, threshold: float = 0.5) -> Mistakes:
    return find_mistakes(match([answers], [there]), [answers], [there], threshold)


@pytest.mark.parametrize(
    ("kind", "box", "label", "lost"),
    [
        ("background", (300, 300, 400, 400), 0, False),
        ("background", (190, 190, 290, 290), 0, False),  # IoU 0.005
        ("wrong class", (100, 100, 200, 190), 1, True),
        ("badly placed", (100, 100, 200, 140), 0, True),  # IoU 0.4
        ("both", (100, 100, 200, 140), 1, False),
    ],
)
def test_a_single_wrong_answer(kind: str, box: tuple[float, ...], label: int, lost: bool) -> None:
    found = mistakes_of(scene((box, label), scores=[0.8]), scene((BOX, 0)))
    wrong, *rest = sorted(found.pictures[0].mistakes, key=lambda m: m.kind == "missed")
    assert wrong.kind == kind
    assert (wrong.said, wrong.score, wrong.lost) == (NAMES[label], 0.8, lost)
    assert wrong.thing == ("" if kind == "background" else "cat")
    assert wrong.cost == pytest.approx(1.8 if lost else 0.8)
    # Where the answer explains why the thing was not found, it is not missed beside
    assert [m.kind for m in rest] == ([] if lost else ["missed"])


def test_a_second_answer_is_a_duplicate_and_the_first_stays_right() -> None:
    answers = scene((BOX, 0), ((100, 100, 200, 190), 0), scores=[0.7, 0.9])
    found = mistakes_of(answers, scene((BOX, 0)))
    [wrong] = found.pictures[0].mistakes
    assert (found.right, wrong.kind, wrong.score, wrong.overlap) == (1, "duplicate", 0.7, pytest.approx(1))
    assert str(wrong) == "cat 70 %, found twice"


def test_the_larger_overlap_decides_between_two_things() -> None:
    there = scene((BOX, 0), ((100, 150, 200, 260), 1))
    answers = scene((BOX, 0), ((100, 155, 200, 260), 0), scores=[0.9, 0.8])
    [wrong] = mistakes_of(answers, there).pictures[0].mistakes
    assert (wrong.kind, wrong.thing) == ("wrong class", "dog")


def test_a_thing_missed_by_a_little_costs_little() -> None:
    found = mistakes_of(scene((BOX, 0), scores=[0.4]), scene((BOX, 0)))
    [missed] = found.pictures[0].mistakes
    assert (missed.kind, missed.score, missed.box) == ("missed", 0.4, BOX)
    assert missed.cost == pytest.approx(0.6)
    assert found.kinds["missed"].f1 == 1
    assert found.kinds["missed"].map50 == 0  # below the threshold it was found: mAP50 sees that
    assert mistakes_of(scene(), scene((BOX, 0))).pictures[0].cost == 1


def test_repairing_a_kind_brings_what_it_says() -> None:
    """Two cats: one found, one called a dog; a dog found; a false dog that is surer."""
    other, third = (300.0, 300, 400, 400), (500.0, 500, 600, 600)
    there = scene((BOX, 0), (other, 0), (third, 1))
    answers = scene((BOX, 0), (other, 1), (third, 1), ((0, 0, 50, 50), 1), scores=[0.9, 0.8, 0.7, 0.6])
    found = mistakes_of(answers, there)
    was = f1(2, 4, 3)
    assert {name: kind.count for name, kind in found.kinds.items() if kind.count} == {"background": 1, "wrong class": 1}
    assert found.kinds["wrong class"].f1 == pytest.approx(f1(3, 4, 3) - was)
    assert found.kinds["background"].f1 == pytest.approx(f1(2, 3, 3) - was)
    # cat: 51/101 of 1; dog: right at the second place, 1/2. Repaired: both 1.
    assert found.kinds["wrong class"].map50 == pytest.approx(1 - (51 / 101 + 0.5) / 2)
    assert found.kinds["background"].map50 == 0  # it stands behind everything right


def test_pictures_come_by_their_cost() -> None:
    there = [scene((BOX, 0)), scene((BOX, 0), ((300, 300, 400, 400), 1)), scene((BOX, 0))]
    answers = [scene(((0, 0, 9, 9), 0), (BOX, 0), scores=[0.55, 0.9]), scene(), scene((BOX, 0), scores=[0.9])]
    found = find_mistakes(match(answers, there), answers, there, 0.5)
    assert [one.number for one in found.pictures] == [1, 0]
    assert (found.erring, len(found)) == (2, 3)
    assert len(find_mistakes(match(answers, there), answers, there, 0.5, worst=1).pictures) == 1
    assert found.pictures[1].predicted == answers[0]
    assert str(found) == "2 missed, 1 background"


def test_every_kind_has_its_words() -> None:
    answers = scene((BOX, 0), scores=[0.9])
    assert list(mistakes_of(answers, scene((BOX, 0))).kinds) == list(KINDS)
