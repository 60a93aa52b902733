"""The verb `filter`: what a user asks of it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenslet.errors import CallError, ImageError
from lenslet.image import open_image
from lenslet.verbs.filter import filter as filter_picture
from lenslet.verbs.signature import parameters

COLOUR = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
GREY = COLOUR[..., 0]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(COLOUR).save(path)
    return path


def test_edges_are_sought_in_the_brightness_and_pictures_keep_their_colours(photo):
    assert not filter_picture(photo).colour
    assert filter_picture(photo, colour=True).colour
    assert filter_picture(photo, kernel="gaussian").colour
    assert not filter_picture(photo, kernel="gaussian", colour=False).colour


@pytest.mark.parametrize("kernel", ["sobel", "gaussian", "sharpen"])
def test_a_grey_picture_stays_grey(kernel):
    assert not filter_picture(GREY, kernel=kernel).colour
    assert not filter_picture(GREY, kernel=kernel, colour=True).colour


def test_it_is_saved_where_it_was_asked_for(photo, tmp_path):
    filtered = filter_picture(photo, out=tmp_path / "new" / "edges.png", plot=tmp_path / "plot.png")
    np.testing.assert_array_equal(open_image(tmp_path / "new" / "edges.png"), filtered.picture)
    assert filtered.to_dict()["out"] == str(tmp_path / "new" / "edges.png")
    assert filtered.to_dict()["image"] == str(photo)
    assert (tmp_path / "plot.png").is_file()


def test_own_numbers_as_text_or_array_are_the_same_kernel(photo):
    text = filter_picture(photo, kernel="1 2 1; 0 0 0; -1 -2 -1")
    array = filter_picture(photo, kernel=np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]))
    np.testing.assert_array_equal(text.picture, array.picture)
    np.testing.assert_array_equal(text.picture, filter_picture(photo, angle=90).picture)


def test_the_original_comes_along_untouched(photo):
    np.testing.assert_array_equal(filter_picture(photo).original, COLOUR)
    np.testing.assert_array_equal(filter_picture(photo, kernel="identity").picture, COLOUR)


def test_a_photo_turned_by_its_exif_is_filtered_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(COLOUR).save(tmp_path / "turned.jpg", exif=exif)
    assert filter_picture(tmp_path / "turned.jpg").picture.shape == (30, 40, 3)


@pytest.mark.parametrize("option", ["out", "plot"])
def test_the_photo_itself_is_never_overwritten(photo, option):
    before = photo.read_bytes()
    with pytest.raises(CallError, match="lost"):
        filter_picture(photo, **{option: photo.parent / "." / photo.name})
    assert photo.read_bytes() == before


@pytest.mark.parametrize(
    ("wrong", "error", "why"),
    [
        ({"kernel": "sobell"}, CallError, "did you mean sobel"),
        ({"kernel": "blur", "size": 4}, CallError, "odd"),
        ({"kernel": "vertical", "angle": 45}, CallError, "no angle"),
        ({"image": "nowhere.jpg"}, ImageError, "nowhere.jpg"),
    ],
)
def test_a_wrong_call_ends_with_a_sentence(photo, wrong, error, why):
    with pytest.raises(error, match=why):
        filter_picture(**{"image": photo, **wrong})


def test_doors_can_ask_for_every_parameter():
    types = {parameter.name: parameter.type for parameter in parameters(filter_picture)}
    texts = dict.fromkeys(["image", "kernel", "out", "plot"], str)
    assert types == {**texts, "angle": float, "size": int, "colour": bool, "scale": float}
