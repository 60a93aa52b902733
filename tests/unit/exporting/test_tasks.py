"""Every task exports, and the file answers as the model does: called, in batches, and in what it says of itself."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lenslet as ll
from lenslet.errors import CallError, WorkError
from lenslet.image import save_image
from lenslet.runtime import OnnxFile

KINDS = (
    "classify", "classify-grey", "classify-crop", "localize", "landmark", "detect", "detect-anchors", "face",
    "face-symmetries",
)  # fmt: skip
NAMES = ("scores", "boxes", "labels", "box", "presence", "places", "vector")
NEAR = 2e-4


@pytest.fixture(scope="module", params=KINDS)
def pair(
    request: pytest.FixtureRequest, small: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, Any, Any]:
    """The model, what its export said, and the file opened."""
    model = small(request.param)
    made = model.export(tmp_path_factory.mktemp("exported") / "m.onnx")
    return model, made, ll.load(made.path)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    dice = np.random.default_rng(1)
    folder = tmp_path_factory.mktemp("pictures")
    for number, (height, width) in enumerate([(50, 70), (90, 40), (32, 32), (64, 96), (50, 70)]):
        blocks = dice.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
        picture = blocks.repeat(8, 0).repeat(8, 1)[:height, :width]
        save_image(np.ascontiguousarray(picture), folder / f"{number}.png")
    return sorted(folder.glob("*.png"))


def _alike(one: Any, other: Any, near: float = NEAR) -> None:
    """Two answers, number by number."""
    compared = 0
    for name in NAMES:
        mine = getattr(one, name, None)
        if isinstance(mine, np.ndarray | float):
            most = max(1, np.abs(mine).max(initial=0))
            np.testing.assert_allclose(getattr(other, name), mine, atol=near * most, err_msg=name)
            compared += 1
    assert compared


def test_the_file_answers_as_the_model_does(pair: tuple[Any, Any, Any], files: list[Path]) -> None:
    model, _, opened = pair
    assert opened.labels == model.labels
    for one, other in zip(model.predict(files), opened.predict(files), strict=True):
        assert one.picture == other.picture
        _alike(one, other)
    _alike(model(files[0]), opened(files[0]))


def test_the_file_says_what_it_is(pair: tuple[Any, Any, Any]) -> None:
    model, made, opened = pair
    file = OnnxFile(made.path)
    metadata = file.session.form.metadata
    assert file.said["parity"] == json.loads(json.dumps(made.parity.to_dict()))
    assert file.precision == made.precision == "fp32"
    assert metadata["task"] == model.card.task
    assert json.loads(metadata["labels"]) == list(model.labels)
    assert json.loads(metadata["preprocess"]) == model.card.preprocess.to_dict()
    assert metadata["version"] == ll.__version__
    assert opened.card == model.card
    assert opened.fingerprint == model.fingerprint
    assert made.size == made.path.stat().st_size
    assert made.parity.agree > 0.99
    assert all(value <= made.parity.tolerance[name][0] for name, value in made.parity.same.items())
    assert repr(opened).startswith("Exported")


def test_nobody_can_look_into_a_file(pair: tuple[Any, Any, Any], files: list[Path]) -> None:
    _, made, opened = pair
    with pytest.raises(CallError, match="cannot be looked into"):
        _ = opened.net
    with pytest.raises(CallError, match="cannot be looked into"):
        ll.explain(opened, files[0], progress=False)
    with pytest.raises(CallError, match="exported already"):
        ll.export(made.path, progress=False)


def test_one_that_is_too_far_off_is_not_left_behind(small: Callable[[str], Any], tmp_path: Path) -> None:
    from lenslet.exporting import write
    from lenslet.tasks.classify.graph import plan

    strict = replace(plan(small("classify")), answers=lambda _: {"scores": np.array([1.0, 0.0, 0.0])})
    with pytest.raises(WorkError, match=r"m\.onnx is not written: on pictures at the net's size its scores are up to"):
        write(strict, tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


def test_wrong_calls_are_said(small: Callable[[str], Any], tmp_path: Path) -> None:
    model = small("classify")
    with pytest.raises(CallError, match=r"ends in \.onnx"):
        model.export(tmp_path / "m.pt")
    with pytest.raises(CallError, match="--data"):
        model.export(tmp_path / "m.onnx", int8=True)
    (tmp_path / "d.onnx").mkdir()
    with pytest.raises(CallError, match="is a folder"):
        model.export(tmp_path / "d.onnx")
    with pytest.raises(CallError):
        model.export(tmp_path / "m.onnx", data=tmp_path / "none")


def test_int8_tells_what_it_costs(small: Callable[[str], Any], files: list[Path], tmp_path: Path) -> None:
    model = small("classify")
    for number, label in enumerate(model.labels):
        (tmp_path / "data" / label).mkdir(parents=True)
        for path in files[number : number + 2]:
            shutil.copy(path, tmp_path / "data" / label)
    made = ll.export(model, out=tmp_path / "q.onnx", int8=True, data=tmp_path / "data", progress=False)
    assert (made.precision, made.measured) == ("int8", 6)
    assert set(made.cost) == {"accuracy", "macro_f1"}
    opened = ll.load(made.path)
    assert opened.file.said["cost"]["accuracy"] == list(made.cost["accuracy"])
    assert opened.fingerprint != model.fingerprint  # its encodings would be others
    assert made.size < 0.5 * model.export(tmp_path / "f.onnx").size
    plain = model.export(tmp_path / "p.onnx", int8=True, data=tmp_path / "data" / "a")
    assert plain.cost == {}
    assert any("cannot be measured" in note for note in plain.notes)


def test_openvino_answers_alike(small: Callable[[str], Any], files: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    for kind in ("classify-crop", "detect"):
        model = small(kind)
        opened = ll.load(model.export(tmp_path / f"{kind}.onnx").path, backend="openvino")
        for one, other in zip(model.predict(files[:2]), opened.predict(files[:2]), strict=True):
            _alike(one, other, near=2e-3)
    with pytest.raises(CallError, match="is for exported models"):
        ll.load("signs", backend="openvino")
    with pytest.raises(CallError, match="give onnxruntime or openvino"):
        OnnxFile(tmp_path / "detect.onnx", backend="tensorrt")
