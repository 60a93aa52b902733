"""Every mistake by its kind, and what each kind costs. Imports no torch.

Source: Bolya et al. 2020, TIDE: A General Toolbox for Identifying Object Detection Errors. Differs from its code: an
answer that touches two things is judged by the one that it overlaps more; the code asks for the right class first. And
where a kind is repaired, only answers of that kind compete for a thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from lenslet.results import Detections
from lenslet.results.mistakes import KINDS, Erring, Kind, Mistake, Mistakes
from lenslet.tasks.detect.coco import mean
from lenslet.tasks.detect.matching import Matches, average_precision, overlap, spared

FITS = 0.5
"""IoU from which an answer is in the right place."""
NEAR = 0.1
"""IoU from which it is badly placed, and not on the background."""

_CODES = {name: code for code, name in enumerate(KINDS)}
_ROWS = 512  # answers compared with all things of a picture at once; bounds the memory


@dataclass(frozen=True)
class _Judged:
    """Answers as in `Matches`: of each wrong one, its kind, and the thing that it overlaps most."""

    kind: Int[np.ndarray, " n"]
    thing: Int[np.ndarray, " n"]
    overlap: Float[np.ndarray, " n"]


def find_mistakes(
    matches: Matches,
    predicted: Sequence[Detections],
    truth: Sequence[Detections],
    threshold: int | float,
    *,
    worst: int | None = 24,
) -> Mistakes:
    """Judge every answer from the threshold on, and every thing.

    Each answer is right, spared, or one mistake; each thing is found, concerned by a mistake, or missed.

    Args:
        matches: of `predicted` and `truth`.
        predicted: answers, picture by picture.
        truth: what there is.
        threshold: answers count from this score on.
        worst: how many of the costliest pictures to keep; all unless given.
    """
    judged = _judge(matches, predicted, truth)
    said = matches.score >= threshold
    right = matches.hit[0] & said
    wrong = said & ~matches.hit[0] & ~matches.ignored[0]
    order = np.argsort(matches.picture, kind="stable")
    edges = np.searchsorted(matches.picture[order], np.arange(len(truth) + 1))
    counts = dict.fromkeys(KINDS, 0)
    mended = dict.fromkeys(KINDS, 0)  # things that would be found if a kind were repaired
    found: list[Erring] = []
    for number, (answers, there) in enumerate(zip(predicted, truth, strict=True)):
        mine = order[edges[number] : edges[number + 1]]
        mistakes = _of_picture(matches, judged, mine, answers, there, right, wrong)
        for mistake in mistakes:
            counts[mistake.kind] += 1
            mended[mistake.kind] += mistake.lost
        if mistakes:
            kept = np.sort(matches.row[mine[said[mine]]])
            found.append(Erring(there, answers[kept], tuple(mistakes), number))
    found.sort(key=lambda erring: -erring.cost)
    things, hits = int(matches.counted.sum()), int(right.sum())
    gains = _gains(matches, judged, truth)
    kinds = {
        name: Kind(
            counts[name],
            f1(hits + mended[name], hits + int(wrong.sum()) - _gone(name, counts, mended), things) - was,
            gains[name],
        )
        for was in [f1(hits, hits + int(wrong.sum()), things)]
        for name in KINDS
    }
    kept_pictures = tuple(found if worst is None else found[:worst])
    return Mistakes(threshold, hits, int((said & matches.ignored[0]).sum()), things, kinds, kept_pictures, len(found))


def f1(right: int | float, said: int | float, there: int | float) -> float:
    """The harmonic mean of precision and recall; NaN where nothing is there and nothing was said."""
    return 2 * right / (said + there) if said + there else float("nan")


def _gone(name: str, counts: dict[str, int], mended: dict[str, int]) -> int:
    """How many answers fewer there are once a kind is repaired: those that do not become right, less new ones."""
    return -counts[name] if name == "missed" else counts[name] - mended[name]


def _judge(matches: Matches, predicted: Sequence[Detections], truth: Sequence[Detections]) -> _Judged:
    """The kind of every answer that found nothing, sure or not."""
    size = len(matches.score)
    kind, thing, over = np.full(size, -1), np.full(size, -1), np.zeros(size)
    wrong = np.flatnonzero(~matches.hit[0] & ~matches.ignored[0])
    wrong = wrong[np.argsort(matches.picture[wrong], kind="stable")]
    kind[wrong] = _CODES["background"]
    for mine in np.split(wrong, np.flatnonzero(np.diff(matches.picture[wrong])) + 1):
        if not len(mine):
            continue
        number = matches.picture[mine[0]]
        counts = np.flatnonzero(~spared(truth[number]))
        if not len(counts):
            continue
        things, labels = truth[number].boxes[counts], truth[number].labels[counts]
        for start in range(0, len(mine), _ROWS):
            some = mine[start : start + _ROWS]
            shares = overlap(predicted[number].boxes[matches.row[some]], things)
            same = matches.label[some][:, None] == labels[None]
            like, other = np.where(same, shares, -1.0), np.where(same, -1.0, shares)
            best, rival = like.max(1), other.max(1)
            kinds = np.select(
                [best >= FITS, rival >= FITS, (best >= NEAR) & (best >= rival), rival >= NEAR, best >= NEAR],
                [_CODES[name] for name in ("duplicate", "wrong class", "badly placed", "both", "badly placed")],
                _CODES["background"],
            )
            alike = np.isin(kinds, (_CODES["duplicate"], _CODES["badly placed"]))
            nearest = np.where(alike, like.argmax(1), other.argmax(1))
            touched = kinds != _CODES["background"]
            kind[some] = kinds
            thing[some] = np.where(touched, counts[nearest], -1)
            over[some] = np.where(touched, np.where(alike, best, rival), 0.0)
    return _Judged(kind, thing, over)


def _of_picture(
    matches: Matches,
    judged: _Judged,
    mine: Int[np.ndarray, " m"],
    answers: Detections,
    there: Detections,
    right: Bool[np.ndarray, " n"],
    wrong: Bool[np.ndarray, " n"],
) -> list[Mistake]:
    """The mistakes of one picture, the costliest first."""
    names = list(KINDS)
    open_ = set(np.flatnonzero(~spared(there)).tolist()) - set(matches.thing[0, mine[right[mine]]].tolist())
    fitting = {int(matches.thing[0, i]): float(matches.score[i]) for i in mine if matches.hit[0, i] and not right[i]}
    made = []
    for i in mine[wrong[mine]][np.argsort(-matches.score[mine[wrong[mine]]], kind="stable")].tolist():
        row, score, thing = int(matches.row[i]), float(matches.score[i]), int(judged.thing[i])
        kind = names[judged.kind[i]]
        lost = thing in open_ and kind in ("wrong class", "badly placed")
        if lost:
            open_.remove(thing)
        thing_name, place = (
            ("", None) if thing < 0 else (there.names[there.labels[thing]], tuple(there.boxes[thing].tolist()))
        )
        made.append(
            Mistake(
                kind,
                tuple(answers.boxes[row].tolist()),
                answers.names[answers.labels[row]],
                score,
                thing_name,
                place,
                overlap=float(judged.overlap[i]),
                lost=lost,
                cost=score + (1 - fitting.get(thing, 0.0) if lost else 0.0),
            )
        )
    for thing in sorted(open_):
        box, score = tuple(there.boxes[thing].tolist()), fitting.get(thing, 0.0)
        name = there.names[there.labels[thing]]
        made.append(Mistake("missed", box, "", score, name, box, lost=True, cost=1 - score))
    return sorted(made, key=lambda mistake: -mistake.cost)


def _gains(matches: Matches, judged: _Judged, truth: Sequence[Detections]) -> dict[str, float]:
    """By how much mAP50 rises when all mistakes of a kind, sure or not, are repaired as TIDE does.

    An answer of the wrong class or badly placed becomes right, if it is the surest for a thing that was not found; all
    other wrong answers of the kind vanish, and missed things are no longer there to be found.
    """
    hit, drop = matches.hit[0], matches.ignored[0]
    was = _map50(matches, matches.label, hit, drop, matches.counted)
    taken = set(zip(matches.picture[hit].tolist(), matches.thing[0, hit].tolist(), strict=True))
    gains = {}
    covered: set[tuple[int, int]] = set()
    for name in ("background", "wrong class", "badly placed", "both", "duplicate"):
        mine = np.flatnonzero(judged.kind == _CODES[name])
        label, right, gone = matches.label.copy(), hit.copy(), drop.copy()
        gone[mine] = True
        if name in ("wrong class", "badly placed"):
            mended: set[tuple[int, int]] = set()
            for i in mine[np.argsort(-matches.score[mine], kind="stable")].tolist():
                place = (int(matches.picture[i]), int(judged.thing[i]))
                covered.add(place)
                if place not in taken and place not in mended:
                    mended.add(place)
                    label[i] = truth[place[0]].labels[place[1]]
                    right[i], gone[i] = True, False
        gains[name] = _map50(matches, label, right, gone, matches.counted) - was
    counted = matches.counted.copy()
    for number, there in enumerate(truth):
        for thing in np.flatnonzero(~spared(there)).tolist():
            if (number, thing) not in taken and (number, thing) not in covered:
                counted[number, there.labels[thing]] -= 1
    # A class of which nothing was found or touched would be gone with its misses; it stays, as found
    emptied = (matches.counted.sum(0) > 0) & (counted.sum(0) == 0)
    gains["missed"] = _map50(matches, matches.label, hit, drop, counted, whole=emptied) - was
    return gains


def _map50(
    matches: Matches,
    label: Int[np.ndarray, " n"],
    hit: Bool[np.ndarray, " n"],
    drop: Bool[np.ndarray, " n"],
    counted: Int[np.ndarray, "pictures k"],
    whole: Bool[np.ndarray, " k"] | None = None,
) -> float:
    """Mean over classes of average precision at IoU 0.5."""
    one = np.ones((1, len(counted)))
    values = np.full(counted.shape[1], np.nan)
    for k in range(counted.shape[1]):
        rows = np.flatnonzero((label == k) & ~drop)
        rows = rows[np.argsort(-matches.score[rows], kind="stable")]
        clear = np.zeros((1, len(rows)), bool)
        values[k] = average_precision(hit[None, rows], clear, matches.picture[rows], counted[:, k], one)[0, 0]
    if whole is not None:
        values[whole] = 1.0
    return mean(values)
