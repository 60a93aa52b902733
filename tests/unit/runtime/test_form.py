"""ONNX files that are none, or not all of one, or reach out of their folder: a sentence each, before anything runs."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lenslet.errors import CardError
from lenslet.runtime.form import read_form

onnx = pytest.importorskip("onnx")


def _model(place: str = "", *, inner: bool = False) -> bytes:
    """A graph that adds a constant; its weights lie at `place`, or those of a constant in one of its nodes."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    tensor = onnx.numpy_helper.from_array(np.arange(3, dtype=np.float32), "w")
    if place:
        onnx.external_data_helper.set_external_data(tensor, place, offset=0, length=12)
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
    first = [helper.make_node("Constant", [], ["w"], value=tensor)] if inner else []
    graph = helper.make_graph(
        [*first, helper.make_node("Add", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", kind, [3]), helper.make_tensor_value_info("w", kind, [3])],
        [helper.make_tensor_value_info("y", kind, [3])],
        [] if inner else [tensor],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    helper.set_model_props(model, {"who": "me, é"})
    made: bytes = model.SerializeToString()
    return made


def test_a_file_says_its_metadata_and_inputs(tmp_path: Path) -> None:
    form = read_form(_model(), tmp_path / "m.onnx")
    assert form.metadata == {"who": "me, é"}
    assert (form.inputs, form.outputs, form.optional) == (["x", "w"], ["y"], ("w",))
    assert form.external == set()


def test_every_truncated_file_is_refused(tmp_path: Path) -> None:
    whole = _model()
    for size in range(len(whole)):
        try:
            read_form(whole[:size], tmp_path / "m.onnx")
        except CardError as error:
            assert "m.onnx" in str(error)
            continue
        # cut exactly between two parts: what is left says nothing of its maker, and the runtime looks at the rest
        assert b"who" not in whole[:size]


@pytest.mark.parametrize("inner", [False, True])
@pytest.mark.parametrize("place", ["/etc/passwd", "../w.bin", "a/../../w.bin", "C:\\w.bin", "..\\w.bin", "link/w.bin"])
def test_weights_outside_the_folder_are_refused(tmp_path: Path, place: str, inner: bool) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "link").symlink_to(tmp_path)
    with pytest.raises(CardError, match="outside its own folder"):
        read_form(_model(place, inner=inner), home / "m.onnx")
    assert read_form(_model("parts/w.bin", inner=inner), home / "m.onnx").external == {"parts/w.bin"}


def test_two_gigabytes_that_are_not_there_are_refused(tmp_path: Path) -> None:
    claim = bytes([7 << 3 | 2]) + b"\xff\xff\xff\xff\x07" + b"graph"  # a graph of 2**31 - 1 bytes
    with pytest.raises(CardError, match=r"2,147,483,647 bytes is announced where 5 are left"):
        read_form(claim, tmp_path / "m.onnx")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x00" * 40, b"\xff" * 40, b"<!doctype html>", b"PK\x03\x04abc"])
def test_what_is_no_onnx_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CardError, match="no ONNX file"):
        read_form(content, tmp_path / "m.onnx")


def test_graphs_in_graphs_end_somewhere(tmp_path: Path) -> None:
    def part(number: int, content: bytes) -> bytes:
        size, length = len(content), b""
        while size > 127:
            length, size = length + bytes([size & 127 | 128]), size >> 7
        return bytes([number << 3 | 2]) + length + bytes([size]) + content

    graph = b""
    for _ in range(40):
        graph = part(1, part(5, part(6, graph)))  # a node with an attribute that is a graph
    with pytest.raises(CardError, match="more than 32 deep"):
        read_form(part(7, graph), tmp_path / "m.onnx")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200))
def test_damage_ends_in_a_sentence_or_in_a_form(junk: bytes, place: int) -> None:
    whole = _model()
    damaged = whole[:place] + junk + whole[place + len(junk) :]
    try:
        read_form(damaged, Path("m.onnx"))
    except CardError as error:
        assert "\n" not in str(error)
