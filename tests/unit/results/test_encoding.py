"""Encodings: of length one, compared by the squared distance, read back bit for bit."""

import numpy as np
import pytest

from lenslet.errors import CallError, ShapeError
from lenslet.results import Encoding

EAST, NORTH = Encoding(np.array([1.0, 0.0])), Encoding(np.array([0.0, 1.0]))


def test_the_distance_is_the_squared_length_of_the_difference():
    assert EAST.distance(EAST) == 0
    assert EAST.distance(NORTH) == 2
    assert EAST.distance(Encoding(np.array([-1.0, 0.0]))) == 4


def test_it_comes_back_from_json_bit_for_bit(tmp_path):
    vector = np.random.default_rng(0).normal(size=128)
    one = Encoding(vector / np.linalg.norm(vector), np.array([1.0, 2.0, 30.0, 40.5]), 0.7, tmp_path / "ana.jpg")
    back = Encoding.from_json(one.to_json())
    assert back == one and back.picture == one.picture
    assert hash(back) == hash(one)


@pytest.mark.parametrize("vector", [[1.0, 1.0], [np.nan, 0.0], [0.0, 0.0]])
def test_a_vector_of_another_length_is_refused(vector):
    with pytest.raises(CallError, match="length"):
        Encoding(np.array(vector))


def test_encodings_of_two_models_cannot_be_compared():
    with pytest.raises(ShapeError, match="different models"):
        EAST.distance(Encoding(np.array([1.0, 0.0, 0.0])))


@pytest.mark.parametrize(
    "text", ["", "{}", '{"schema": 1, "task": "face", "vector": [1], "box": 3, "quality": 1}', "[1]"]
)
def test_other_json_is_refused(text):
    with pytest.raises(CallError):
        Encoding.from_json(text)


def test_a_quality_is_a_share():
    with pytest.raises(CallError, match="between 0 and 1"):
        Encoding(np.array([1.0, 0.0]), quality=1.5)
