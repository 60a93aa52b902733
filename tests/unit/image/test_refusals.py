"""What is no readable picture is refused with one sentence that names the file and says what to do."""

import gc
import io
import os
import struct
import threading
import time
import warnings
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenslet.errors import ImageError
from lenslet.image import image_size, open_image
from lenslet.image.guard import guarded


def _png(width: int = 8, height: int = 8) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (1, 2, 3)).save(buffer, "PNG")
    return buffer.getvalue()


def _jpeg(seed: int = 0) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (64, 64, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG")
    return buffer.getvalue()


def _claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    idat = zlib.compress(b"\0" * 100)
    body += struct.pack(">I", len(idat)) + b"IDAT" + idat + struct.pack(">I", zlib.crc32(b"IDAT" + idat))
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"hello, I am a text", "no picture of a kind known here"),
        (b"\0" * 4096, "filled with zero bytes"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        (b"\n <svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "a PostScript file, which is never run"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC photo"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "a video"),
        (b"8BPS\0\x01", "a Photoshop file"),
        (b"PK\x03\x04zzzz", "a zip archive"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "git lfs pull"),
        (_png()[:40], "a PNG that breaks off"),
        (_jpeg()[:1500], "breaks off|damaged"),
        (_jpeg()[:3], "a JPEG that breaks off"),
        (b"\x89PNG\r\n\x1a\n" + b"junk" * 20, "breaks off|damaged|no picture of a kind known here"),
        (b"P5 9999999999 9999999999 255\n", "too many pixels|damaged"),
    ],
)
def test_the_sentence_says_what_the_file_is(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "قطة.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=said) as caught:
        open_image(path)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert "\n" not in sentence
    with pytest.raises(ImageError):
        open_image(content)


def test_a_truncated_picture_is_refused_wherever_it_is_cut() -> None:
    for whole in (_png(32, 32), _jpeg()):
        for cut in range(1, len(whole) - 20, max(len(whole) // 25, 1)):
            with pytest.raises(ImageError):
                open_image(whole[:cut])


def test_a_missing_file_a_folder_and_a_pipe_are_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"gone\.png: there is no such file"):
        open_image(tmp_path / "gone.png")
    with pytest.raises(ImageError, match="is a folder, not a picture"):
        open_image(tmp_path)
    with pytest.raises(ImageError, match="cannot be opened"):
        open_image("a\0b.png")
    with pytest.raises(ImageError, match=r"no such file|cannot be opened"):
        open_image("\ud800.png")
    with pytest.raises(ImageError, match="cannot be opened"):
        open_image("a" * 5000)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.png")
        with pytest.raises(ImageError, match="a pipe or a device"):
            open_image(tmp_path / "pipe.png")


def test_a_file_without_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.png"
    path.write_bytes(_png())

    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root, who runs many test machines, may read everything
    with pytest.raises(ImageError, match=r"mine\.png may not be read"):
        open_image(path)


def test_too_many_pixels_are_refused_from_the_header_alone(tmp_path: Path) -> None:
    for width, height, said in ((20_000, 15_000, "pixels"), (2**30, 2**30, "too many pixels|damaged")):
        path = tmp_path / "bomb.png"
        path.write_bytes(_claims(width, height))
        for opener in (open_image, image_size):
            with pytest.raises(ImageError, match=said) as caught:
                opener(path)
            assert "bomb.png" in str(caught.value)


def test_the_limit_is_the_callers(tmp_path: Path) -> None:
    content = _png(20, 10)
    assert open_image(content, max_pixels=200).shape == (10, 20, 3)
    with pytest.raises(ImageError, match=r"is 20 x 10 pixels, .* more than the limit"):
        open_image(content, max_pixels=199)
    with pytest.raises(ImageError, match="the array is 20 x 10 pixels"):
        open_image(np.zeros((10, 20, 3), np.uint8), max_pixels=199)
    with pytest.raises(ImageError, match="the Pillow image is 20 x 10"):
        open_image(Image.new("RGB", (20, 10)), max_pixels=199)


def test_a_picture_that_pillow_would_warn_of_opens_silently() -> None:
    """100 million grey pixels: above Pillow's own limit, below ours."""
    assert Image.MAX_IMAGE_PIXELS < 10_000 * 10_000
    assert image_size(_claims(10_000, 10_000)) == (10_000, 10_000)
    assert image_size(_claims(16_320, 12_240)) == (12_240, 16_320)  # a 200-megapixel phone


def test_no_file_stays_open(tmp_path: Path) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("counting open files needs /proc")
    contents = [_png(), _jpeg(), _png()[:50], b"junk", b"", _claims(30_000, 30_000)]
    buffer = io.BytesIO()
    Image.new("I;16", (9, 9)).save(buffer, "TIFF", compression="tiff_deflate")
    contents += [buffer.getvalue(), buffer.getvalue()[:60]]
    gc.collect()
    gc.disable()  # a file must be closed, not left to the collector
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number, content in enumerate(contents * 5):
        path = tmp_path / f"{number}.png"
        path.write_bytes(content)
        for opener in (open_image, image_size):
            with suppress(ImageError):
                opener(path)
    after = len(list(Path("/proc/self/fd").iterdir()))
    gc.enable()
    assert after == before


def test_the_guard_leaves_settings_as_they_were() -> None:
    filters, limit = list(warnings.filters), Image.MAX_IMAGE_PIXELS
    with guarded(10), guarded(1_000_000_000):
        assert Image.MAX_IMAGE_PIXELS >= 500_000_000
        warnings.warn_explicit("odd", UserWarning, "TiffImagePlugin.py", 1, module="PIL.TiffImagePlugin")
        with pytest.raises(UserWarning):  # others' warnings pass
            warnings.warn("other", UserWarning, stacklevel=1)
    assert list(warnings.filters) == filters
    assert limit == Image.MAX_IMAGE_PIXELS


def test_the_guard_survives_catch_warnings_of_another_thread() -> None:
    """A thread that saves the filters before us and puts them back inside us must leave none of ours behind."""
    filters = list(warnings.filters)
    saved = warnings.catch_warnings()
    saved.__enter__()
    entered = guarded(100)
    entered.__enter__()
    saved.__exit__(None, None, None)
    with guarded(100):
        warnings.warn_explicit("odd", UserWarning, "x.py", 1, module="PIL.x")
    entered.__exit__(None, None, None)
    assert list(warnings.filters) == filters


def test_many_threads_open_at_once() -> None:
    good, bad = _jpeg(), _jpeg()[:900]
    filters, limit = list(warnings.filters), Image.MAX_IMAGE_PIXELS
    failures: list[BaseException] = []

    def work() -> None:
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            try:
                assert open_image(good).shape == (64, 64, 3)
                with pytest.raises(ImageError):
                    open_image(bad)
            except BaseException as error:
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert list(warnings.filters) == filters
    assert limit == Image.MAX_IMAGE_PIXELS
