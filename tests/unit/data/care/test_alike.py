"""Copies are told from strangers: by their directions first, then laid on each other."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from lenslet.data.care.alike import CANDIDATE, Prints, alike, candidates, copies
from lenslet.data.care.lay import correlation, lay, moved_by
from lenslet.data.care.prints import mirrored, print_of, waves

Make = Callable[..., np.ndarray]


def prints(pictures: list[np.ndarray]) -> Prints:
    made = [print_of(picture) for picture in pictures]
    sides = np.array([min(picture.shape[:2]) for picture in pictures])
    return Prints(np.stack([p.grey for p in made]), np.stack([p.colours for p in made]), sides)


def resized(picture: np.ndarray, factor: float) -> np.ndarray:
    size = (round(picture.shape[1] * factor), round(picture.shape[0] * factor))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


CHANGES = {
    "smaller": lambda p: resized(p, 0.6),
    "larger": lambda p: resized(p, 1.7),
    "lighter": lambda p: np.clip(p * 0.85 + 38, 0, 255).astype(np.uint8),
    "fainter": lambda p: (p * 0.7 + 30).astype(np.uint8),
    "cut": lambda p: p[3:-2, 2:-4],
    "cut and smaller": lambda p: resized(p[2:-3, 4:-1], 0.8),
    "grey": lambda p: np.asarray(Image.fromarray(p).convert("L").convert("RGB")),
    "squeezed": lambda p: np.asarray(Image.fromarray(p).resize((100, 100))),
}


def found(pictures: list[np.ndarray], *, mirror: bool = False) -> set[tuple[int, int]]:
    kept = prints(pictures)
    directions = waves(kept.grey)
    pairs = candidates(directions, mirrored(directions) if mirror else None)
    return set(copies(kept, pairs, mirror=mirror))


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found_among_strangers(make_photo: Make, change: str) -> None:
    pictures = [make_photo(seed) for seed in range(8)]
    assert found([*pictures, CHANGES[change](pictures[5])]) == {(5, 8)}


def test_a_mirrored_copy_is_found_when_it_is_looked_for(make_photo: Make) -> None:
    pictures = [make_photo(seed) for seed in range(6)]
    pictures.append(pictures[2][:, ::-1])
    assert found(pictures) == set()
    assert found(pictures, mirror=True) == {(2, 6)}


def test_another_picture_of_the_same_thing_is_no_copy(make_photo: Make) -> None:
    # the same coarse forms with other details: two photographs of one scene
    first, second = make_photo(1), make_photo(2)
    coarse = np.asarray(Image.fromarray(first).resize((6, 6)).resize((128, 96), Image.Resampling.BICUBIC), np.float32)
    details = second - np.asarray(Image.fromarray(second).resize((6, 6)).resize((128, 96)), np.float32)
    other = np.clip(coarse + details, 0, 255).astype(np.uint8)
    kept = prints([first, other])
    directions = waves(kept.grey)
    assert directions[0] @ directions[1] > CANDIDATE
    assert found([first, other]) == set()


def test_the_same_form_in_another_colour_is_no_copy(make_photo: Make) -> None:
    grey = make_photo(3).mean(2, keepdims=True)
    red, blue = (np.clip(grey * tint, 0, 255).astype(np.uint8) for tint in ([1.3, 0.8, 0.7], [0.7, 0.8, 1.3]))
    assert found([red, blue]) == set()


def test_strokes_that_can_be_laid_on_each_other_are_no_copies() -> None:
    def stroke(slant: int, thick: int) -> np.ndarray:
        picture = np.zeros((28, 28, 3), np.uint8)
        for row in range(5, 23):
            start = 13 + (row - 14) * slant // 12
            picture[row, start : start + thick] = 255
        return picture

    assert found([stroke(2, 3), stroke(4, 3), stroke(3, 4), stroke(-2, 3)]) == set()


def test_pictures_of_one_colour_resemble_nothing() -> None:
    grey = waves(np.stack([np.full((48, 48), level, np.uint8) for level in (0, 90, 255)]))
    assert not grey.any()
    assert len(candidates(grey)) == 0


def test_directions_have_length_one_and_do_not_see_light_or_contrast(make_photo: Make) -> None:
    grey = print_of(make_photo(4)).grey
    both = waves(np.stack([grey, (grey * 0.6 + 50).astype(np.uint8)]))
    assert np.allclose(np.linalg.norm(both, axis=1), 1, atol=1e-5)
    assert both[0] @ both[1] > 0.999


def test_mirroring_a_direction_is_the_direction_of_the_mirror_image(make_photo: Make) -> None:
    grey = print_of(make_photo(5)).grey
    assert np.allclose(mirrored(waves(grey[None])), waves(np.ascontiguousarray(grey[None, :, ::-1])), atol=1e-5)


def test_candidates_are_an_exact_search(make_photo: Make) -> None:
    dice = np.random.default_rng(0)
    directions = dice.normal(size=(300, 64)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    product = np.triu(directions @ directions.T, 1)
    expected = {(int(i), int(j)) for i, j in zip(*np.nonzero(product >= 0.25), strict=True)}
    got = candidates(directions, at_least=0.25)
    assert {(int(i), int(j)) for i, j in got} == expected
    values = product[got[:, 0], got[:, 1]]
    assert (np.diff(values) <= 1e-6).all()


def test_where_everything_looks_alike_the_likeliest_pairs_are_kept() -> None:
    dice = np.random.default_rng(1)
    alike_all = 1 + 0.1 * dice.normal(size=(2000, 8)).astype(np.float32)
    alike_all /= np.linalg.norm(alike_all, axis=1, keepdims=True)
    got = candidates(alike_all)
    assert len(got) == 8000
    product = np.sort(np.triu(alike_all @ alike_all.T, 1).ravel())[::-1]
    values = (alike_all[got[:, 0]] * alike_all[got[:, 1]]).sum(1)
    assert values.min() >= product[8000] - 1e-6


def test_laying_finds_scale_and_shift(make_photo: Make) -> None:
    whole = make_photo(6, 480, 480)
    part = whole[20:470, 24:456]  # scale 0.9 across and 0.9375 down, off the middle by 0 and by 0.0208
    first, second = (print_of(picture).grey[None].astype(np.float32) for picture in (whole, part))
    where = lay(first, second, blur=1.5)
    where = lay(first, second, blur=0.75, start=where)
    assert np.allclose(where, [[0.9, 0, 0.9375, 0.0208]], atol=0.01)
    moved, inside = moved_by(first, where)
    assert correlation(moved, second, inside)[0] > 0.98


def test_judging_pairs_does_not_depend_on_who_else_is_judged(make_photo: Make) -> None:
    pictures = [make_photo(seed) for seed in range(5)]
    kept = prints([*pictures, pictures[0][2:, 2:]])
    pairs = np.array([[0, 5], [0, 1], [1, 2], [3, 4]])
    together = alike(kept, pairs)
    assert together.tolist() == [bool(alike(kept, pair[None])[0]) for pair in pairs] == [True, False, False, False]
