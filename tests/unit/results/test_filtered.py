"""The value that `filter` returns."""

import json

import numpy as np
import pytest

from lenslet.errors import CallError, ShapeError
from lenslet.image import open_image
from lenslet.results.filtered import Filtered

GREY = np.arange(48, dtype=np.uint8).reshape(6, 8)[..., None].repeat(3, axis=2)
COLOUR = np.arange(144, dtype=np.uint8).reshape(6, 8, 3)
SOBEL = np.array([[[1.0, 0, -1], [2, 0, -2], [1, 0, -1]]])


def of(picture: np.ndarray, **given: object) -> Filtered:
    return Filtered(picture, **{"kernel": "sobel", "numbers": SOBEL, "shows": "strength", "scale": 0.5, **given})


def test_it_says_all_but_the_pixels_in_plain_json():
    said = json.loads(of(GREY, angle=45.0).to_json())
    assert said["schema"] == 1
    assert (said["height"], said["width"], said["colour"]) == (6, 8, False)
    assert said["numbers"] == SOBEL.tolist()
    assert (said["kernel"], said["angle"], said["shows"], said["scale"]) == ("sobel", 45.0, "strength", 0.5)
    assert (said["image"], said["out"]) == (None, None)


@pytest.mark.parametrize("picture", [GREY, COLOUR])
def test_what_is_saved_is_what_one_sees(picture, tmp_path):
    path = of(picture).save(tmp_path / "deep" / "er.png")
    np.testing.assert_array_equal(open_image(path), picture)


def test_grey_is_saved_as_grey(tmp_path):
    from PIL import Image

    with (
        Image.open(of(GREY).save(tmp_path / "grey.png")) as grey,
        Image.open(of(COLOUR).save(tmp_path / "c.png")) as colour,
    ):
        assert (grey.mode, colour.mode) == ("L", "RGB")


@pytest.mark.parametrize(
    "numbers", [SOBEL, SOBEL.repeat(2, 0), np.ones((1, 1, 1)), np.ones((1, 15, 15)), np.zeros((1, 2, 7))]
)
@pytest.mark.parametrize("shape", [(6, 8, 3), (900, 30, 3), (1, 1, 3), (300, 800, 3)])
def test_the_plot_shows_original_kernel_and_result(numbers, shape, tmp_path):
    picture = np.full(shape, 90, np.uint8)
    with_original = open_image(of(picture, numbers=numbers, original=picture).plot(tmp_path / "plot.png"))
    without = open_image(of(picture, numbers=numbers).plot(tmp_path / "less.png"))
    assert with_original.shape[1] > without.shape[1] > 100
    assert (with_original == 90).all(axis=2).any()


def test_a_suffix_that_names_no_format_is_an_error(tmp_path):
    with pytest.raises(CallError, match="xyz"):
        of(GREY).save(tmp_path / "a.xyz")


def test_an_original_of_another_size_is_an_error(monkeypatch):
    monkeypatch.setattr("jaxtyping._decorator.config.jaxtyping_disable", True)  # our sentence, not the annotation's
    with pytest.raises(ShapeError, match=r"\(5, 8, 3\).*\(6, 8, 3\)"):
        of(GREY, original=GREY[1:])


def test_it_cannot_be_changed():
    with pytest.raises(AttributeError):
        of(GREY).scale = 2.0
