"""A few held-out pictures, the same ones each time, with what a model in training says of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lenslet import draw
from lenslet.errors import LensletError
from lenslet.image import open_image
from lenslet.image.resizing import letterbox
from lenslet.verbs.drawn import enlarged, localized, pointed

if TYPE_CHECKING:
    from lenslet.verbs.job import Job

__all__ = ["Seen", "sampled"]

_TRUTH, _ANSWER = 2, 0  # colours: green for what is so, orange for what was said
_SIDE = 160


@dataclass(frozen=True)
class Seen:
    """A picture with what is said of it.

    Args:
        pixels: the picture, with what was answered drawn on it where that is a place.
        truth: in words; "" where it is drawn.
        said: in words.
        right: whether both are the same; None where that is no question of yes or no.
        path: of the picture.
    """

    pixels: np.ndarray
    truth: str
    said: str
    right: bool | None
    path: Path


def sampled(model: Any, job: "Job", count: int = 8) -> Iterator[Seen]:
    """What the model says of a few pictures that were held out; of those that it learns where nothing was.

    Args:
        model: in training, or trained.
        job: the run that it is of.
        count: of pictures; to compare, of pairs.
    """
    held: Any = job.held_out  # type: ignore[attr-defined]  # every task has it, each of its own kind
    model.net.eval()
    one: Callable[[Any, Any], Seen] = {
        "classify": _classified,
        "detect": _found,
        "localize": _placed,
        "landmark": _pointed,
        "face": _compared,
    }[job.card.task]
    chosen = _pairs(held, count) if job.card.task == "face" else _spread(list(held), count)
    for item in chosen:
        try:
            yield one(model, item)
        except LensletError:  # gone since, or nothing known on it
            continue


def _spread(items: Sequence[Any], count: int) -> Sequence[Any]:
    """So many, evenly from the first to the last."""
    places = np.unique(np.linspace(0, len(items) - 1, min(count, len(items))).round().astype(int))
    return [items[place] for place in places.tolist()]


def _classified(model: Any, sample: Any) -> Seen:
    answer, truth = model(sample.path), model.labels[sample.label]
    pixels, _ = enlarged(open_image(sample.path))
    said = f"{answer.label} {answer.score:.0%}"
    return Seen(pixels, truth, said, bool(answer.label == truth), sample.path)


def _found(model: Any, scene: Any) -> Seen:
    answer = model(scene.path)
    pixels, scale = enlarged(open_image(scene.path))
    pixels = draw.boxes(
        pixels, scene.truth.boxes * scale, kinds=[_TRUTH] * len(scene.truth), dashed=[True] * len(scene.truth)
    )
    kinds = [_ANSWER] * len(answer)
    pixels = draw.boxes(pixels, answer.boxes * scale, list(answer.classes), answer.scores, kinds=kinds)
    things = len(scene.truth)
    truth = f"{things} {'thing' if things == 1 else 'things'}, dashed"
    return Seen(pixels, truth, f"{len(answer)} found", None, scene.path)


def _placed(model: Any, shown: Any) -> Seen:
    from lenslet.tasks.localize.metrics import overlap

    answer = model(shown.path)
    pixels, caption = localized(shown.truth, answer, overlap(answer, shown.truth))
    truth, _, said = caption.partition("\n")
    return Seen(pixels, truth.removeprefix("is "), said.removeprefix("said "), None, shown.path)


def _pointed(model: Any, thing: Any) -> Seen:
    from lenslet.tasks.landmark.views import WHOLE

    answer = model(thing.path, box=None if model.view.view == WHOLE else thing.box)
    apart = np.linalg.norm(answer.places - thing.truth.places, axis=1)
    side = float(np.sqrt(np.prod(thing.box[2:] - thing.box[:2]))) or 1.0
    pixels, _ = pointed(thing.truth, answer, 0.0)
    return Seen(pixels, "", f"off by {np.nanmean(apart) / side:.1%} of its size", None, thing.path)


def _pairs(people: Any, count: int) -> list[tuple[Any, Any]]:
    """Pairs of held-out pictures: of the same and of two different ones in turn."""
    own: dict[int, list[Any]] = {}
    for sample in people.test or people.valid or people.train:
        own.setdefault(sample.label, []).append(sample)
    twice = [samples for samples in own.values() if len(samples) > 1]
    same = [(samples[0], samples[1]) for samples in _spread(twice, count // 2)] if twice else []
    first = [samples[0] for samples in own.values()]
    other = _spread(list(pairwise(first)), count - len(same)) if len(first) > 1 else []
    return [*same, *other]


def _compared(model: Any, pair: tuple[Any, Any]) -> Seen:
    one, other = pair
    apart, same = model.distance(one.path, other.path), one.label == other.label
    says = apart <= model.threshold
    two = [letterbox(open_image(sample.path), (_SIDE, _SIDE), 255)[0] for sample in pair]
    words = {True: "the same", False: "different"}
    return Seen(np.concatenate(two, 1), words[same], f"{words[says]}, {apart:.2f} apart", bool(same == says), one.path)
