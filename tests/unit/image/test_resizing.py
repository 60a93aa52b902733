"""The three resize rules and the Frame that leads back."""

import numpy as np
import pytest

from lenslet.errors import CallError
from lenslet.image import FILL, Frame, crop, letterbox, resize, stretch


def _marked(height: int, width: int, y: int, x: int, side: int = 8) -> np.ndarray:
    image = np.zeros((height, width, 3), np.uint8)
    image[y : y + side, x : x + side] = 255
    return image


def _centre(image: np.ndarray) -> np.ndarray:
    """(x, y) of the bright spot."""
    weight = image[:, :, 0].astype(float)
    weight[weight == FILL] = 0
    y, x = np.mgrid[: image.shape[0], : image.shape[1]] + 0.5
    return np.array([(x * weight).sum(), (y * weight).sum()]) / weight.sum()


@pytest.mark.parametrize("rule", [letterbox, stretch, crop])
@pytest.mark.parametrize("original", [(90, 160), (160, 90), (37, 53), (300, 41)])
@pytest.mark.parametrize("size", [(64, 64), (48, 96), (200, 30)])
def test_the_frame_tells_where_a_spot_went(rule: object, original: tuple[int, int], size: tuple[int, int]) -> None:
    """A bright spot in the middle of the original lies, in the prepared picture, where the Frame says."""
    y, x = original[0] // 2 - 4, original[1] // 2 - 4
    prepared, frame = rule(_marked(*original, y, x), size)
    assert prepared.shape == (*size, 3)
    expected = frame.away(np.array([x + 4.0, y + 4.0]))
    assert np.abs(_centre(prepared) - expected).max() < 0.35
    assert np.allclose(frame.home(expected), [x + 4, y + 4])


def test_letterbox_keeps_the_aspect_and_fills_both_sides() -> None:
    prepared, frame = letterbox(np.full((50, 100, 3), 200, np.uint8), (64, 64))
    assert (prepared[:16] == FILL).all()
    assert (prepared[48:] == FILL).all()
    assert (prepared[16:48] == 200).all()
    assert frame == Frame((50, 100), (64, 64), (0.64, 0.64), (16.0, 0.0))


def test_crop_cuts_the_longer_side_alike_on_both_ends() -> None:
    image = np.zeros((50, 100, 3), np.uint8)
    image[:, 25:75] = 200
    prepared, frame = crop(image, (25, 25))
    assert (prepared == 200).all()
    assert frame == Frame((50, 100), (25, 25), (0.5, 0.5), (0.0, -12.5))


def test_a_sliver_stays_at_least_one_pixel() -> None:
    prepared, frame = letterbox(np.full((1, 5000, 3), 9, np.uint8), (32, 32))
    assert (prepared == 9).any(axis=(1, 2)).sum() == 1
    assert crop(np.full((1, 5000, 3), 9, np.uint8), (32, 32))[0].shape == (32, 32, 3)
    assert frame.size == (32, 32)


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 1), (20, 30, 3)])
def test_resizing_keeps_the_channels_and_a_flat_colour(shape: tuple[int, ...]) -> None:
    for size in ((7, 9), (20, 30), (41, 40)):
        resized = resize(np.full(shape, 77, np.uint8), size)
        assert resized.shape == (*size, *shape[2:])
        assert (resized == 77).all()


def test_shrinking_is_antialiased() -> None:
    """A fine checkerboard becomes grey, not a coarse checkerboard."""
    board = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)
    assert np.abs(resize(board, (16, 16)).astype(int) - 127).max() <= 3


def test_boxes_go_home_and_are_clipped_to_the_original() -> None:
    _, frame = letterbox(np.zeros((100, 200, 3), np.uint8), (64, 64))
    whole = np.array([[0.0, 0, 64, 64]])
    assert frame.home_boxes(whole)[0].tolist() == [0, -50, 200, 150]
    assert frame.home_boxes(whole, clip=True)[0].tolist() == [0, 0, 200, 100]
    assert frame.away_boxes(np.array([0, 0, 200, 100])).tolist() == [0, 16, 64, 48]


def test_impossible_sizes_are_refused() -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    for rule in (resize, letterbox, crop, stretch):
        with pytest.raises((CallError, ValueError), match=r"at least"):
            rule(image, (0, 5))
    with pytest.raises(CallError, match="above 0"):
        Frame((4, 4), (4, 4), (0.0, 1.0), (0.0, 0.0))


def test_crop_keeps_the_share_that_resizing_to_256_and_cutting_224_keeps() -> None:
    image = np.zeros((300, 512, 3), np.uint8)
    image[:, 128 + 150 - 10 : 128 + 150 - 5] = 255
    prepared, frame = crop(image, (224, 224), 224 / 256)
    wide = resize(image, (256, round(512 * 256 / 300)))
    left = (wide.shape[1] - 224) // 2
    square = wide[16:240, left : left + 224]
    assert np.abs(prepared.astype(int) - square.astype(int)).mean() < 3
    assert frame.home(np.array([[112.0, 112.0]]))[0] == pytest.approx([256, 150], abs=1)
