"""Answers of an exported detector, in which a batch has as many rows as things were found. Imports no torch."""

import numpy as np
from jaxtyping import Float

__all__ = ["agreement", "aligned", "split"]

Answers = dict[str, np.ndarray]
_SAME = 0.5  # IoU from which on two boxes of a class are one thing
_NEAR = 0.05  # of a score, or of an IoU: so near to a threshold, either side is right
_OVERLAP = 0.6  # see `decode.OVERLAP`


def split(answers: Answers, count: int) -> list[Answers]:
    """A batch's rows -> each picture's.

    Args:
        answers: boxes, scores, classes, and picture: the number of it.
        count: of the pictures.
    """
    names = [name for name in answers if name != "picture"]
    return [{name: answers[name][answers["picture"] == i] for name in names} for i in range(count)]


def aligned(a: Answers, b: Answers, least: float) -> tuple[Answers, Answers]:
    """Two answers on one picture, row by row the same things; who misses a thing that is surely there, by either's
    word, says a score of 0 of it.

    Args:
        a, b: boxes, scores, classes.
        least: the lowest score that is shown.
    """
    pairs = _pairs(a, b)
    rows = {name: ([a[name][i] for i, _ in pairs], [b[name][j] for _, j in pairs]) for name in ("boxes", "scores")}
    for mine, other, side in ((a, b, 0), (b, a, 1)):
        for i in sorted(set(range(len(mine["scores"]))) - {pair[side] for pair in pairs}):
            if mine["scores"][i] > least + _NEAR and not _suppressible(mine, i, other):
                for name, empty in (("boxes", mine["boxes"][i]), ("scores", np.float64(0))):
                    rows[name][side].append(mine[name][i])
                    rows[name][1 - side].append(empty)
    made = [{name: np.array(rows[name][side], np.float64) for name in rows} for side in (0, 1)]
    return made[0], made[1]


def agreement(a: Answers, b: Answers) -> float:
    """F1 of the one's things against the other's; 1 where both find nothing."""
    total = len(a["scores"]) + len(b["scores"])
    return 2 * len(_pairs(a, b)) / total if total else 1.0


def _suppressible(mine: Answers, i: int, other: Answers) -> bool:
    """Whether the other side may have dropped this for a neighbour that it overlaps just enough."""
    same = other["classes"] == mine["classes"][i]
    over = _iou(mine["boxes"][i : i + 1], other["boxes"])[0]
    return bool((same & (over > _OVERLAP - _NEAR)).any())


def _pairs(a: Answers, b: Answers) -> list[tuple[int, int]]:
    """Those of one class that overlap most, each once."""
    over = np.where(a["classes"][:, None] == b["classes"][None], _iou(a["boxes"], b["boxes"]), 0.0)
    pairs = []
    while over.size and over.max() >= _SAME:
        i, j = (int(v) for v in np.unravel_index(over.argmax(), over.shape))
        pairs.append((i, j))
        over[i], over[:, j] = 0, 0
    return pairs


def _iou(a: Float[np.ndarray, "n 4"], b: Float[np.ndarray, "m 4"]) -> Float[np.ndarray, "n m"]:
    first, second = a[:, None].astype(np.float64), b[None].astype(np.float64)
    sides = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(first[..., :2], second[..., :2])
    common = np.maximum(sides, 0).prod(2)
    area = [np.maximum(side[..., 2:] - side[..., :2], 0).prod(2) for side in (first, second)]
    either = area[0] + area[1] - common
    made: np.ndarray = np.divide(common, either, out=np.zeros_like(common), where=either > 0)
    return made
