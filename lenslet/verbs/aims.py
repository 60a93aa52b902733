"""What there is to explain of a model's answer, task by task: the room of explanations knows no model."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor

from lenslet.errors import CallError
from lenslet.image import Preprocess, open_image
from lenslet.tasks.classify.classifier import Classifier
from lenslet.tasks.detect.detector import Detector
from lenslet.tasks.explain.target import Sight, Target
from lenslet.tasks.face.distance import unit
from lenslet.tasks.face.embedder import Embedder
from lenslet.tasks.face.faces import Faces
from lenslet.tasks.landmark.landmarker import Landmarker
from lenslet.tasks.landmark.views import cut
from lenslet.tasks.localize.decode import NUMBERS
from lenslet.tasks.localize.localizer import Localizer

if TYPE_CHECKING:
    from lenslet.verbs.job import Model

__all__ = ["aims", "sight_of"]

Picture = str | Path | np.ndarray | Any  # Any stands for bytes and PIL.Image.Image
Aim = tuple[Sight, Target]
_FINE = 14  # cells a side of a map that can tell small things and points from their neighbours


def sight_of(model: "Model", picture: Picture) -> Sight:
    """The picture as this model's net sees it first: whole; of a face model, its largest face, upright.

    Raises:
        ImageError: it cannot be opened.
        CallError: no face is found on it.
    """
    if isinstance(model, Faces):
        picture = model.upright(picture)
    opened = open_image(picture)
    shape = model.shape_of(opened) if isinstance(model, Detector) else model.card.preprocess
    return _sight(opened, shape, picture)


def aims(
    model: "Model", picture: Picture, *, label: str | None = None, number: int = 0, other: Picture | None = None
) -> list[Aim]:
    """What is explained: one number of the answer to one picture; of a pair, one for each of the two.

    Args:
        model: any that Lenslet has.
        picture: the picture.
        label: the class, or the name of a point; None: what the model itself says.
        number: of the thing that was found, the surest is 0.
        other: the second picture, for models that compare.

    Raises:
        CallError: there is no such class, thing or point, or it does not go with this model.
        ImageError: a picture cannot be opened.
    """
    _ = model.net  # of an exported file it says that there is none
    if isinstance(model, Faces):  # of the faces it compares, as its embedder sees them
        beside = None if other is None else model.upright(other)
        return aims(cast(Embedder, model.inner), model.upright(picture), label=label, number=number, other=beside)
    if other is not None and not isinstance(model, Embedder):
        raise CallError(
            "--other is for models that compare two pictures, and this one says what one shows: leave it out"
        )
    if number and not isinstance(model, Detector):
        raise CallError("--number is for models that find several things on a picture: leave it out")
    if label is not None and isinstance(model, Embedder):
        raise CallError("--label is for models with classes or points, and this one compares: leave it out")
    sight = sight_of(model, picture)
    if isinstance(model, Detector):
        return [(sight, _found(model, sight, label, number))]
    if isinstance(model, Localizer):
        return [(sight, _localized(model, sight, label))]
    if isinstance(model, Landmarker):
        return [_pointed(model, sight, label)]
    if isinstance(model, Embedder):
        return _alike(model, sight, None if other is None else sight_of(model, other))
    if model.card.task == "style":
        raise CallError("this model paints, and gives no answers that could be explained: take one that says something")
    if not isinstance(model, Classifier):
        raise CallError("this model finds faces before it compares them: explain its embedder, a model of task face")
    return [(sight, _classified(model, sight, label))]


def _classified(model: Classifier, sight: Sight, label: str | None) -> Target:
    """The logit of a class."""
    logits = model.logits(sight.prepared[None])[0]
    kind = int(logits.argmax()) if label is None else _index(model.labels, label, "class")
    share = float((logits.double() / model.card.temperature).softmax(0)[kind])
    return Target(f"{model.labels[kind]}", lambda raw: _first(raw)[:, kind].float(), f"sure {share:.1%}, logit")


def _found(model: Detector, sight: Sight, label: str | None, number: int) -> Target:
    """The log-odds of a class at the cell that found one thing."""
    found = model(sight.original)
    if label is not None:
        kind = _index(model.labels, label, "class")
        found = found[found.labels == kind]
    if not len(found):
        what = label or "nothing"
        raise CallError(
            f"the model finds no {what} on this picture, so there is none to explain; take another picture"
            if label is not None
            else "the model finds nothing on this picture, so there is nothing to explain; take another picture"
        )
    if not 0 <= number < len(found):
        raise CallError(f"number is {number}, and {len(found)} were found: give 0 to {len(found) - 1}")
    place = int(np.argsort(-found.scores, kind="stable")[number])
    thing, kind = found[place], int(found.labels[place])
    box = torch.from_numpy(sight.frame.away_boxes(thing.boxes[0])).float()
    boxes, scores = _decoded(model, sight)
    # the cell that said so: clipping to the picture moves a box a little, so its score has a say, too
    off = (boxes - box).abs().sum(1) + 1000 * (scores[:, kind] - float(thing.scores[0])).abs()
    cell = int(off.argmin())

    def score(maps: Any) -> Tensor:
        return torch.logit(model.head.decode(maps)[1][:, cell, kind].float(), 1e-7)

    x1, y1, x2, y2 = thing.boxes[0].tolist()
    name = f"{model.labels[kind]} at ({(x1 + x2) / 2:.0f}, {(y1 + y2) / 2:.0f})"
    sure = f"sure {float(thing.scores[0]):.1%}, log-odds"
    return Target(name, score, sure, placed=True, cells=_FINE, box=(x1, y1, x2, y2))


def _decoded(model: Detector, sight: Sight) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        boxes, scores = model.head.decode(model.net(_input(model, sight)))
    return boxes[0].float().cpu(), scores[0].float().cpu()


def _localized(model: Localizer, sight: Sight, label: str | None) -> Target:
    """How sure it is that something of a class is there."""
    answer = model.locate([sight.original])[0]
    kind = int(answer.scores.argmax()) if label is None else _index(model.labels, label, "class")

    def score(raw: Tensor) -> Tensor:
        there = torch.nn.functional.logsigmoid(raw[:, 0].float())
        return there + raw[:, NUMBERS:].float().log_softmax(1)[:, kind]

    x1, y1, x2, y2 = answer.box.tolist()
    box = (x1, y1, x2, y2) if answer.found else None
    return Target(model.labels[kind], score, "log-probability", placed=True, box=box)


def _pointed(model: Landmarker, sight: Sight, label: str | None) -> Aim:
    """How much of a point's map lies where it was found, or of all maps together."""
    around = model(sight.original).box if model.view.looks == 2 or model.view.view == "box" else None
    if around is not None and (around[2:] > around[:2]).all():  # what the net looks at in the end
        seen, frame = cut(sight.original, around, model.card.preprocess, model.view.margin)
        sight = Sight(sight.original, seen, frame, sight.source)
    with torch.no_grad():
        maps = model.net(_input(model, sight))[0]
    cells = maps.flatten(1).argmax(1)
    chosen = list(range(len(cells))) if label is None else [_index(model.labels, label, "point")]

    def score(raw: Tensor) -> Tensor:
        shares = raw.float().flatten(2).log_softmax(2)
        return shares[:, chosen, cells[chosen]].mean(1)

    name = "all points" if label is None else f"point {label}"
    return sight, Target(name, score, "log-share of the map there", placed=True, cells=_FINE)


