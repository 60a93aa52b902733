"""Laws of the image room: any bytes open or are refused in a sentence; Frames lead home; resizing keeps sizes."""

import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lenslet.errors import ImageError
from lenslet.image import Frame, Preprocess, crop, image_size, letterbox, open_image, resize, stretch

LIMIT = 1_000_000  # pixels: a mutated header may ask for any size


def _contents() -> list[bytes]:
    """A real file of every format, with the blocks that decoders trip over."""
    y, x = np.mgrid[:40, :56]
    colour = np.stack([x * 4, y * 6, (x * y) % 256], -1).astype(np.uint8)
    picture = Image.fromarray(colour)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Lenslet"
    made = []
    for kind, mode, options in (
        ("JPEG", "RGB", {"exif": exif, "comment": b"hello", "icc_profile": b"no profile"}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "L", {"progressive": True}),
        ("PNG", "RGB", {"exif": exif}),
        ("PNG", "P", {"transparency": 3}),
        ("PNG", "LA", {"dpi": (72, 72)}),
        ("PNG", "I;16", {}),
        ("GIF", "P", {"save_all": True, "append_images": [picture.rotate(90)]}),
        ("TIFF", "RGB", {"compression": "tiff_deflate", "exif": exif}),
        ("TIFF", "F", {}),
        ("TIFF", "L", {"compression": "jpeg"}),
        ("WEBP", "RGBA", {"exif": exif}),
        ("BMP", "RGB", {}),
        ("PPM", "L", {}),
        ("MPO", "RGB", {"save_all": True, "append_images": [picture]}),
        ("AVIF", "RGB", {"speed": 10}),
    ):
        buffer = io.BytesIO()
        source = Image.fromarray(colour[:, :, 0].astype(np.uint16) * 257) if mode == "I;16" else picture.convert(mode)
        source.save(buffer, kind, **options)
        made.append(buffer.getvalue())
    return made


CONTENTS = _contents()


def _opens_or_is_refused(content: bytes) -> None:
    """pytest turns every warning into an error, so that a leaked one fails here."""
    try:
        image = open_image(content, max_pixels=LIMIT)
    except ImageError as error:
        assert str(error).startswith("the picture given as")
        assert "\n" not in str(error)
    else:
        assert image.dtype == np.uint8
        assert image.ndim == 3
        assert image.shape[2] == 3
        assert image.shape[:2] == image_size(content)


@given(st.binary(max_size=600))
@settings(deadline=None, max_examples=150)
def test_random_bytes_open_or_are_refused(content: bytes) -> None:
    _opens_or_is_refused(content)


@given(st.sampled_from([c[:n] for c in CONTENTS for n in (4, 12, 30)]), st.binary(max_size=400))
@settings(deadline=None, max_examples=200)
def test_random_bytes_behind_a_true_beginning_open_or_are_refused(start: bytes, rest: bytes) -> None:
    _opens_or_is_refused(start + rest)


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    content = bytearray(draw(st.sampled_from(CONTENTS)))
    for _ in range(draw(st.integers(1, 6))):
        # Most marks that steer a decoder lie at the beginning
        last = draw(st.sampled_from([40, 200, len(content) - 1]))
        content[draw(st.integers(0, min(last, len(content) - 1)))] = draw(st.integers(0, 255))
    if draw(st.booleans()):
        a, b = sorted(draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        del content[a:b]
    return bytes(content)


@given(_damaged())
@settings(deadline=None, max_examples=600)
def test_damaged_pictures_open_or_are_refused(content: bytes) -> None:
    _opens_or_is_refused(content)


sizes = st.tuples(st.integers(1, 300), st.integers(1, 300))
coordinates = st.floats(-1e4, 1e4)


@given(
    sizes,
    sizes,
    st.tuples(*[st.floats(0.01, 100)] * 2),
    st.tuples(coordinates, coordinates),
    st.lists(st.tuples(coordinates, coordinates), max_size=5),
)
@settings(deadline=None)
def test_home_from_away_is_where_one_was(
    original: tuple[int, int],
    size: tuple[int, int],
    scale: tuple[float, float],
    offset: tuple[float, float],
    places: list[tuple[float, float]],
) -> None:
    frame = Frame(original, size, scale, offset)
    points = np.array(places, np.float64).reshape(-1, 2)
    assert np.allclose(frame.home(frame.away(points)), points, atol=1e-6)
    assert np.allclose(frame.away(frame.home(points)), points, atol=1e-6)
    boxes = np.concatenate([points, points[::-1]], 1)
    assert np.allclose(frame.home_boxes(frame.away_boxes(boxes)), boxes, atol=1e-6)
    clipped = frame.home(points, clip=True)
    assert (clipped >= 0).all()
    assert (clipped <= np.array(original[::-1])).all()
    assert np.array_equal(frame.clip(clipped), clipped)


@given(sizes, sizes, st.sampled_from([letterbox, crop, stretch]))
@settings(deadline=None, max_examples=60)
def test_every_rule_gives_the_size_and_the_corners_fit(
    original: tuple[int, int], size: tuple[int, int], rule: object
) -> None:
    prepared, frame = rule(np.full((*original, 3), 200, np.uint8), size)
    assert prepared.shape == (*size, 3)
    assert (frame.original, frame.size) == (original, size)
    x1, y1, x2, y2 = frame.away_boxes(np.array([0, 0, original[1], original[0]]))
    inside = max(x1, 0), max(y1, 0), min(x2, size[1]), min(y2, size[0])
    if rule is letterbox:  # all of the original is seen
        assert np.allclose(inside, (x1, y1, x2, y2))
    else:  # nothing else is seen
        assert np.allclose(inside, (0, 0, size[1], size[0]))
        assert (prepared == 200).all()


@given(sizes, sizes, st.integers(0, 255))
@settings(deadline=None, max_examples=40)
def test_a_flat_colour_survives_resizing(original: tuple[int, int], size: tuple[int, int], value: int) -> None:
    assert (resize(np.full((*original, 1), value, np.uint8), size) == value).all()


@given(
    sizes,
    st.sampled_from(["letterbox", "stretch", "crop"]),
    st.lists(st.floats(0, 1), min_size=3, max_size=3),
    st.lists(st.floats(0.001, 10), min_size=3, max_size=3),
    st.integers(0, 255),
)
@settings(deadline=None)
def test_preprocessing_survives_its_card(
    size: tuple[int, int], rule: str, mean: list[float], std: list[float], fill: int
) -> None:
    preprocess = Preprocess(size, rule, 3, tuple(mean), tuple(std), fill)
    assert Preprocess.from_dict(preprocess.to_dict()) == preprocess
