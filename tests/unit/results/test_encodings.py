"""Every face of a picture: counted, drawn, written on one line and read back."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lenslet.errors import CallError, ImageError
from lenslet.image import open_image, save_image
from lenslet.results import Encoding, Encodings

LARGE = Encoding(np.array([0.6, 0.8]), np.array([10.0, 10.0, 60.0, 70.0]), 0.91)
SMALL = Encoding(np.array([1.0, 0.0]), np.array([70.0, 5.0, 90.0, 30.0]), 0.4)
WHOLE = Encoding(np.array([0.0, 1.0]))


def test_faces_are_counted_and_said_the_largest_first() -> None:
    both = Encodings((LARGE, SMALL))
    assert len(both) == 2
    assert list(both) == [both[0], both[1]] == [LARGE, SMALL]
    assert str(both) == "2 faces, quality 0.91, 0.40"
    assert str(Encodings((SMALL,))) == "1 face, quality 0.40"
    assert repr(Encodings(())) == "Encodings(no face)"


def test_they_are_one_line_and_come_back_bit_for_bit() -> None:
    both = Encodings((LARGE, WHOLE), Path("group photo.jpg"))
    line = both.to_json()
    plain = json.loads(line)
    assert "\n" not in line
    assert list(plain) == ["schema", "task", "image", "faces"]
    assert plain["faces"][0] == {"box": [10.0, 10.0, 60.0, 70.0], "quality": 0.91, "vector": [0.6, 0.8]}
    back = Encodings.from_json(line)
    assert back == both
    assert back.picture == back[0].picture == both.picture
    assert back != replace(both, faces=(LARGE,))
    assert Encodings.from_json(Encodings((), Path("x.jpg")).to_json()) == Encodings(())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        '{"schema": 1, "task": "face", "image": null}',
        '{"schema": 1, "task": "detect", "image": null, "faces": []}',
        '{"schema": 1, "task": "face", "image": null, "faces": [{"box": null}]}',
    ],
)
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(CallError):
        Encodings.from_json(text)


def test_they_are_drawn_where_they_are(tmp_path: Path) -> None:
    source = save_image(np.full((80, 100, 3), 200, np.uint8), tmp_path / "group.png")
    drawn = open_image(Encodings((LARGE, SMALL, WHOLE), source).plot(tmp_path / "out.png"))
    times = len(drawn) // 80
    assert times > 1  # a small one is enlarged, so that the numbers can be read
    assert (drawn[40 * times, 10 * times] != 200).any()
    assert (drawn[75 * times, 95 * times] == 200).all()
    assert (open_image(Encodings((), source).plot(tmp_path / "none.png")) == 200).all()
    with pytest.raises(CallError, match="set `picture`"):
        Encodings((LARGE,)).plot(tmp_path / "x.png")
    with pytest.raises(ImageError):
        Encodings((LARGE,), tmp_path / "gone.png").plot(tmp_path / "x.png")
