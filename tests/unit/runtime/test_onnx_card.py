"""The card beside an ONNX file: written by hand, so whatever is wrong with it is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from lenslet.errors import CardError
from lenslet.runtime import OnnxCard, read_card

GOOD: dict[str, Any] = {"format": 1, "kind": "embedder", "size": [112, 96], "mean": [127.5] * 3, "std": [128.0] * 3}


def _read(plain: Any, folder: Path) -> OnnxCard:
    (folder / "x.json").write_text(plain if isinstance(plain, str) else json.dumps(plain))
    return read_card(folder / "x.onnx")


def test_a_card_is_read_and_says_the_usual_where_it_is_silent(tmp_path: Path) -> None:
    card = _read(GOOD, tmp_path)
    assert card == OnnxCard(kind="embedder", size=(112, 96), mean=(127.5,) * 3, std=(128.0,) * 3)
    assert (card.layout, card.colours, card.template) == ("NCHW", "RGB", None)
    points = [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10.5]]
    assert _read(GOOD | {"template": points}, tmp_path).template == tuple(map(tuple, points))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kind": "painter"}, "finder or embedder"),
        ({"kind": "finder"}, "decode is ''"),
        ({"kind": "finder", "decode": "retina"}, "decode is 'retina': give yunet"),
        ({"size": [112]}, "size is"),
        ({"size": [0, 112]}, "size is"),
        ({"layout": "HWC"}, "NCHW or NHWC"),
        ({"colours": "grey"}, "RGB or BGR"),
        ({"std": [1, 0, 1]}, "std is"),
        ({"mean": [1, 2]}, "mean is"),
        ({"mean": 127.5}, "mean is 127.5"),
        ({"size": "112"}, "size is 112"),
        ({"template": 3}, "five points"),
        ({"name": 3}, "name is 3"),
        ({"template": [[1, 2]] * 4}, "five points"),
        ({"score": 2}, "score is 2"),
        ({"format": 2}, "update Lenslet"),
        ({"format": "one"}, '"format": 1'),
        ({"colour": "RGB"}, "colour is not known"),
    ],
)
def test_what_cannot_be_is_said(wrong: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(CardError, match=says):
        _read(GOOD | wrong, tmp_path)


def test_a_missing_card_shows_how_one_is_written(tmp_path: Path) -> None:
    with pytest.raises(CardError, match=r"write x\.json beside it.*embedder"):
        read_card(tmp_path / "x.onnx")


@pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100_000])
def test_what_is_no_json_object_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(CardError, match=r"x\.json"):
        _read(text, tmp_path)


def test_a_field_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="size missing"):
        _read({"format": 1, "kind": "embedder"}, tmp_path)
