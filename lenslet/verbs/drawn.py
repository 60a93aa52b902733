"""The worst answers of a model that says one thing a picture, each drawn beside or over the truth."""

from typing import TYPE_CHECKING, Any

import numpy as np

from lenslet import draw
from lenslet.errors import ImageError
from lenslet.image import open_image
from lenslet.image.resizing import resize

if TYPE_CHECKING:
    from lenslet.results import Evaluation, Localization, Points

_WORST = 12
_LEAST = 400  # pixels of the longer side of what is drawn on
MANY = 20  # points that leave no room for large discs
_TRUTH, _ANSWER = 2, 0  # colours: green for what is so, orange for what was said


def worst_drawn(model: Any, evaluation: "Evaluation", data: Any) -> list[tuple[np.ndarray, str]]:
    """(picture, caption) of the costliest answers.

    Args:
        model: a Localizer or a Landmarker.
        evaluation: what it was measured to be.
        data: on which.
    """
    one = localized if evaluation.task == "localize" else pointed
    drawn = []
    for truth, answer, number in model.compared(data, evaluation, _WORST):
        try:
            drawn.append(one(truth, answer, number))
        except ImageError:  # gone since
            continue
    return drawn


def enlarged(picture: np.ndarray) -> tuple[np.ndarray, float]:
    """A picture large enough to be drawn on, and how many times it is as large: of tiny ones, a line would hide all."""
    scale = max(1.0, _LEAST / max(picture.shape[:2]))
    return resize(picture, (round(picture.shape[0] * scale), round(picture.shape[1] * scale))), scale


def localized(truth: "Localization", answer: "Localization", over: float) -> tuple[np.ndarray, str]:
    """Truth and answer on the picture, and both in words; `over` is their IoU."""
    assert truth.picture is not None  # `compared` gives what was opened
    picture, scale = enlarged(open_image(truth.picture))
    boxes = [one.box * scale for one in (truth, answer) if one.found]
    kinds = [kind for one, kind in ((truth, _TRUTH), (answer, _ANSWER)) if one.found]
    if boxes:
        picture = draw.boxes(picture, np.stack(boxes), kinds=kinds)
    said = f"is {truth.label or 'nothing'}\nsaid {answer.label or 'nothing'} ({answer.score:.0%})"
    return picture, said + (f", IoU {over:.2f}" if truth.found and answer.found else "")


def pointed(truth: "Points", answer: "Points", nme: float) -> tuple[np.ndarray, str]:
    """Cut out around the points, so that they can be told from each other."""
    assert truth.picture is not None  # `compared` gives what was opened
    picture = open_image(truth.picture)
    places = np.concatenate([truth.places[truth.known], answer.places[answer.known]])
    (left, top), (right, bottom) = places.min(0), places.max(0)
    edge = 0.15 * max(right - left, bottom - top) + 2
    low = np.floor(np.maximum([left - edge, top - edge], 0)).astype(int)
    high = np.ceil(np.minimum([right + edge, bottom + edge], picture.shape[1::-1])).astype(int)
    cut = np.ascontiguousarray(picture[low[1] : high[1], low[0] : high[0]])
    large, scale = enlarged(cut)
    for one, kind in ((truth, _TRUTH), (answer, _ANSWER)):
        moved = (one.places - low) * scale
        large = draw.points(large, moved, kinds=[kind] * len(moved), radius=3.0 if len(moved) > MANY else 5.0)
    return large, f"off by {nme:.1%}"
