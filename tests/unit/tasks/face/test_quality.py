"""Quality: small, blurred, sideways and doubtful faces score low."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from lenslet.tasks.face.align import TEMPLATE, aligned
from lenslet.tasks.face.quality import Quality, aside, quality, sharpness

FIVE = np.array(TEMPLATE)


def _photo(blur: float = 0, size: int = 112) -> np.ndarray:
    """Something with light and shade, and as much fine detail as a face."""
    dice = np.random.default_rng(3)
    shade = np.linspace(20, 180, 56)[:, None, None]
    coarse = (shade + dice.integers(0, 76, (56, 56, 3))).astype(np.uint8)
    picture = (
        Image.fromarray(coarse).resize((112, 112), 2).filter(ImageFilter.GaussianBlur(blur)).resize((size, size), 2)
    )
    return np.array(picture)


def test_a_large_sharp_face_from_the_front_is_good() -> None:
    assert quality(_photo(), FIVE, 0.9).value > 0.8


def test_a_face_of_20_pixels_scores_low() -> None:
    small = FIVE * (20 / 84)  # 84 pixels wide at 112
    crop = aligned(_photo(size=27), small).pixels
    found = quality(crop, small, 0.9)
    assert found.value < 0.1
    assert found.size < 0.1


def test_a_blurred_face_scores_low_and_blur_never_helps() -> None:
    values = [quality(_photo(blur), FIVE, 0.9).value for blur in (0, 1.5, 3, 6)]
    assert values == sorted(values, reverse=True)
    assert quality(_photo(4), FIVE, 0.9).value < 0.2
    assert quality(_photo(4), FIVE, 0.9).weakest == "sharp"


def test_light_and_contrast_do_not_make_a_face_sharp() -> None:
    dark = (_photo() * 0.4).astype(np.uint8)
    assert sharpness(dark) == pytest.approx(sharpness(_photo()), abs=0.1)


def test_a_flat_face_is_not_sharp() -> None:
    assert quality(np.full((112, 112, 3), 128, np.uint8), FIVE).value == 0


@pytest.mark.parametrize("degrees", [0, 33, 90, 200])
def test_the_nose_tells_from_where_a_face_is_seen_however_it_is_turned(degrees: float) -> None:
    turn = np.deg2rad(degrees)
    matrix = 3 * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    sideways = FIVE.copy()
    sideways[2, 0] += 0.3 * (FIVE[1, 0] - FIVE[0, 0])
    assert aside(FIVE @ matrix.T + 40) < 0.02
    assert aside(sideways @ matrix.T + 40) == pytest.approx(0.3, abs=0.02)
    assert quality(_photo(), sideways).value < 0.7


def test_unknown_points_are_worth_nothing() -> None:
    places = FIVE.copy()
    places[2] = np.nan
    assert quality(_photo(), places).frontal == 0
    assert quality(_photo(), np.full((5, 2), np.nan)).value == 0


def test_the_weakest_part_decides_and_no_finder_is_no_part() -> None:
    assert Quality(1, 0.5, 0.7, 0.6).value == 0.5
    assert Quality(1, 0.5, 0.7, 0.2).weakest == "score"
    assert Quality(1, 0.5, 0.7, None).weakest == "sharp"
    assert quality(_photo(), FIVE, 0.1).value == 0
