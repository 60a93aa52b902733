"""The pipeline: what it takes, in which order it answers, and what it never does silently."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenslet.errors import CallError, ImageError
from lenslet.gallery import Encodes
from lenslet.results import Detections, Points
from lenslet.tasks.face.align import TEMPLATE
from lenslet.tasks.face.pipeline import FacePipeline

BOXES = np.array([[4, 4, 24, 30], [40, 10, 90, 76]], np.float64)
NAMES = tuple(map(str, range(5)))


@dataclass
class Finder:
    boxes: np.ndarray = field(default_factory=lambda: BOXES)
    fingerprint: str = "f1"
    asked: list = field(default_factory=list)

    def __call__(self, picture: Any, *, at_least: int | float | None = None) -> Detections:
        self.asked.append(at_least)
        count = len(self.boxes)
        return Detections(self.boxes, np.full(count, 0.9), np.zeros(count, np.int64), ("face",))


class PointedFinder(Finder):
    def find(self, picture: Any, *, at_least: int | float | None = None) -> tuple[Detections, np.ndarray]:
        return self(picture, at_least=at_least), np.array([_in(box) for box in self.boxes]).reshape(-1, 5, 2)


@dataclass
class Marker:
    fingerprint: str = "p1"
    seen: list = field(default_factory=list)

    def __call__(self, picture: np.ndarray, *, box: Any = None) -> Points:
        self.seen.append(box)
        high, wide = picture.shape[:2]
        return Points(_in(np.array([0, 0, wide, high]) if box is None else np.asarray(box)), NAMES)


@dataclass
class Embedder:
    """The mean colour, as a direction."""

    name: str = "mean"
    fingerprint: str = "e1"
    dimensions: int = 3
    size: tuple[int, int] = (32, 32)
    template: np.ndarray | None = None

    def embed(self, crops: np.ndarray) -> np.ndarray:
        assert crops.shape[1:] == (*self.size, 3)
        means = crops.reshape(len(crops), -1, 3).mean(1) + 1
        return means / np.linalg.norm(means, axis=1, keepdims=True)


def _in(box: np.ndarray) -> np.ndarray:
    return box[:2] + np.array(TEMPLATE) / 112 * (box[2:] - box[:2])


def _picture() -> np.ndarray:
    picture = np.zeros((80, 100, 3), np.uint8)
    picture[4:30, 4:24, 0] = 255
    picture[10:76, 40:90, 2] = 255
    return picture


def test_every_face_is_encoded_the_largest_first_in_the_place_where_it_is() -> None:
    pipeline = FacePipeline(Finder(), Embedder(), Marker())
    assert isinstance(pipeline, Encodes)
    large, small = pipeline.encode(_picture())
    np.testing.assert_array_equal(large.box, BOXES[1])
    np.testing.assert_array_equal(small.box, BOXES[0])
    assert large.vector[2] > 0.9
    assert small.vector[0] > 0.9
    assert pipeline(_picture()) == [large, small]
    assert 0 <= small.quality <= 1


def test_a_picture_without_a_face_gives_nothing_unless_the_whole_of_it_was_said_to_be_one() -> None:
    nobody = Finder(np.empty((0, 4)))
    assert FacePipeline(nobody, Embedder(), Marker()).encode(_picture()) == []
    (only,) = FacePipeline(nobody, Embedder(), Marker(), whole=True).encode(_picture())
    assert only.box is None
    assert len(FacePipeline(Finder(), Embedder(), Marker(), whole=True).encode(_picture())) == 2


def test_points_are_looked_for_twice_the_second_time_by_the_first() -> None:
    marker = Marker()
    FacePipeline(Finder(BOXES[:1]), Embedder(), marker).encode(_picture())
    np.testing.assert_array_equal(marker.seen[0], BOXES[0])
    points = _in(BOXES[0])
    np.testing.assert_allclose(marker.seen[1], [*points.min(0), *points.max(0)])


def test_a_finder_with_points_needs_no_other_model_and_one_without_does() -> None:
    assert len(FacePipeline(PointedFinder(), Embedder()).encode(_picture())) == 2
    with pytest.raises(CallError, match="gives boxes only"):
        FacePipeline(Finder(), Embedder())
    with pytest.raises(CallError, match="by a model of points"):
        FacePipeline(PointedFinder(), Embedder(), whole=True)


def test_what_is_no_face_after_all_is_left_out() -> None:
    class Dot(Marker):
        def __call__(self, picture: np.ndarray, *, box: Any = None) -> Points:
            return Points(np.full((5, 2), 9.0), NAMES)

    assert FacePipeline(Finder(), Embedder(), Dot()).encode(_picture()) == []


def test_an_embedder_with_its_own_template_gets_faces_by_it() -> None:
    turned = np.array(TEMPLATE)[:, ::-1] / 112 * 32
    (face,) = FacePipeline(Finder(BOXES[1:]), Embedder(template=turned), Marker()).faces(_picture())
    assert abs(abs(face.crop.way.angle) - 90) < 10


def test_the_lowest_score_is_handed_on() -> None:
    finder = Finder()
    FacePipeline(finder, Embedder(), Marker(), at_least=0.3).encode(_picture())
    assert finder.asked == [0.3]


def test_the_fingerprint_is_of_all_three_and_of_the_settings() -> None:
    prints = {
        FacePipeline(finder, embedder, marker, at_least=least, whole=whole).fingerprint
        for finder, embedder, marker, least, whole in [
            (Finder(), Embedder(), Marker(), None, False),
            (Finder(fingerprint="f2"), Embedder(), Marker(), None, False),
            (Finder(), Embedder(fingerprint="e2"), Marker(), None, False),
            (Finder(), Embedder(), Marker("p2"), None, False),
            (Finder(), Embedder(), Marker(), 0.2, False),
            (Finder(), Embedder(), Marker(), None, True),
        ]
    }
    assert len(prints) == 6
    assert FacePipeline(Finder(), Embedder(), Marker()).fingerprint in prints
    with pytest.raises(CallError, match="no fingerprint"):
        FacePipeline(lambda picture, *, at_least=None: None, Embedder(), Marker())


@pytest.mark.parametrize("mode", ["L", "CMYK", "I;16", "RGBA"])
def test_pictures_of_any_kind_are_opened_and_their_path_is_kept(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    if mode == "I;16":
        Image.fromarray((_picture().mean(2) * 200).astype(np.uint16)).save(path)
    else:
        Image.fromarray(_picture()).convert(mode).save(path)
    found = FacePipeline(Finder(), Embedder(), Marker()).encode(path)
    assert [one.picture for one in found] == [path, path]


def test_what_is_no_picture_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_text("hello")
    with pytest.raises(ImageError, match=r"x\.jpg"):
        FacePipeline(Finder(), Embedder(), Marker()).encode(tmp_path / "x.jpg")
