"""ONNX embedders: what the card says is done to the pictures; what the file is not is said."""

from pathlib import Path

import numpy as np
import pytest

from lenslet.errors import CardError, MissingError, ShapeError, WorkError
from lenslet.runtime import OnnxCard, OnnxEmbedder, Session

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def _net(path: Path, *, axes: tuple[int, ...] = (2, 3), outputs: int = 1, shape: list | None = None) -> Path:
    """The mean of each channel, as an ONNX file."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [helper.make_node("ReduceMean", ["x", "axes"], [f"y{i}"], keepdims=0) for i in range(outputs)]
    graph = helper.make_graph(
        nodes,
        "means",
        [helper.make_tensor_value_info("x", kind, shape or ["n", "a", "b", "c"])],
        [helper.make_tensor_value_info(f"y{i}", kind, None) for i in range(outputs)],
        [onnx.numpy_helper.from_array(np.array(axes, np.int64), "axes")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


CARD = OnnxCard(kind="embedder", size=(16, 24), mean=(10.0, 20.0, 30.0), std=(1.0, 2.0, 4.0))
CROP = np.broadcast_to(np.array([11, 22, 38], np.uint8), (2, 16, 24, 3))


def test_pixels_are_normalised_and_encodings_have_length_1(tmp_path: Path) -> None:
    net = OnnxEmbedder(_net(tmp_path / "m.onnx"), CARD, threads=1)
    assert (net.dimensions, net.size, net.template, net.name) == (3, (16, 24), None, "m")
    np.testing.assert_allclose(net.embed(CROP), np.array([[1, 1, 2]] * 2) / np.sqrt(6), rtol=1e-6)
    assert net.embed(CROP[:0]).shape[0] == 0


def test_blue_first_and_channels_last_are_as_the_card_says(tmp_path: Path) -> None:
    blue = OnnxCard(kind="embedder", size=(16, 24), colours="BGR")
    want = np.array([38, 22, 11]) / np.linalg.norm([38, 22, 11])
    np.testing.assert_allclose(OnnxEmbedder(_net(tmp_path / "m.onnx"), blue).embed(CROP)[0], want, rtol=1e-6)
    last = OnnxCard(kind="embedder", size=(16, 24), layout="NHWC")
    net = OnnxEmbedder(_net(tmp_path / "l.onnx", axes=(1, 2)), last)
    np.testing.assert_allclose(net.embed(CROP)[0], want[::-1], rtol=1e-6)


def test_the_fingerprint_is_of_the_weights_and_the_card_but_not_of_the_name(tmp_path: Path) -> None:
    from dataclasses import replace

    one, other = _net(tmp_path / "m.onnx"), _net(tmp_path / "o.onnx", axes=(3, 2))
    prints = [
        OnnxEmbedder(path, card).fingerprint
        for path, card in [
            (one, CARD),
            (one, replace(CARD, name="me", licence="MIT")),
            (one, replace(CARD, std=(1.0, 2.0, 5.0))),
            (other, CARD),
        ]
    ]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 3


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    path = _net(tmp_path / "m.onnx")
    with pytest.raises(CardError, match="says finder"):
        OnnxEmbedder(path, OnnxCard(kind="finder", size=(64, 64), decode="yunet"))
    with pytest.raises(ShapeError, match="this embedder takes"):
        OnnxEmbedder(path, CARD).embed(np.zeros((1, 8, 8, 3), np.uint8))
    with pytest.raises(CardError, match="2 outputs"):
        OnnxEmbedder(_net(tmp_path / "t.onnx", outputs=2), CARD)
    with pytest.raises(CardError, match="not a row a picture"):
        OnnxEmbedder(_net(tmp_path / "s.onnx", axes=(0, 1, 2, 3)), CARD)
    with pytest.raises(WorkError, match=r"cannot be run on an input of \(1, 3, 16, 24\)"):
        OnnxEmbedder(_net(tmp_path / "f.onnx", shape=[1, 3, 16, 16]), CARD)
    flat = OnnxEmbedder(path, OnnxCard(kind="embedder", size=(16, 24)))
    with pytest.raises(CardError, match="zeros or no numbers"):
        flat.embed(np.zeros((1, 16, 24, 3), np.uint8))


def test_what_is_no_onnx_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"hello")
    with pytest.raises(CardError, match="no ONNX file"):
        Session(tmp_path / "x.onnx")
    with pytest.raises(CardError, match="cannot be read"):
        Session(tmp_path / "y.onnx")
    with pytest.raises(CardError, match="cannot be read"):
        Session(tmp_path)


def test_without_onnx_runtime_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    _net(tmp_path / "x.onnx")
    with pytest.raises(MissingError, match=r"pip install 'lenslet\[runtime\]'"):
        Session(tmp_path / "x.onnx")
