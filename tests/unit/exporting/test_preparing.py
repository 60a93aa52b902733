"""Preparing inside the graph is preparing by `lenslet.image`: size by size, rule by rule."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lenslet.exporting.graph import Graph
from lenslet.exporting.preparing import home, prepare
from lenslet.image import Preprocess

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

SHAPES = (
    Preprocess((48, 64), "letterbox", 3, (0.5, 0.4, 0.3), (0.2, 0.3, 0.4)),
    Preprocess((40, 40), "stretch", 3, (0.5,) * 3, (0.25,) * 3),
    Preprocess((32, 48), "crop", 3, (0.5,) * 3, (0.25,) * 3),
    Preprocess((32, 32), "crop", 3, (0.5,) * 3, (0.25,) * 3, keep=0.875),
    Preprocess((33, 57), "letterbox", 1, (0.5,), (0.25,), fill=7),
)


@cache
def _session(number: int, turned: bool) -> Any:
    g = Graph()
    way = prepare(g, SHAPES[number], turned=turned)
    corners = g.constant([[0.0, 0.0], [20.0, 10.0], [1000.0, 1000.0]], np.float64)
    g.output(way.images, "ready", np.float32, ["n", "c", "h", "w"])
    g.output(home(g, corners, way), "home", np.float64, [3, 2])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    return onnxruntime.InferenceSession(g.model({}).SerializeToString(), options, providers=["CPUExecutionProvider"])


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, len(SHAPES) - 1), st.integers(1, 300), st.integers(1, 200), st.booleans(), st.integers(0, 2**32 - 1)
)
@example(0, 1, 1, True, 0)
@example(0, 300, 1, True, 0)
@example(3, 1, 200, False, 0)
@example(0, 64, 48, True, 0)
@example(0, 48, 64, False, 0)
def test_the_graph_prepares_as_pillow_does(number: int, width: int, height: int, turned: bool, seed: int) -> None:
    shape = SHAPES[number]
    size = shape.size
    if turned and (height - width) * (size[0] - size[1]) < 0:
        size = size[::-1]
    expected_shape = Preprocess(size, shape.resize, shape.channels, shape.mean, shape.std, shape.fill, shape.keep)
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    seen, frame = expected_shape.apply(picture)
    ready, corners = _session(number, turned).run(None, {"images": picture[None]})
    expected = expected_shape.normalised(seen[None])
    levels = np.abs(ready - expected) * 255 * np.array(shape.std, np.float32)[:, None, None]
    assert ready.shape == expected.shape
    assert levels.max() <= 2.01  # of noise; of photographs it is 1, in one value of a thousand
    if seen.shape == picture.shape and shape.keep == 1:
        assert levels.max() < 1e-3  # at the net's size nothing is resized
    points = np.array([[0.0, 0.0], [20.0, 10.0], [1000.0, 1000.0]])
    np.testing.assert_allclose(corners, frame.home(points, clip=True), atol=1e-6)


def test_photographs_come_out_nearly_equal() -> None:
    from sklearn.datasets import load_sample_image

    picture = load_sample_image("flower.jpg")
    for number in range(len(SHAPES)):
        shape = SHAPES[number]
        ready, _ = _session(number, False).run(None, {"images": picture[None]})
        expected = shape.normalised(shape.apply(picture)[0][None])
        levels = np.abs(ready - expected) * 255 * np.array(shape.std, np.float32)[:, None, None]
        assert levels.max() < 1.01
        assert (levels > 0.5).mean() < 0.005


def test_a_batch_is_prepared_as_its_pictures_are() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (3, 50, 70, 3), np.uint8)
    together, _ = _session(0, False).run(None, {"images": pictures})
    alone = [_session(0, False).run(None, {"images": one[None]})[0][0] for one in pictures]
    np.testing.assert_array_equal(together, np.stack(alone))
