"""Chapter 5: a photo in the style of another picture (course 4.9 to 4.12)."""

from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from lenslet import draw
from lenslet.image import save_image
from lenslet.report import Code, Figure, Section
from lenslet.results import Painting
from lenslet.verbs.chapters import Chapter
from lenslet.verbs.stylize import stylize

_SIZE, _STEPS = 256, 10
_LEARNED = ("starry_night", "great_wave")  # models that hold a style


def style(folder: Path, seed: int, progress: bool) -> Chapter:
    """Paint scikit-learn's china.jpg in the style of its flower.jpg, step by step; then by models that hold a style."""
    place = folder / "style"
    photo, flower = _sample("china.jpg"), _sample("flower.jpg")
    save_image(photo, place / "photo.png")
    save_image(flower, place / "flower.png")
    found = stylize(
        place / "photo.png", place / "flower.png", out=place / "painting.png", size=_SIZE, steps=_STEPS, seed=seed,
        strength=0.6, progress=progress,
    )  # fmt: skip
    at_once = [_painted(place, name) for name in _LEARNED]
    assert isinstance(found, Painting)
    first, last = (sum(costs.values()) for costs in (found.costs[0], found.costs[-1]))
    each = float(np.mean([painting.seconds for _, painting in at_once]))
    blocks = (
        "A painting starts as the photo, and its pixels are moved until two things are small together: how far the "
        "net's maps are from the photo's (the content), and how far the products of its maps with each other are from "
        "the other picture's (the style: which colours, strokes and shapes go together, wherever they are).",
        Figure(
            draw.grid([photo, flower, found.picture], columns=3, captions=["photo", "style", "painting"], side=420),
            f"{found.recipe['size']} pixels, {len(found.costs) - 1} steps, {found.seconds:.0f} s: J fell from "
            f"{first:.1f} to {last:.1f}.",
            1280,
        ),
        f"A net can learn to do that for one style, once for all. These two came with Lenslet, and took {each:.1f} s "
        "each for 512 pixels:",
        Figure(
            draw.grid([painting.picture for _, painting in at_once], columns=2, captions=list(_LEARNED), side=512),
            "After van Gogh's The Starry Night, and Hokusai's The Great Wave off Kanagawa.",
            1060,
        ),
        Code(
            f"lenslet stylize {place / 'photo.png'} {place / 'flower.png'} -o painting.png\n"
            f"lenslet stylize {place / 'photo.png'} --model {_LEARNED[0]} -o night.png\n"
            "lenslet train PHOTOS --task style --style monet.jpg --minutes 15"
        ),
    )
    return Chapter(
        sections=(Section("5 · A photo as a painting", blocks),),
        numbers={"style_cost_start": first, "style_cost_end": last, "style_seconds": float(found.seconds)},
        said=f"a photo painted in the style of another, J {first:.1f} to {last:.1f}, and in two styles at once: "
        f"{place}",
        files=(place,),
    )


def _painted(place: Path, name: str) -> tuple[str, Painting]:
    made = stylize(place / "photo.png", model=name, out=place / f"{name}.png", progress=False)
    assert isinstance(made, Painting)
    return name, made


def _sample(name: str) -> UInt8[np.ndarray, "h w 3"]:
    from sklearn.datasets import load_sample_image

    return np.ascontiguousarray(load_sample_image(name))
