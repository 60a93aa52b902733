"""Every kind of picture comes out as uint8 RGB with the colours that a viewer shows."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from lenslet.errors import ImageError
from lenslet.image import find_images, image_size, open_image

RAMP = np.tile(np.arange(0, 256, 4, dtype=np.uint8), (16, 1))  # 16 high, 64 wide, 0 to 252


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def _near(image: np.ndarray, expected: np.ndarray, within: float = 6) -> bool:
    """Lossy formats blur at edges: the middles of the quarters are compared."""
    h, w = expected.shape[:2]
    places = [(h // 4, w // 4), (h // 4, 3 * w // 4), (3 * h // 4, w // 4), (3 * h // 4, 3 * w // 4)]
    assert image.shape == expected.shape
    return all(np.abs(image[p].astype(int) - expected[p]).max() <= within for p in places)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "GIF"])
def test_a_lossless_file_gives_its_pixels(kind: str, quarters: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(_saved(Image.fromarray(quarters), kind))
    assert np.array_equal(open_image(path), quarters)
    assert np.array_equal(open_image(str(path)), quarters)
    assert np.array_equal(open_image(path.read_bytes()), quarters)
    assert image_size(path) == (48, 64)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_a_lossy_file_gives_nearly_its_pixels(kind: str, quarters: np.ndarray) -> None:
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    assert _near(open_image(_saved(Image.fromarray(quarters), kind, quality=95)), quarters)


def test_the_content_decides_not_the_suffix(quarters: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(_saved(Image.fromarray(quarters), "PNG"))
    assert np.array_equal(open_image(path), quarters)


def test_a_name_in_arabic_opens(quarters: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "صورة القطة.png"
    path.write_bytes(_saved(Image.fromarray(quarters), "PNG"))
    assert np.array_equal(open_image(path), quarters)
    assert find_images(tmp_path) == [path]


TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a),
    7: lambda a: np.rot90(a.transpose(1, 0, 2), 2),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "MPO"])
def test_exif_turns_the_picture_upright(kind: str, orientation: int, quarters: np.ndarray) -> None:
    """The camera stores TURNS[o](upright) and writes o: after opening, the picture stands as it was seen."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(TURNS[orientation](quarters)))
    options = {"quality": 95} if kind not in {"PNG", "TIFF"} else {}
    content = _saved(stored, kind, exif=exif, **options)
    assert _near(open_image(content), quarters)
    assert image_size(content) == (48, 64)
    if kind != "TIFF":  # Pillow has turned it once it is loaded; opened lazily, it is turned while loading
        assert _near(open_image(Image.open(io.BytesIO(content))), quarters)


