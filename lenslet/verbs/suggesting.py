"""What a model would draw on a picture, and how doubtful it is: for those who label, a start and an order.

Pictures on which a model is least sure teach it most: that is uncertainty sampling.

Source: Lewis and Gale 1994, "A sequential algorithm for training text classifiers".
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lenslet.errors import CallError

if TYPE_CHECKING:
    from lenslet.verbs.job import Model

__all__ = ["Suggested", "Suggestion", "suggest"]

_SHOWN = 0.25  # score from which a find is shown, of a model that has no threshold of its own
_FAINT = 0.05  # score from which it has a say in how doubtful the picture is
_MOST = 5  # finds that are the most doubtful, of which the mean is taken


@dataclass(frozen=True)
class Suggested:
    """One thing that a model finds: its class, its box or points (name -> x, y, 2), how sure it is."""

    label: str
    score: float
    box: tuple[float, float, float, float] | None = None
    points: dict[str, tuple[float, float, int]] | None = None


@dataclass(frozen=True)
class Suggestion:
    """What a model says of a picture.

    Args:
        things: what it finds.
        label: the class of the whole picture, of a model that tells classes.
        doubt: 0 where it is sure of everything, to 1.
    """

    things: tuple[Suggested, ...] = ()
    label: str = ""
    score: float = 0.0
    doubt: float = 0.0


def suggest(model: "Model", picture: str | Path) -> Suggestion:
    """Ask a model that is open.

    Args:
        model: of task classify, detect, localize or landmark.
        picture: a file.

    Raises:
        CallError: it is a model of another task.
        ImageError: the picture cannot be opened.
    """
    from lenslet.results import Classification, Detections, Localization, Points

    if model.card.task == "detect":
        answer: Any = model(picture, at_least=_FAINT)  # type: ignore[call-arg]
    else:
        answer = model(picture)
    if isinstance(answer, Detections):
        kept = answer[answer.scores >= model.card.thresholds.get("score", _SHOWN)]
        return Suggestion(tuple(Suggested(*one) for one in kept), doubt=_doubt(answer.scores))
    if isinstance(answer, Localization):
        best = int(answer.scores.argmax())
        corners = answer.box.tolist()
        box = (corners[0], corners[1], corners[2], corners[3])
        one = Suggested(answer.names[best], answer.presence * float(answer.scores[best]), box)
        return Suggestion((one,) if answer.found else (), doubt=_doubt(np.array([answer.presence])))
    if isinstance(answer, Points):
        scores = answer.scores if answer.scores is not None else np.ones(len(answer))
        named = {p.name: (p.x, p.y, p.visible) for p in answer if p.visible}
        sure = float(scores.mean()) if len(scores) else 0.0
        things = (Suggested("", sure, None, named),) if named else ()
        return Suggestion(things, doubt=1 - sure)
    if isinstance(answer, Classification):
        ordered = np.sort(answer.scores)[::-1]
        margin = float(ordered[0] - ordered[1]) if len(ordered) > 1 else 1.0
        return Suggestion(label=answer.label, score=float(answer.score), doubt=1 - margin)
    raise CallError(f"a model of task {model.card.task} draws nothing; choose one that finds, points or tells classes")


def _doubt(scores: np.ndarray) -> float:
    """Mean of the most doubtful finds, each 0 where its score is 0 or 1, and 1 where it is a half."""
    if not len(scores):
        return 0.5  # nothing at all: neither sure nor in doubt
    each = np.sort(4 * scores * (1 - scores))[::-1][:_MOST]
    return float(each.mean())
