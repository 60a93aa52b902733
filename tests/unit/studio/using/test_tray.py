"""Pictures on the page: in memory, within limits, and gone when the page is."""

import io
import threading
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenslet.errors import CallError, ImageError
from lenslet.studio.using.tray import Tray, preview


def png(height: int, width: int, mode: str = "RGB", kind: str = "PNG") -> bytes:
    held = io.BytesIO()
    Image.new(mode, (width, height), 90).save(held, kind)
    return held.getvalue()


def bomb() -> bytes:
    """A PNG of two thousand megapixels in a few bytes."""
    size = (50_000).to_bytes(4) * 2
    head = b"IHDR" + size + b"\x08\x02\x00\x00\x00"
    start = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + head + zlib.crc32(head).to_bytes(4)
    return start + (0).to_bytes(4) + b"IDAT" + zlib.crc32(b"IDAT").to_bytes(4)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("note.txt", b"hello, this is no picture\n" * 20, "note.txt is no picture"),
        ("broken.png", png(40, 50)[:-30], "broken.png"),
        ("bomb.png", bomb(), "bomb.png has too many pixels"),
        ("large.png", png(9_000, 12_000, "1"), "large.png has too many pixels (108 megapixels); shrink it first"),
        ("صورة.jpg", b"\xff\xd8 no more", "صورة.jpg"),
    ],
)
def test_what_is_no_picture_gets_a_sentence_with_its_name(use: Any, name: str, content: bytes, said: str) -> None:
    answer = use.lay(name, content)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error.startswith(said) and "max_pixels" not in error and "bytes given" not in error
    assert use("pictures", visit="v").json() == {"pictures": []}


def test_the_smallest_and_every_kind_are_shown(use: Any) -> None:
    given = {
        "one.png": png(1, 1),
        "عربي.tif": png(30, 20, "RGB", "TIFF"),
        "grey.jpg": png(700, 900, "L", "JPEG"),
    }
    for name, content in given.items():
        held = use.lay(name, content).json()
        assert held["name"] == name
        shown = use(f"pictures/{held['id']}")
        assert shown.headers["cache-control"] == "no-store"
        seen = Image.open(io.BytesIO(shown.content))
        assert (seen.height, seen.width) == (held["height"], held["width"])
    assert [one["name"] for one in use("pictures", visit="v").json()["pictures"]] == list(given)


def test_a_large_photo_is_shown_smaller_and_its_size_is_true() -> None:
    size, shown, kind = preview("photo.jpg", png(3000, 2000, "RGB", "JPEG"))
    assert size == (3000, 2000) and kind == "image/jpeg"
    assert max(Image.open(io.BytesIO(shown)).size) == 1600


def test_too_large_a_file_is_refused_before_it_is_read(use: Any) -> None:
    answer = use.lay("a.png", b"x", headers={"content-length": str(65 << 20)})
    assert answer.status_code == 422 and "larger than 64 MB" in answer.json()["error"]
    assert "empty (0 bytes)" in use.lay("none.png", b"").json()["error"]


def test_there_is_room_for_so_many() -> None:
    tray = Tray(many=2)
    tray.put("a", "1.png", png(4, 4))
    kept = tray.put("a", "2.png", png(4, 4))
    with pytest.raises(CallError, match="takes no more than 2"):
        tray.put("a", "3.png", png(4, 4))
    tray.put("b", "1.png", png(4, 4))  # another page has a room of its own
    tray.drop(kept.id)
    tray.put("a", "3.png", png(4, 4))
    with pytest.raises(CallError, match="takes no more"):
        Tray(room=10).put("a", "1.png", png(4, 4))
    with pytest.raises(ImageError):
        tray.put("a", "4.png", b"no")


def test_a_page_that_is_left_is_forgotten_unless_it_comes_back() -> None:
    tray = Tray(grace=0.05)
    tray.put("a", "1.png", png(4, 4))
    tray.put("b", "1.png", png(4, 4))
    tray.leave("a")
    tray.leave("b")
    assert len(tray.of("b")) == 1  # a reload
    for timer in [one for one in threading.enumerate() if isinstance(one, threading.Timer)]:
        timer.join()
    assert tray.of("a") == [] and len(tray.of("b")) == 1


def test_nothing_is_written_to_the_project(use: Any, project: Any) -> None:
    before = sorted(Path(project.root).rglob("*"))
    use.lay("a.png", png(40, 40))
    use("answer", model="signs", picture="tray:" + use("pictures", visit="v").json()["pictures"][0]["id"])
    assert sorted(Path(project.root).rglob("*")) == before


def test_one_is_taken_away(use: Any) -> None:
    held = use.lay("a.png", png(4, 4)).json()
    use.ask("DELETE", f"pictures/{held['id']}")
    answer = use("answer", model="signs", picture=f"tray:{held['id']}")
    assert "not here any more" in answer.json()["error"]
    assert np.array(use("pictures", visit="v").json()["pictures"]).size == 0