def test_a_png_that_tells_its_orientation_after_its_pixels_is_turned(quarters: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3
    content = _saved(Image.fromarray(np.ascontiguousarray(quarters[::-1, ::-1])), "PNG")
    end = content.index(b"IEND") - 4
    late = content[:end] + _chunk(b"eXIf", exif.tobytes()[6:]) + content[end:]
    assert np.array_equal(open_image(late), quarters)


def test_a_broken_exif_block_leaves_the_picture_as_it_is_stored(quarters: np.ndarray) -> None:
    content = _saved(Image.fromarray(quarters), "JPEG", quality=95, exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff junk")
    assert _near(open_image(content), quarters)


def test_grey_becomes_three_equal_channels() -> None:
    image = open_image(_saved(Image.fromarray(RAMP), "PNG"))
    assert np.array_equal(image, np.repeat(RAMP[:, :, None], 3, 2))


def test_one_bit_becomes_black_and_white() -> None:
    bits = (RAMP > 100).astype(np.uint8) * 255
    for kind in ("PNG", "TIFF", "PPM", "BMP"):
        assert np.array_equal(open_image(_saved(Image.fromarray(bits).convert("1"), kind))[:, :, 0], bits)


def test_a_palette_gives_its_colours(quarters: np.ndarray) -> None:
    indexed = Image.fromarray(quarters).quantize(4)
    assert np.abs(open_image(_saved(indexed, "PNG")).astype(int) - quarters).max() <= 2


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_transparent_palette_colour_is_laid_on_white(kind: str, quarters: np.ndarray) -> None:
    indexed = Image.fromarray(quarters).quantize(4)
    clear = indexed.getpixel((0, 0))
    image = open_image(_saved(indexed, kind, transparency=clear))
    assert (image[:20, :28] == 255).all()
    assert _near(image[24:], quarters[24:])


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_colour_named_transparent_is_laid_on_white(mode: str) -> None:
    picture = Image.new(mode, (4, 4), 0)
    key = (0, 0, 0) if mode == "RGB" else 0
    assert (open_image(_saved(picture, "PNG", transparency=key)) == 255).all()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_alpha_is_laid_on_white(kind: str) -> None:
    rgba = np.zeros((2, 3, 4), np.uint8)
    rgba[:, 0] = (200, 100, 0, 255)
    rgba[:, 1] = (200, 100, 0, 0)
    rgba[:, 2] = (0, 0, 0, 128)
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    image = open_image(_saved(Image.fromarray(rgba), kind, **options))
    assert image[0].tolist() == [[200, 100, 0], [255, 255, 255], [127, 127, 127]]


def test_grey_with_alpha_is_laid_on_white() -> None:
    la = Image.fromarray(np.array([[[10, 255], [10, 0]]], np.uint8), "LA")
    assert open_image(_saved(la, "PNG"))[0].tolist() == [[10, 10, 10], [255, 255, 255]]


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_gives_the_colours_and_not_their_negative(kind: str, quarters: np.ndarray) -> None:
    """Pillow's JPEG encoder writes Adobe's inverted CMYK with its marker, as Photoshop does."""
    content = _saved(Image.fromarray(quarters).convert("CMYK"), kind, **({"quality": 95} if kind == "JPEG" else {}))
    assert kind != "JPEG" or b"Adobe" in content
    assert _near(open_image(content), quarters)


def test_ycck_gives_the_colours(quarters: np.ndarray) -> None:
    """Luma, chroma and black, as Photoshop stores CMYK JPEGs: made of a CMYK JPEG whose Adobe marker says so."""
    ycc = np.array(Image.fromarray(255 - quarters).convert("YCbCr"))
    stored = np.concatenate([ycc, np.full((48, 64, 1), 255, np.uint8)], 2)
    content = _saved(Image.fromarray(255 - stored, "CMYK"), "JPEG", quality=95, subsampling=0)
    marker = content.index(b"Adobe") + 11
    assert content[marker] == 0
    assert _near(open_image(content[:marker] + b"\x02" + content[marker + 1 :]), quarters, within=8)


def test_lab_gives_the_colours() -> None:
    """CIE L*a*b* of sRGB red under D50: 54.3, 80.8, 69.9 (Lindbloom); of mid grey 118: L* 49.5."""
    lab = np.array([[[round(54.3 * 2.55), 81, 70], [round(49.5 * 2.55), 0, 0], [255, 0, 0]]], np.int16)
    picture = Image.frombytes("LAB", (3, 1), lab.astype(np.uint8).tobytes())
    for source in (picture, _saved(picture, "TIFF")):
        image = open_image(source).astype(int)
        assert np.abs(image[0] - [[255, 0, 0], [118, 118, 118], [255, 255, 255]]).max() <= 6  # of 8-bit Lab


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    wide = RAMP.astype(np.uint16) * 257
    for content in (
        _saved(Image.fromarray(wide), "PNG"),
        _saved(Image.fromarray(wide), "TIFF"),
        _saved(Image.fromarray(wide), "PPM"),
    ):
        assert np.array_equal(open_image(content)[:, :, 0], RAMP)


def test_sixteen_bit_white_is_zero_is_turned_round() -> None:
    wide = RAMP.astype(np.uint16) * 257
    content = _saved(Image.fromarray(65535 - wide), "TIFF", tiffinfo={262: 0})
    assert np.array_equal(open_image(content)[:, :, 0], RAMP)


def test_twelve_bit_tiff_reaches_white() -> None:
    """A camera's 12 bits: 4095 is white, 2048 the middle."""
    tags = [(256, 2), (257, 1), (258, 12), (259, 1), (262, 1), (273, 122), (277, 1), (278, 1), (279, 3)]
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", t, 4, 1, v) for t, v in tags) + b"\0" * 4
    content = b"II*\0" + struct.pack("<I", 8) + directory
    content += b"\0" * (122 - len(content)) + b"\xff\xf8\x00"
    assert open_image(content)[0, :, 0].tolist() == [255, 128]


def test_a_ten_bit_pgm_is_scaled_by_its_own_white() -> None:
    content = b"P5 3 1 1023\n" + struct.pack(">3H", 0, 512, 1023)
    assert open_image(content)[0, :, 0].tolist() == [0, 128, 255]


def test_sixteen_bit_colour_keeps_its_colours() -> None:
    row = struct.pack(">6H", 65535, 0, 32896, 257, 514, 65535)
    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b"\0" + row))
    image = open_image(content + _chunk(b"IEND", b""))
    assert image[0].tolist() == [[255, 0, 128], [1, 2, 255]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 0.5, 1.0], [0, 128, 255]),  # 0..1: one is white
        ([0.0, 100.0, 255.0], [0, 100, 255]),  # 0..255: kept
        ([-1000.0, 0.0, 1000.0], [0, 128, 255]),  # anything else is stretched
        ([0.0, float("nan"), 1.0], [0, 0, 255]),
        ([float("inf"), 0.0, 500.0], [0, 0, 255]),
    ],
)
def test_float_tiff_is_scaled_by_its_range(values: list[float], expected: list[int]) -> None:
    content = _saved(Image.fromarray(np.array([values], np.float32)), "TIFF")
    assert open_image(content)[0, :, 0].tolist() == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 100, 255], [0, 100, 255]),
        ([0, 257, 65535], [0, 1, 255]),
        ([-100, 0, 100], [0, 128, 255]),
        ([70000, 70000, 70000], [0, 0, 0]),
    ],
)
def test_thirty_two_bit_tiff_is_scaled_by_its_range(values: list[int], expected: list[int]) -> None:
    content = _saved(Image.fromarray(np.array([values], np.int32)), "TIFF")
    assert open_image(content)[0, :, 0].tolist() == expected


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "MPO"])
def test_of_several_frames_the_first_is_taken(kind: str, quarters: np.ndarray) -> None:
    other = Image.new("RGB", (64, 48), (250, 250, 250))
    options = {"quality": 95} if kind == "MPO" else {"lossless": True} if kind == "WEBP" else {}
    content = _saved(Image.fromarray(quarters), kind, save_all=True, append_images=[other], **options)
    assert Image.open(io.BytesIO(content)).n_frames == 2
    assert _near(open_image(content), quarters)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "PA", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV", "I", "F"])
