"""ONNX finders: the real YuNet finds real faces, drops into the pipeline, and wrong files are said."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lenslet.errors import CardError
from lenslet.runtime import OnnxCard, OnnxEmbedder, OnnxFinder
from lenslet.runtime.finder import suppressed, yunet
from lenslet.tasks.face.align import TEMPLATE, five
from lenslet.tasks.face.pipeline import FacePipeline

pytest.importorskip("onnxruntime")
YUNET = OnnxCard(kind="finder", size=(640, 640), colours="BGR", decode="yunet", score=0.6)


@pytest.fixture(scope="module")
def finder(shared: Path) -> OnnxFinder:
    return OnnxFinder(shared / "weights" / "yunet_n_dynamic.onnx", YUNET, threads=1)


def _shots(shared: Path, count: int) -> list[tuple[Path, np.ndarray]]:
    place = shared / "data" / "face_keypoints"
    with (place / "keypoints.csv").open(newline="") as file:
        rows = list(csv.reader(file))[1:]
    chosen = rows[:: len(rows) // count][:count]
    return [(place / row[0], np.array(row[1:], np.float64).reshape(68, 2)) for row in chosen]


@pytest.mark.data
def test_faces_of_people_are_found_with_their_five_points(finder: OnnxFinder, shared: Path) -> None:
    off = []
    for path, points in _shots(shared, 12):
        found, places = finder.find(path)
        assert found.classes[:1] == ("face",)
        true = five(points)
        between = np.linalg.norm(true[1] - true[0])
        off.append(min(np.linalg.norm(five_ - true, axis=1).mean() / between for five_ in places))
        assert found.picture == path
    assert np.median(off) < 0.2


@pytest.mark.data
def test_a_large_picture_is_made_smaller_and_a_tiny_one_is_no_mistake(finder: OnnxFinder, shared: Path) -> None:
    from lenslet.image import open_image, resize

    path, _ = _shots(shared, 1)[0]
    picture = open_image(path)
    high, wide = picture.shape[:2]
    few, many = finder(picture), finder(resize(picture, (high * 8, wide * 8)))
    np.testing.assert_allclose(many.boxes[0] / 8, few.boxes[0], atol=0.1 * wide)
    assert len(finder(np.zeros((1, 1, 3), np.uint8))) == 0
    assert len(finder(np.zeros((3, 900, 3), np.uint8), at_least=0.99)) == 0


@pytest.mark.data
def test_yunet_is_the_finder_of_a_pipeline(finder: OnnxFinder, shared: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [
            helper.make_node("AveragePool", ["x"], ["p"], kernel_shape=[7, 7], strides=[7, 7]),
            helper.make_node("Flatten", ["p"], ["y"]),
        ],
        "thumbnail",
        [helper.make_tensor_value_info("x", kind, [1, 3, 112, 112])],
        [helper.make_tensor_value_info("y", kind, [1, 768])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    (tmp_path / "thumb.onnx").write_bytes(model.SerializeToString())
    (tmp_path / "thumb.json").write_text(
        '{"format": 1, "kind": "embedder", "size": [112, 112], "mean": [127.5, 127.5, 127.5], "std": [128, 128, 128]}'
    )
    pipeline = FacePipeline(finder, OnnxEmbedder(tmp_path / "thumb.onnx", threads=1))
    shots = _shots(shared, 6)
    for path, points in shots:
        faces = pipeline.faces(path)
        assert len(faces) >= 1
        np.testing.assert_allclose(faces[0].crop.away(five(points)), TEMPLATE, atol=12)  # of 112
        assert faces[0].quality.size > 0.2
    encodings = [pipeline.encode(path)[0] for path, _ in shots]
    assert {len(one) for one in encodings} == {768}
    assert encodings[0].distance(pipeline.encode(shots[0][0])[0]) == 0
    assert pipeline.encode(np.full((200, 200, 3), 90, np.uint8)) == []


def _maps(sides: int = 32) -> dict[str, np.ndarray]:
    maps: dict[str, np.ndarray] = {}
    for stride in (8, 16, 32):
        cells = (sides // stride) ** 2
        for part, width in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            maps[f"{part}_{stride}"] = np.zeros((1, cells, width), np.float32)
    return maps


def test_a_cell_says_where_its_face_is() -> None:
    maps = _maps()
    maps["cls_8"][0, 6], maps["obj_8"][0, 6] = 0.9, 0.4  # row 1, column 2
    maps["bbox_8"][0, 6] = [0.5, 0.25, np.log(2), 0]
    maps["kps_8"][0, 6] = np.arange(10) / 10
    boxes, scores, points = yunet(maps, (32, 32))
    assert scores.argmax() == 6
    assert scores[6] == pytest.approx(0.6)
    np.testing.assert_allclose(boxes[6], [20 - 8, 10 - 4, 20 + 8, 10 + 4], rtol=1e-6)
    np.testing.assert_allclose(points[6, 1], [16 + 1.6, 8 + 2.4], rtol=1e-6)


def test_of_boxes_that_lie_on_each_other_the_first_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [8, 0, 18, 10], [30, 0, 40, 10]], np.float64)
    assert suppressed(boxes, 0.45) == [0, 2, 3]
    assert suppressed(boxes, 0.05) == [0, 3]
    assert suppressed(boxes[:0], 0.5) == []


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    value: Any = [helper.make_tensor_value_info(name, kind, [1]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "same", value[:1], value[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(CardError, match="no output cls_8"):
        OnnxFinder(tmp_path / "m.onnx", YUNET)
    with pytest.raises(CardError, match="says embedder"):
        OnnxFinder(tmp_path / "m.onnx", OnnxCard(kind="embedder", size=(64, 64)))
