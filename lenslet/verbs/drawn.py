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
_TRUTH, _ANSWER = 2, 0  # colours: green for what is so, orange for what was said


def worst_drawn(model: Any, evaluation: "Evaluation", data: Any) -> list[tuple[np.ndarray, str]]:
    """(picture, caption) of the costliest answers.

    Args:
        model: a Localizer or a Landmarker.
        evaluation: what it was measured to be.
        data: on which.
    """
    one = _localized if evaluation.task == "localize" else _pointed
    drawn = []
    for truth, answer, number in model.compared(data, evaluation, _WORST):
        try:
            drawn.append(one(truth, answer, number))
        except ImageError:  # gone since
            continue
    return drawn


def _localized(truth: "Localization", answer: "Localization", over: float) -> tuple[np.ndarray, str]:
    picture = open_image(truth.picture)
    boxes = [one.box for one in (truth, answer) if one.found]
    tags = [f"{called}{one.label}" for one, called in ((truth, "is "), (answer, "said ")) if one.found]
    kinds = [kind for one, kind in ((truth, _TRUTH), (answer, _ANSWER)) if one.found]
    if boxes:
        picture = draw.boxes(picture, np.stack(boxes), tags, kinds=kinds)
    said = f"is {truth.label or 'nothing'}\nsaid {answer.label or 'nothing'} ({answer.score:.0%})"
    return picture, said + (f", IoU {over:.2f}" if truth.found and answer.found else "")


def _pointed(truth: "Points", answer: "Points", nme: float) -> tuple[np.ndarray, str]:
    """Cut out around the points, so that they can be told from each other."""
    picture = open_image(truth.picture)
    places = np.concatenate([truth.places[truth.known], answer.places[answer.known]])
    (left, top), (right, bottom) = places.min(0), places.max(0)
    edge = 0.15 * max(right - left, bottom - top) + 2
    low = np.floor(np.maximum([left - edge, top - edge], 0)).astype(int)
    high = np.ceil(np.minimum([right + edge, bottom + edge], picture.shape[1::-1])).astype(int)
    cut = np.ascontiguousarray(picture[low[1] : high[1], low[0] : high[0]])
    scale = max(1.0, 360 / max(cut.shape[:2]))
    large = resize(cut, (round(cut.shape[0] * scale), round(cut.shape[1] * scale)))
    for one, kind in ((truth, _TRUTH), (answer, _ANSWER)):
        moved = (one.places - low) * scale
        large = draw.points(large, moved, kinds=[kind] * len(moved), radius=2.5)
    return large, f"off by {nme:.1%}"