def test_a_pillow_image_of_any_mode_opens(mode: str) -> None:
    picture = Image.new("RGB", (5, 4), (255, 255, 255))
    picture = picture.convert("L").convert(mode) if mode in {"I", "F", "1"} else _through(picture, mode)
    image = open_image(picture)
    assert image.shape == (4, 5, 3)
    assert (image == 255).all()


def _through(picture: Image.Image, mode: str) -> Image.Image:
    ways = {"PA": ["P", "PA"], "RGBa": ["RGBA", "RGBa"], "LA": ["L", "LA"]}
    for step in ways.get(mode, [mode]):
        picture = picture.convert(step)
    return picture


def test_at_least_gives_a_smaller_jpeg_of_the_same_picture() -> None:
    y, x = np.mgrid[:800, :1200]
    smooth = np.stack([x * 255 // 1200, y * 255 // 800, (x + y) * 255 // 2000], -1).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    content = _saved(Image.fromarray(smooth), "JPEG", quality=95, exif=exif)
    whole, small = open_image(content), open_image(content, at_least=(120, 90))
    assert whole.shape == (1200, 800, 3)
    assert 240 <= small.shape[0] < 1200
    assert 180 <= small.shape[1] < 800
    factor = 1200 // small.shape[0]
    mean = whole.reshape(small.shape[0], factor, small.shape[1], factor, 3).mean((1, 3))
    assert np.abs(mean - small).max() < 6
    assert open_image(content, at_least=(2000, 2000)).shape == whole.shape


def test_the_answer_shares_no_memory_with_the_source(quarters: np.ndarray) -> None:
    source = quarters.copy()
    for given in (source, Image.fromarray(source)):
        opened = open_image(given)
        opened[:] = 0
        assert np.array_equal(source, quarters)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([[0, 255]], np.uint8), [[0, 0, 0], [255, 255, 255]]),
        (np.array([[[7]]], np.uint8), [[7, 7, 7]]),
        (np.array([[[1, 2, 3]]], np.uint8), [[1, 2, 3]]),
        (np.array([[[0, 0, 0, 0], [9, 8, 7, 255]]], np.uint8), [[255, 255, 255], [9, 8, 7]]),
        (np.array([[True, False]]), [[255, 255, 255], [0, 0, 0]]),
        (np.array([[0, 32896, 65535]], np.uint16), [[0] * 3, [128] * 3, [255] * 3]),
        (np.array([[0, 200]], np.int64), [[0] * 3, [200] * 3]),
        (np.array([[0.0, 0.5, 1.0]], np.float32), [[0] * 3, [128] * 3, [255] * 3]),
        (np.array([[0.0, 1.0]], np.float64), [[0] * 3, [255] * 3]),
    ],
)
def test_arrays_are_read_by_their_dtype(array: np.ndarray, expected: list[list[int]]) -> None:
    assert open_image(array)[0].tolist() == expected


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((3, 8, 9), np.uint8), "move the channels last"),
        (np.zeros((8, 9, 2), np.uint8), r"shape \(8, 9, 2\) is no picture"),
        (np.zeros((0, 9, 3), np.uint8), "is no picture"),
        (np.zeros(9, np.uint8), "is no picture"),
        (np.array([[0.0, 200.0]]), "divide them by 255"),
        (np.array([[-0.1, 0.5]]), "floats must lie in 0..1"),
        (np.array([[np.nan, 0.5]]), "floats must lie in 0..1"),
        (np.array([[0, 256]]), "integers must lie in 0..255"),
        (np.array([["a"]]), "an array of <U1"),
        (np.zeros((2, 2), np.complex64), "complex64"),
    ],
)
def test_an_array_that_is_no_picture_is_refused(array: np.ndarray, said: str) -> None:
    with pytest.raises(ImageError, match=said):
        open_image(array)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
