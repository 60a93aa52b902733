"""Exported, and asked where torch is not installed: the same answers and the same metrics, at the command line."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lenslet as ll
from lenslet.image import save_image

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

# Not `sys.modules["torch"] = None`: SciPy looks whether torch is there by that very entry.
BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "torchvision", "onnx", "onnxscript"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name.partition(".")[0])
sys.meta_path.insert(0, Blocked())
from lenslet.cli import main
main()
"""


def _without_torch(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", BLOCKED, *arguments], capture_output=True, text=True, check=False)


def _lines(done: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def _pictures(folder: Path, names: Sequence[str]) -> None:
    """Blocks of colour, in folders of these names."""
    dice = np.random.default_rng(7)
    for name in names:
        (folder / name).mkdir(parents=True)
        for number in range(2):
            blocks = dice.integers(0, 256, (12, 16, 3), np.uint8).repeat(8, 0).repeat(8, 1)
            save_image(np.ascontiguousarray(blocks), folder / name / f"{number}.png")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shipped models exported: a classifier, a detector, and a face model with its finder and points."""
    folder = tmp_path_factory.mktemp("exported")
    for name in ("signs", "bloodcells", "faces"):
        ll.export(name, out=folder / f"{name}.onnx", progress=False)
    _pictures(folder / "data", ["0", "1", "2"])
    return folder


def _near(one: Any, other: Any) -> bool:
    """The same, but for the last digits of numbers."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_near(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_near, one, other))
    return one == (pytest.approx(other, abs=2e-3) if isinstance(one, float) else other)


def test_predict_says_the_same(place: Path) -> None:
    data = str(place / "data")
    (one, *others) = _lines(_without_torch("predict", str(place / "signs.onnx"), data, "--json"))
    model = ll.load("signs")
    expected = [{"schema": 1, **answer.to_dict()} for answer in ll.predict(model, [data])]
    assert _near(json.loads(json.dumps([one, *others], default=str)), json.loads(json.dumps(expected, default=str)))


def test_evaluate_measures_the_same(place: Path) -> None:
    (found,) = _lines(
        _without_torch("evaluate", str(place / "signs.onnx"), str(place / "data"), "--json", "--no-progress")
    )
    expected = ll.evaluate("signs", place / "data", progress=False)
    assert found["metrics"]["accuracy"] == expected.metrics["accuracy"]
    assert found["metrics"] == pytest.approx(expected.metrics, abs=2e-3)


def test_a_detector_finds_the_same_without_torch(place: Path) -> None:
    call = ("predict", str(place / "bloodcells.onnx"), str(place / "data" / "0"), "--at-least", "0.02", "--json")
    found = _lines(_without_torch(*call))
    for answer, expected in zip(found, ll.predict("bloodcells", [place / "data" / "0"], at_least=0.02), strict=True):
        plain = json.dumps({"schema": 1, **expected.to_dict()}, default=str)
        assert _near(answer, json.loads(plain))
    tiled = _lines(_without_torch(*call, "--tiles", "--tile-side", "64"))
    assert len(tiled) == len(found)


def test_a_gallery_knows_people_by_an_exported_face_model(place: Path) -> None:
    assert {path.name for path in place.glob("faces*.onnx")} == {"faces.onnx", "faces-finder.onnx", "faces-points.onnx"}
    code = f"""
import lenslet, numpy
model = lenslet.load({str(place / "faces.onnx")!r})
print(model.fingerprint, model.dimensions, len(model.encode(numpy.zeros((90, 80, 3), numpy.uint8))))
lenslet.Gallery({str(place / "people.db")!r}, embedder=model)
"""
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED.replace("from lenslet.cli import main\nmain()\n", code)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    # a gallery of the one opens with the other: the fingerprint is the model's
    assert done.stdout.split() == [ll.load("faces").fingerprint, "128", "0"]


def test_answers_into_a_folder_keep_the_file(place: Path, tmp_path: Path) -> None:
    call = (
        "predict",
        str(place / "signs.onnx"),
        str(place / "data"),
        "--out",
        str(tmp_path / "a"),
        "--no-progress",
        "--json",
    )
    (one,) = _lines(_without_torch(*call))
    (again,) = _lines(_without_torch(*call))
    assert (one["files"], again["files"]) == (6, 6)
    assert ll.load(tmp_path / "a" / "model").labels == ll.load("signs").labels


@pytest.mark.parametrize("kind", ["cut", "strange", "none"])
def test_a_file_that_is_none_gets_one_sentence(place: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "m.onnx"
    content = (place / "signs.onnx").read_bytes()
    if kind == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif kind == "strange":
        from onnx import TensorProto, helper

        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            [helper.make_node("Relu", ["x"], ["y"])], "g",
            [value("x", TensorProto.FLOAT, [1])], [value("y", TensorProto.FLOAT, [1])],
        )  # fmt: skip
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        path.write_bytes(model.SerializeToString())
    done = _without_torch("predict", str(path), str(place / "data"), "--json")
    assert (done.returncode, done.stdout) == (2, "")
    says = {"cut": "not all of one", "strange": "write m.json beside it", "none": "cannot be read"}[kind]
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_benchmark_has_a_row_a_backend(place: Path) -> None:
    found = ll.benchmark(place / "signs.onnx", threads=[1], seconds=0.05, batch=2, progress=False)
    assert {row.backend for row in found.rows} <= {"onnxruntime", "openvino"}
    assert all(row.calls >= 5 and row.p95 >= row.median > 0 and row.throughput > 0 < row.memory for row in found.rows)
    assert found.to_dict()["rows"][0]["backend"] == "onnxruntime"
