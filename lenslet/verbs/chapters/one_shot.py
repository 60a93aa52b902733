"""Chapter 4: one picture is enough to be known by (course 4.3): digits, by a net that has never seen any."""

from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from lenslet import draw
from lenslet.image import save_image
from lenslet.image.resizing import resize
from lenslet.report import Code, Figure, Section
from lenslet.report.training import share
from lenslet.results.intervals import wilson
from lenslet.tasks.face.embedder import Embedder
from lenslet.tasks.face.metrics import squared
from lenslet.verbs.chapters import Chapter
from lenslet.verbs.load import load

_ASKED, _SIDE, _SHOWN = 500, 56, 30
_EDGE, _PAPER, _INK = 4, 0.3, 0.6


def one_shot(folder: Path, seed: int, progress: bool) -> Chapter:  # noqa: ARG001  every chapter takes the same
    """Know each digit by one example, and ask about five hundred others."""
    model = load("glyphs")
    assert isinstance(model, Embedder)
    pictures, digits = _digits()
    dice = np.random.default_rng(seed)
    known = np.array([dice.choice(np.flatnonzero(digits == digit)) for digit in range(10)])
    asked = dice.permutation(np.setdiff1d(np.arange(len(digits)), known))[:_ASKED]
    place = folder / "one-shot"
    for digit, number in enumerate(known):
        save_image(pictures[number], place / "known" / f"{digit}.png")
    prepared = [model.card.preprocess.apply(pictures[i])[0] for i in (*known, *asked)]
    vectors = model.vectors(np.stack(prepared))
    away = squared(vectors[10:, None, :], vectors[None, :10, :])
    answers = away.argmin(1)
    right = int((answers == digits[asked]).sum())
    low, high = wilson(right, len(asked))
    items = [
        draw.label(pictures[number], f"{answer}" if answer == digits[number] else f"{answer}, is {digits[number]}")
        for number, answer in zip(asked[:_SHOWN], answers[:_SHOWN], strict=True)
    ]
    ways = (
        "A classifier knows the classes it was trained on, and nothing else. The model glyphs is of another kind: it "
        "has learned to compare, from letters of eight alphabets (Omniglot), no digit among them. It says of each "
        "a list of numbers, and the nearer two lists are, the more two pictures are the same letter.",
        Figure(draw.grid([pictures[number] for number in known], columns=10), "All that it is shown of each digit."),
        f"Of {len(asked)} other digits, by thirteen writers, it takes {share(right / len(asked))} for the right one "
        f"({share(low)} to {share(high)}, 95 % Wilson interval); by chance it would be 10 %. Nothing was trained: to "
        "know an eleventh character it needs one picture of it.",
        Figure(
            draw.grid(items, columns=10), "The first of them, each with the digit whose one example is the nearest."
        ),
        Code("lenslet train MY-FOLDERS --task face\nlenslet evaluate glyphs one_shot_runs/"),
    )
    return Chapter(
        sections=(Section("4 · One picture is enough", ways),),
        numbers={"one_shot_accuracy": right / len(asked), "one_shot_n": float(len(asked))},
        said=f"from one example each, {share(right / len(asked))} of {len(asked)} digits are recognised by a net that "
        "has never seen a digit",
        files=(place,),
    )


def _digits() -> tuple[list[UInt8[np.ndarray, "h w 3"]], np.ndarray]:
    """scikit-learn's digits as ink on paper, enlarged."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    ink = np.pad(bunch.images / 16, ((0, 0), (_EDGE, _EDGE), (_EDGE, _EDGE)))  # letters do not touch the edge either
    pictures = []
    for one in ink:
        large = resize(np.repeat(np.round(255 * one).astype(np.uint8)[:, :, None], 3, 2), (2 * _SIDE, 2 * _SIDE)) / 255
        # of 8 pixels a side nearly all are half ink, half paper: a stroke is the darker of them
        paper = 255 - 255 * np.clip((large - _PAPER) / (_INK - _PAPER), 0, 1)
        pictures.append(resize(np.round(paper).astype(np.uint8), (_SIDE, _SIDE)))
    return pictures, bunch.target
