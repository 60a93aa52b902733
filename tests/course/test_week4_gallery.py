"""Course 4.1 to 4.4: verification, recognition, one picture a person, and the degree of difference d with tau.

Real people, one or a few pictures each, and an embedder that has learned nothing: what is tested is the rule, not the
accuracy.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lenslet as ll
from lenslet.results import Encoding


@pytest.fixture(autouse=True)
def _own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSLET_KEYS", str(tmp_path / "keys"))
    monkeypatch.delenv("LENSLET_KEY", raising=False)


@pytest.fixture
def orl(shared: Path) -> list[list[Path]]:
    """Pictures of each person."""
    return [
        sorted(folder.glob("*.*")) for folder in sorted((shared / "data" / "orl_faces").iterdir()) if folder.is_dir()
    ]


def east(angle: float) -> Encoding:
    return Encoding(np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]))


def test_4_1_verification_takes_a_picture_and_a_name_and_says_same_or_not(tmp_path: Path) -> None:
    with ll.Gallery(tmp_path / "people.db") as gallery:
        gallery.enrol("Kian", east(0))
        assert gallery.verify("Kian", east(10), threshold=0.1).same
        assert not gallery.verify("Kian", east(40), threshold=0.1).same


def test_4_2_recognition_takes_a_picture_and_says_which_of_k_people_or_unknown(tmp_path: Path) -> None:
    with ll.Gallery(tmp_path / "people.db") as gallery:
        for name, angle in (("Kian", 0), ("Danielle", 90), ("Younes", 180), ("Tian", 270)):
            gallery.enrol(name, east(angle))
        answer = gallery.identify(east(95), threshold=0.1)
        assert (answer.name, answer.people) == ("Danielle", 4)
        assert gallery.identify(east(45), threshold=0.1).name is None


def test_4_2_of_a_hundred_people_one_error_in_a_hundred_is_too_many(tmp_path: Path) -> None:
    # the course: 99 % right may be enough for verification; with K = 100 there are a hundred chances to err
    with ll.Gallery(tmp_path / "people.db") as gallery:
        for number in range(100):
            gallery.enrol(f"p{number}", east(number * 3.6))
        found = gallery.calibrate(far=0.01)
        assert found.far <= 0.01
        answer = gallery.identify(east(1.0))
        assert answer.false_alarm == pytest.approx(1 - (1 - found.far) ** 100)
        assert answer.false_alarm > 0.5  # type: ignore[operator]


@pytest.mark.data
def test_4_3_one_picture_a_person_is_enough_to_join_and_nothing_is_trained(
    tmp_path: Path, looks: Any, orl: list[list[Path]]
) -> None:
    with ll.Gallery(tmp_path / "people.db", looks(dimensions=64)) as gallery:
        for number, pictures in enumerate(orl[:20]):
            gallery.enrol(f"s{number}", pictures[0])
        before = [gallery.identify(pictures[1], threshold=4) for pictures in orl[:20]]
        assert np.mean([answer.nearest == f"s{n}" for n, answer in enumerate(before)]) > 0.5  # by chance 0.05
        gallery.enrol("new", orl[25][0])
        assert gallery.identify(orl[25][0], threshold=1).name == "new"
        after = [gallery.identify(pictures[1], threshold=4) for pictures in orl[:20]]
        old = [(a, b) for a, b in zip(before, after, strict=True) if b.nearest != "new"]
        assert all(a.distance == b.distance for a, b in old), "nobody's encoding has moved"


@pytest.mark.data
def test_4_4_d_is_small_for_one_person_and_tau_parts_it_from_that_of_two(
    tmp_path: Path, looks: Any, orl: list[list[Path]]
) -> None:
    with ll.Gallery(tmp_path / "people.db", looks(dimensions=64)) as gallery:
        for number, pictures in enumerate(orl):
            gallery.enrol(f"s{number}", pictures[:3])
        tau = gallery.calibrate(far=0.05)
        same = [gallery.verify(f"s{n}", pictures[4]) for n, pictures in enumerate(orl)]
        other = [gallery.verify(f"s{n}", orl[n - 1][4]) for n in range(len(orl))]
        assert np.median([a.distance for a in same]) < np.median([a.distance for a in other])
        assert np.mean([a.same for a in other]) < 0.2, "tau was found for one stranger in twenty"
        for answer in (*same, *other):
            assert answer.same == (answer.distance <= tau.threshold)


def test_4_4_d_is_the_squared_distance_of_the_encodings(tmp_path: Path) -> None:
    with ll.Gallery(tmp_path / "people.db") as gallery:
        gallery.enrol("Kian", east(0))
        answer = gallery.verify("Kian", east(60), threshold=1)
        assert answer.distance == pytest.approx(1.0)  # the third side of an even triangle, squared
        assert answer.distance == pytest.approx(east(0).distance(east(60)))
