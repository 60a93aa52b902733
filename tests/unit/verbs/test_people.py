"""A folder of people is known by its look: what is looked at, what follows from it, and what is not looked at."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lenslet as ll
from lenslet.errors import CallError
from lenslet.image import open_image, save_image
from lenslet.loops.distributed import World
from lenslet.results import Detections, Points
from lenslet.tasks.face.align import TEMPLATE
from lenslet.tasks.face.upright import Upright
from lenslet.verbs import face_pipeline, people
from lenslet.verbs.people import Look, decided, look

SIDE = 112


def _blue(picture: np.ndarray) -> np.ndarray:
    """The box around what is blue, if anything is."""
    rows, columns = np.nonzero(picture[..., 2] > 200)
    box = [[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]] if len(rows) else []
    return np.array(box, np.float64).reshape(-1, 4)


class Painted:
    """Finds what is painted blue, if anything, and has seen so many pictures."""

    fingerprint = "blue"

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, picture: Any, *, at_least: int | float | None = None) -> Detections:
        self.seen += 1
        boxes = _blue(open_image(picture))
        return Detections(boxes, np.ones(len(boxes)), np.zeros(len(boxes), np.int64), ("face",))


class Marked:
    """The points of what is blue, as they lie on a face that fills it."""

    fingerprint = "points"

    def __call__(self, picture: np.ndarray, *, box: Any = None) -> Points:
        box = _blue(picture)[0]
        return Points(box[:2] + np.array(TEMPLATE) / SIDE * (box[2:] - box[:2]), tuple("abcde"))


class Said(list[str]):
    """A bar that keeps what it is told."""

    def phase(self, text: str) -> None: ...
    def at(self, fraction: float, text: str = "") -> None: ...
    def say(self, text: str) -> None:
        self.append(text)


@pytest.fixture
def finder(monkeypatch: pytest.MonkeyPatch) -> Painted:
    made = Painted()
    monkeypatch.setattr(face_pipeline, "upright", lambda: Upright(made, Marked()))
    return made


@pytest.fixture
def painted(tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder of folders with a picture each, on which a blue square of this side is a face."""

    def make(*sides: int, of: tuple[int, int] = (120, 100), folders: int = 12) -> Path:
        for number in range(folders):
            picture = np.full((*of, 3), 90, np.uint8)
            side = sides[number % len(sides)]
            picture[10 : 10 + side, 20 : 20 + side, 2] = 255
            place = tmp_path / "data" / f"{number:02d}"
            place.mkdir(parents=True)
            save_image(picture, place / "1.png")
        return tmp_path / "data"

    return make


def _call(data: Path, **more: Any) -> dict[str, Any]:
    return {"data": data, "task": None, "align": None, **more}


def test_people_are_seen_and_told(painted: Callable[..., Path], finder: Painted) -> None:
    data, said = painted(40), Said()
    found = decided(_call(data), World(), said)
    assert (found["task"], found["align"]) == ("face", "yes")
    assert "--task classify" in said[0]
    assert len(said) == 1
    assert finder.seen == 8  # of twelve: it is clear then


def test_what_shows_no_face_is_left_soon_and_stays_as_it_was(painted: Callable[..., Path], finder: Painted) -> None:
    data, said = painted(0), Said()
    assert decided(_call(data), World(), said) == _call(data)
    assert (finder.seen, said) == (3, [])


@pytest.mark.parametrize(
    "how",
    [
        {"sides": (40,), "folders": 7},  # too few folders
        {"sides": (30,), "of": (50, 200)},  # too small
    ],
)
def test_other_folders_are_not_looked_at(painted: Callable[..., Path], finder: Painted, how: dict[str, Any]) -> None:
    sides = how.pop("sides")
    data = painted(*sides, **how)
    assert decided(_call(data), World(), Said())["task"] is None
    assert finder.seen == 0


def test_a_face_that_a_picture_is_not_about_does_not_count(painted: Callable[..., Path], finder: Painted) -> None:
    assert decided(_call(painted(8)), World(), Said())["task"] is None


@pytest.mark.parametrize(
    "option", [{"curve": True}, {"net": "facet_s"}, {"weights": "imagenet"}, {"augment": "glyph"}, {"freeze": "all"}]
)
def test_a_call_that_speaks_of_classes_is_not_looked_into(
    painted: Callable[..., Path], finder: Painted, option: dict[str, Any]
) -> None:
    assert decided(_call(painted(40), **option), World(), Said())["task"] is None
    assert finder.seen == 0


def test_what_was_asked_for_is_done(painted: Callable[..., Path], finder: Painted) -> None:
    data, said = painted(40), Said()
    assert decided(_call(data, task="classify"), World(), said)["align"] is None
    assert decided(_call(data, task="face", align="no"), World(), said)["align"] == "no"
    assert finder.seen == 0
    assert decided(_call(data, task="face"), World(), said)["align"] == "yes"  # and whatever the number of folders
    assert said == []


def test_faces_that_are_cut_out_and_upright_already_stay_as_they_are(
    painted: Callable[..., Path], finder: Painted, tmp_path: Path
) -> None:
    data = painted(40)
    for number, path in enumerate(sorted(data.rglob("*.png"))):
        crop = np.zeros((SIDE, SIDE, 3), np.uint8)
        crop[number % 3 : SIDE - 2, 1:, 2] = 255
        save_image(crop, path)
    found = decided(_call(data), World(), Said())
    assert (found["task"], found["align"]) == ("face", None)


def test_a_process_that_is_not_the_first_does_not_look(
    painted: Callable[..., Path], finder: Painted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(World, "from_first", lambda _, values: [1.0, 0.0])
    assert decided(_call(painted(0)), World(rank=1, size=2), Said())["align"] == "yes"
    assert finder.seen == 0


def test_align_is_for_comparing(painted: Callable[..., Path], finder: Painted) -> None:
    with pytest.raises(CallError, match="--align is for the task face"):
        ll.train(painted(0), align="yes", progress=False)


def test_broken_pictures_are_no_faces(tmp_path: Path, finder: Painted) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert look([tmp_path / "a.png"]) == look([]) == Look(people=False)


def _linked(source: Path, place: Path, names: list[str]) -> Path:
    for name in names:
        shutil.copytree(source / name, place / name)
    return place


@pytest.mark.data
def test_orl_s_tight_portraits_and_frames_of_people_are_people(shared: Path, tmp_path: Path) -> None:
    folders = sorted(path.name for path in (shared / "data" / "face_keypoints").iterdir() if path.is_dir())
    frames = _linked(shared / "data" / "face_keypoints", tmp_path / "frames", folders[:120:12])
    for data in (shared / "data" / "orl_faces", frames):
        found = decided(_call(data), World(), Said())
        assert (found["task"], found["align"]) == ("face", "yes")


@pytest.mark.data
def test_things_hand_signs_and_pictures_with_points_stay_what_they_are(shared: Path, tmp_path: Path) -> None:
    names = ["Faces", "ant", "bonsai", "crab", "dollar_bill", "dolphin", "gramophone", "pizza", "snoopy", "strawberry"]
    things = _linked(shared / "data" / "caltech101", tmp_path / "things", names)
    assert len(people._some_folders(things)) == len(names)  # they are looked at
    for data in (things, shared / "data" / "caltech101", shared / "data" / "sign_digits", shared / "data" / "signs"):
        assert decided(_call(data), World(), Said())["task"] is None
    points = _call(shared / "data" / "face_keypoints")  # with a table of them, which says more than a look
    assert decided(points, World(), Said()) == points