def _alike(model: Embedder, sight: Sight, other: Sight | None) -> list[Aim]:
    """The likeness of two encodings; of one picture alone, that with itself: what its encoding is made of."""
    pair = [sight] if other is None else [sight, other]
    with torch.no_grad():
        codes = [unit(model.net(_input(model, one))) for one in pair]

    def against(code: Tensor) -> Callable[[Any], Tensor]:
        head = model.binary

        def score(raw: Tensor) -> Tensor:
            if other is None:  # not divided by its length: the cosine with itself is 1 whatever one sees
                return (raw.float() @ code.T)[:, 0]
            return (unit(raw) @ code.T)[:, 0] if head is None else head(unit(raw), code)[:, 0]

        return score

    if other is None:
        return [(sight, Target("its encoding", against(codes[0]), "length along itself", placed=True))]
    kind = "cosine of the encodings" if model.binary is None else "logit of the same"
    return [
        (one, Target("the likeness of two pictures", against(code), kind, placed=True))
        for one, code in zip(pair, reversed(codes), strict=True)
    ]


def _input(model: "Model", sight: Sight) -> Tensor:
    from lenslet.tasks.explain.target import tensor_of

    return tensor_of(sight.prepared[None], model.card.preprocess, model.net)


def _sight(opened: np.ndarray, shape: Preprocess, picture: Picture) -> Sight:
    prepared, frame = shape.apply(opened)
    return Sight(opened, prepared, frame, Path(picture) if isinstance(picture, str | Path) else None)


def _first(raw: Any) -> Tensor:
    """Of a net that answers with several, its logits."""
    found: Tensor = raw[0] if isinstance(raw, tuple) else raw
    return found


def _index(names: tuple[str, ...], name: str, what: str) -> int:
    if name not in names:
        import difflib

        near = difflib.get_close_matches(name, names, n=5, cutoff=0.5) or list(names[:8])
        raise CallError(f"this model has no {what} {name!r}; take one of {', '.join(near)}")
    return names.index(name)
