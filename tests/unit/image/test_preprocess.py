"""What a model's card says of its pictures is done to them, and survives the card."""

import json
from typing import Any

import numpy as np
import pytest

from lenslet.errors import CallError
from lenslet.image import Preprocess

IMAGENET = Preprocess((224, 224), "crop", 3, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
GREY = Preprocess((28, 32), "letterbox", 1, (0.13,), (0.31,), 0)


@pytest.mark.parametrize("rule", ["letterbox", "stretch", "crop"])
@pytest.mark.parametrize("channels", [1, 3])
def test_apply_gives_the_size_and_the_channels(rule: str, channels: int) -> None:
    preprocess = Preprocess((20, 30), rule, channels, (0.5,) * channels, (0.5,) * channels)
    prepared, frame = preprocess.apply(np.full((50, 50, 3), 100, np.uint8))
    assert prepared.shape == (20, 30, channels)
    assert prepared.dtype == np.uint8
    assert (frame.original, frame.size) == ((50, 50), (20, 30))


def test_grey_is_the_luma_and_the_border_is_the_fill() -> None:
    red = np.zeros((28, 28, 3), np.uint8)
    red[..., 0] = 255
    prepared, _ = GREY.apply(red)
    assert prepared[0, :, 0].tolist() == [0, 0, *[76] * 28, 0, 0]  # 0.299 x 255


def test_normalised_is_value_less_mean_over_deviation() -> None:
    batch = np.random.default_rng(0).integers(0, 256, (2, 5, 4, 3), np.uint8)
    expected = (batch / 255 - IMAGENET.mean) / IMAGENET.std
    made = IMAGENET.normalised(batch)
    assert made.dtype == np.float32
    assert made.flags.c_contiguous
    assert np.allclose(made, expected.transpose(0, 3, 1, 2), atol=1e-6)


@pytest.mark.parametrize("preprocess", [IMAGENET, GREY])
def test_a_card_brings_it_back(preprocess: Preprocess) -> None:
    assert Preprocess.from_dict(json.loads(json.dumps(preprocess.to_dict()))) == preprocess
    assert hash(Preprocess.from_dict(preprocess.to_dict())) == hash(preprocess)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"size": [224]}, "size must be two whole numbers"),
        ({"size": [0, 4]}, "size must be"),
        ({"size": "big"}, "size must be"),
        ({"size": [2.5, 3]}, "size must be"),
        ({"resize": "squash"}, "resize must be letterbox, stretch or crop, not 'squash'"),
        ({"resize": ["crop"]}, "resize must be"),
        ({"channels": 2}, "channels must be 1 or 3, not 2"),
        ({"channels": None}, "channels must be"),
        ({"channels": True}, "channels must be"),
        ({"mean": [0.5]}, "mean must be one number a channel"),
        ({"mean": ["a", "b", "c"]}, "mean must be"),
        ({"mean": [0, 0, float("nan")]}, "mean must be"),
        ({"std": [0.2, 0.2, 0]}, "std must be one number a channel, above 0"),
        ({"std": None}, "std must be"),
        ({"fill": 300}, "fill must be a whole number from 0 to 255"),
        ({"colour": "bgr"}, "has colour, which this version does not know"),
    ],
)
def test_a_wrong_card_is_refused_with_its_field(change: dict[str, Any], said: str) -> None:
    with pytest.raises(CallError, match=said):
        Preprocess.from_dict(IMAGENET.to_dict() | change)


def test_a_card_that_lacks_a_field_is_refused() -> None:
    plain = IMAGENET.to_dict()
    del plain["mean"]
    with pytest.raises(CallError, match="lacks mean"):
        Preprocess.from_dict(plain)


def test_whole_numbers_are_welcome_as_mean() -> None:
    assert Preprocess((4, 4), "stretch", 1, (0,), (1,)).mean == (0.0,)
