"""Face models put together: what a card's head names, what lies beside an ONNX file, what a list of parts says."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import lenslet as ll
from lenslet.card import Card, software
from lenslet.errors import CallError, CardError
from lenslet.gallery import Encodes
from lenslet.image import Preprocess, open_image, resize, save_image
from lenslet.nets import build
from lenslet.results import Encodings, Unreadable
from lenslet.tasks.face.embedder import Embedder
from lenslet.tasks.face.faces import Faces
from lenslet.verbs.asking import How
from lenslet.verbs.face_pipeline import Closer
from lenslet.verbs.together import ask_open

PARTS = {"finder": "facefinder", "points": "facepoints"}


def _embedder(folder: Path, **head: Any) -> Path:
    arguments = {"num_classes": 16, "in_channels": 3}
    torch.manual_seed(0)
    card = Card(
        task="face",
        net="cameo_tiny",
        net_arguments=arguments,
        labels=("different", "same"),
        preprocess=Preprocess((112, 112), "letterbox", 3, (0.5,) * 3, (0.25,) * 3),
        head={"dimensions": 16, "views": "mirror"} | head,
        versions=software(),
    )
    Embedder(build("cameo_tiny", **arguments), card).save(folder)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Faces:
    opened = ll.load(_embedder(tmp_path_factory.mktemp("m") / "mine", **PARTS))
    assert isinstance(opened, Faces)
    return opened


@pytest.fixture(scope="module")
def frames(shared: Path) -> list[Path]:
    place = shared / "data" / "face_keypoints"
    with (place / "keypoints.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [place / rows[i][0] for i in (0, 1, 900, 901)]


def test_a_head_that_names_no_parts_is_an_embedder_and_one_that_does_is_a_face_model(
    tmp_path: Path, model: Faces
) -> None:
    assert isinstance(ll.load(_embedder(tmp_path / "e")), Embedder)
    assert isinstance(model, Encodes)
    assert (model.name, model.dimensions, model.card.task) == ("mine", 16, "face")
    assert "cameo_tiny" in repr(model)
    assert ll.describe(model).parameters > 1000


@pytest.mark.data
def test_faces_on_frames_are_found_aligned_and_encoded(model: Faces, frames: list[Path]) -> None:
    (one, *_), (other, *_) = model.encode(frames[0]), model(frames[1])
    assert len(one) == 16
    assert one.box is not None
    assert one.picture == frames[0]
    assert one.distance(other) == pytest.approx(model.distance(frames[0], frames[1]))
    crop = model.faces(frames[0])[0].crop
    assert crop.pixels.shape == (112, 112, 3)


@pytest.mark.data
def test_what_two_faces_are_told_by_is_explained_on_the_faces(model: Faces, frames: list[Path], tmp_path: Path) -> None:
    from lenslet.verbs.aims import aims

    sights = [sight for sight, _ in aims(model, frames[0], other=frames[2])]
    assert [sight.prepared.shape for sight in sights] == [(112, 112, 3)] * 2
    np.testing.assert_array_equal(sights[1].prepared, model.upright(frames[2]))
    nobody = save_image(np.full((90, 90, 3), 120, np.uint8), tmp_path / "nobody.png")
    with pytest.raises(CallError, match="no face is found"):
        aims(model, nobody)


@pytest.mark.data
def test_the_same_face_in_a_large_picture_is_found_by_tiles(model: Faces, frames: list[Path]) -> None:
    large = np.full((1500, 2000, 3), 128, np.uint8)
    face = open_image(frames[0])
    high, wide = face.shape[:2]
    large[700 : 700 + high, 1200 : 1200 + wide] = face
    finder = model.pipeline.finder
    assert isinstance(finder, Closer)
    (found, *_) = model.faces(large)
    centre = (found.box[:2] + found.box[2:]) / 2
    assert ((centre > [1200, 700]) & (centre < [1200 + wide, 700 + high])).all()


@pytest.mark.data
def test_people_are_measured_on_pictures_as_they_are_and_nobody_found_is_wrong(
    model: Faces, frames: list[Path], tmp_path: Path
) -> None:
    for number, path in enumerate(frames):
        place = tmp_path / "people" / f"p{number // 2}"
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    whole = model.evaluate(tmp_path / "people")
    assert whole.task == "face"
    assert whole.n == 4
    save_image(np.full((90, 90, 3), 120, np.uint8), tmp_path / "people" / "p0" / "nobody.png")
    missing = model.evaluate(tmp_path / "people")
    assert missing.metrics["one_shot_error"] >= whole.metrics["one_shot_error"]
    assert missing.n == 5
    assert any("no" in note for note in missing.notes)


def test_the_threshold_and_its_share_of_strangers_are_the_cards(model: Faces) -> None:
    assert (model.threshold, model.far) == (1.0, None)
    embedder = _restored(model)
    embedder.card = replace(embedder.card, thresholds={"distance": 0.8, "far": 0.01})
    known = Faces.around(embedder, model.pipeline.finder, model.pipeline.points)
    assert (known.threshold, known.far) == (0.8, 0.01)


def test_where_no_face_is_found_it_is_said(model: Faces, tmp_path: Path) -> None:
    path = save_image(np.full((90, 90, 3), 120, np.uint8), tmp_path / "nobody.png")
    assert model.encode(path) == []
    (answer,) = model.predict([path])
    assert isinstance(answer, Encodings)
    assert (len(answer), answer.picture) == (0, path)
    assert ask_open(model, [open_image(path)], how=How()) == [answer]
    (tmp_path / "x.jpg").write_text("no")
    (answer,) = model.predict([tmp_path / "x.jpg"])
    assert isinstance(answer, Unreadable)
    with pytest.raises(CallError, match="no face is found on this picture"):
        model.distance(path, path)


def test_a_face_model_is_saved_with_the_names_of_its_parts(model: Faces, tmp_path: Path) -> None:
    again = ll.load(Faces.around(_restored(model), model.pipeline.finder, model.pipeline.points).save(tmp_path / "m"))
    assert isinstance(again, Faces)
    assert again.fingerprint == model.fingerprint
    assert again.card.head["finder"] == "facefinder"


def _restored(model: Faces) -> Embedder:
    assert model.folder is not None
    from lenslet.card import load

    card, state = load(model.folder)
    return Embedder.restored(build(card.net, **card.net_arguments), card, state, None)


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ({"finder": "facefinder"}, 'needs "points"'),
        ({"points": "facepoints"}, "finds no faces"),
        ({"finder": "bloodcells", "points": "facepoints"}, "finds 3 kinds"),
        ({"finder": "signs", "points": "facepoints"}, "finds no faces"),
        ({"finder": "facefinder", "points": "facefinder"}, "no points of faces"),
        ({"finder": "../elsewhere", "points": "facepoints"}, "lie beside its card"),
        ({"finder": "/etc/finder", "points": "facepoints"}, "lie beside its card"),
        ({"finder": "missing", "points": "facepoints"}, "missing"),
        ({"finder": 3, "points": "facepoints"}, "by its name"),
    ],
)
def test_parts_that_are_none_are_said(head: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(CardError, match=says):
        ll.load(_embedder(tmp_path / "m", **head))


@pytest.mark.data
def test_a_list_of_parts_puts_yunet_before_our_embedder(
    model: Faces, shared: Path, frames: list[Path], tmp_path: Path
) -> None:
    pytest.importorskip("onnxruntime")
    shutil.copy(shared / "weights" / "yunet_n_dynamic.onnx", tmp_path / "yunet.onnx")
    card = {"format": 1, "kind": "finder", "decode": "yunet", "size": [640, 640], "colours": "BGR"}
    (tmp_path / "yunet.json").write_text(json.dumps(card))
    assert model.folder is not None
    shutil.copytree(model.folder, tmp_path / "mine")
    plain = {"format": 1, "kind": "pipeline", "finder": "yunet.onnx", "embedder": "mine"}
    (tmp_path / "both.json").write_text(json.dumps(plain))
    mixed = ll.load(tmp_path / "both.json")
    assert isinstance(mixed, Faces)
    assert mixed.fingerprint != model.fingerprint
    ours, theirs = model.faces(frames[0])[0], mixed.faces(frames[0])[0]
    between = np.linalg.norm(ours.points[1] - ours.points[0])
    assert np.abs(ours.points - theirs.points).max() < 0.35 * between
    with pytest.raises(CallError, match=r"yunet-faces\.json"):
        ll.load(tmp_path / "yunet.onnx")


@pytest.mark.data
def test_an_onnx_embedder_stands_behind_our_finder(frames: list[Path], tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [
            helper.make_node("AveragePool", ["x"], ["p"], kernel_shape=[14, 14], strides=[14, 14]),
            helper.make_node("Flatten", ["p"], ["y"]),
        ],
        "thumbnail",
        [helper.make_tensor_value_info("x", kind, [1, 3, 112, 112])],
        [helper.make_tensor_value_info("y", kind, [1, 192])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    (tmp_path / "thumb.onnx").write_bytes(model.SerializeToString())
    card = {"format": 1, "kind": "embedder", "size": [112, 112], "mean": [127.5] * 3, "std": [128] * 3}
    (tmp_path / "thumb.json").write_text(json.dumps(card))
    opened = ll.load(tmp_path / "thumb.onnx")
    assert isinstance(opened, Faces)
    assert opened.distance(frames[0], frames[1]) < opened.distance(frames[0], frames[2])
    with pytest.raises(CallError, match="is an ONNX file"):
        opened.save(tmp_path / "copy")
    with pytest.raises(CallError, match="be looked into"):
        ll.describe(opened)


@pytest.mark.parametrize(
    ("plain", "says"),
    [
        ("{", "cannot be read as JSON"),
        ({"kind": "finder"}, "which parts make a face model"),
        ({"format": 1, "kind": "pipeline", **PARTS}, "embedder is None"),
        ({"format": 1, "kind": "pipeline", **PARTS, "embedder": "signs"}, "no face model"),
        ({"format": 1, "kind": "pipeline", **PARTS, "embedder": "x.json"}, "no embedder"),
    ],
)
def test_a_list_of_parts_that_is_none_is_said(plain: Any, says: str, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(plain if isinstance(plain, str) else json.dumps(plain))
    with pytest.raises(CardError, match=says):
        ll.load(path)
    with pytest.raises(CardError, match="no such file"):
        ll.load(tmp_path / "q.json")


def test_large_pictures_are_looked_at_closer_and_small_ones_once() -> None:
    looks: list[int] = []
    finder = ll.load("facefinder")

    class Counting:
        labels, card, net = finder.labels, finder.card, finder.net

        def __call__(self, picture: np.ndarray, *, at_least: int | float | None = None) -> Any:
            looks.append(1)
            return finder(picture, at_least=at_least)

        def detect(self, pictures: list[np.ndarray], *, at_least: int | float | None = None) -> Any:
            looks.extend([1] * len(pictures))
            return [finder(resize(picture, (32, 32))) for picture in pictures]

    closer = Closer(Counting())
    closer(np.zeros((300, 900, 3), np.uint8))
    assert len(looks) == 1
    found = closer(np.zeros((1200, 1600, 3), np.uint8))
    assert len(looks) > 6
    assert found.size == (1200, 1600)
    assert replace(found, size=None).names == ("face",)
