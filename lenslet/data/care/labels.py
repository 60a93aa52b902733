"""Labels that are probably wrong: a picture that a model, which has not seen it, holds for something else.

Every picture is judged by models that have learned from the others only (cross-validation), and never from its own
copies. A label is suspected where the judgement is clear, or where confident learning's rule says so, too.

Source: Northcutt, Jiang & Chuang 2021, "Confident learning": a picture counts as another class where that class has
at least the probability which its own pictures have on average.
"""

import os
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int
from threadpoolctl import threadpool_limits

_FOLDS, _ROUNDS = 5, 3
_MANY = 20_000  # pictures from which on one round is as steady as three, and as slow
_DIRECTIONS = 200  # that the features are reduced to: more made no difference
_STEPS = 50  # of the solver: more rank no better
_LEARN = 0.3  # C of the logistic regression: 0.03 to 3 differ little, this was the best
# Found on two sets of hand signs and Caltech-101 with five labels turned wrong: nine of ten are among those suspected,
# which are a fiftieth of all pictures; by confident learning's rule alone they were seven of ten.
_CLEAR, _LIKELY = 3.0, 2.0  # log of the odds of the other class against its own
_FLOOR = 1e-3  # added to probabilities: below, they are noise
_LEAST = 3  # pictures of a class, copies aside, that its label can be judged by


@dataclass(frozen=True)
class Suspect:
    """A picture whose label is probably wrong.

    Args:
        row: of the features.
        suggested: the class it looks like.
        score: its probability.
        odds: logarithm of the odds of that class against the picture's own: how suspicious it is.
    """

    row: int
    suggested: int
    score: float
    odds: float


def suspects(
    features: Sequence[Float[np.ndarray, "n _"]],
    labels: Int[np.ndarray, " n"],
    groups: Int[np.ndarray, " n"],
    *,
    progress: Callable[[float], None] | None = None,
) -> tuple[Suspect, ...]:
    """Pictures whose labels are probably wrong, the most suspicious first.

    Args:
        features: one or more tables of numbers, a row a picture; each counts the same.
        labels: the class that each is filed under.
        groups: a number for each picture, equal for copies of each other.
        progress: called with the share of the work that is done.
    """
    judged = _enough(labels, groups)
    kept = np.nonzero(judged)[0]
    known, own = np.unique(labels[kept], return_inverse=True)
    if len(known) < 2:
        return ()
    points = reduced([picked(table, kept) for table in features])
    chances = out_of_fold(points, own, groups[kept], progress=progress)
    every = np.arange(len(kept))
    mine = chances[every, own].copy()
    others = chances.copy()
    others[every, own] = -1
    best = others.argmax(1)
    score = others[every, best]
    odds = np.log((score + _FLOOR) / (mine + _FLOOR))
    suspected = (odds >= _CLEAR) | ((odds >= _LIKELY) & _confident(chances, own))
    order = np.nonzero(suspected)[0]
    order = order[np.argsort(-odds[order], kind="stable")]
    return tuple(Suspect(int(kept[i]), int(known[best[i]]), float(score[i]), float(odds[i])) for i in order)


def picked(table: Float[np.ndarray, "_ d"], rows: Int[np.ndarray, " n"]) -> Float[np.ndarray, "n d"]:
    """Rows in rising order; the table itself where these are all: it may be large."""
    return table if len(rows) == len(table) else table[rows]


def _enough(labels: Int[np.ndarray, " n"], groups: Int[np.ndarray, " n"]) -> np.ndarray:
    """Pictures of classes that have some pictures, copies aside."""
    pairs = np.unique(np.stack([labels, groups], axis=1), axis=0)
    classes, counts = np.unique(pairs[:, 0], return_counts=True)
    return np.isin(labels, classes[counts >= _LEAST])


def _confident(chances: Float[np.ndarray, "n k"], own: Int[np.ndarray, " n"]) -> np.ndarray:
    """Whether confident learning counts a picture as another class than its own."""
    usual = np.array([chances[own == label, label].mean() for label in range(chances.shape[1])])
    above = np.where(chances >= usual, chances, -1)
    counted: np.ndarray = (above.max(1) > 0) & (above.argmax(1) != own)
    return counted


def out_of_fold(
    points: Float32[np.ndarray, "n d"],
    labels: Int[np.ndarray, " n"],
    groups: Int[np.ndarray, " n"],
    *,
    progress: Callable[[float], None] | None = None,
) -> Float[np.ndarray, "n k"]:
    """Probabilities of the classes 0 to k - 1, from models that have seen neither the picture nor a copy of it."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    count, classes = len(labels), int(labels.max()) + 1
    rounds = _ROUNDS if count < _MANY else 1
    chances = np.zeros((count, classes))
    dealt = [folds(labels, groups, seed=turn) for turn in range(rounds)]
    tasks = [(fold == k) for fold in dealt for k in range(_FOLDS)]

    def judge(out: Bool[np.ndarray, " n"]) -> tuple[np.ndarray, np.ndarray] | None:
        if not out.any() or len(np.unique(labels[~out])) < 2:
            return None
        model = LogisticRegression(C=_LEARN, max_iter=_STEPS).fit(points[~out], labels[~out])
        return model.classes_, model.predict_proba(points[out])

    # one BLAS thread a model, and as many models at once as there are cores: threads that wait for each other are slow
    with (
        threadpool_limits(limits=1, user_api="blas"),
        warnings.catch_warnings(),
        ThreadPoolExecutor(os.cpu_count() or 1) as pool,
    ):
        warnings.simplefilter("ignore", ConvergenceWarning)
        for done, (out, answer) in enumerate(zip(tasks, pool.map(judge, tasks), strict=True), start=1):
            if answer is not None:
                chances[np.ix_(out, answer[0])] += answer[1] / rounds
            if progress is not None:
                progress(done / len(tasks))
    return chances


def folds(labels: Int[np.ndarray, " n"], groups: Int[np.ndarray, " n"], *, seed: int) -> Int[np.ndarray, " n"]:
    """A fold for each picture: every class spread evenly over all of them, copies always together."""
    dice = np.random.default_rng(seed)
    _, first, back = np.unique(groups, return_index=True, return_inverse=True)
    mine = labels[first]  # a group goes with the class of its first picture
    dealt = np.empty(len(first), np.int64)
    start = 0
    for label in np.unique(mine):
        members = dice.permutation(np.nonzero(mine == label)[0])
        dealt[members] = (start + np.arange(len(members))) % _FOLDS
        start += len(members)  # where the last class ended, so that small classes do not all begin in fold 0
    spread: Int[np.ndarray, " n"] = dealt[back]
    return spread


def reduced(tables: Sequence[Float[np.ndarray, "n _"]], *, block: int = 4096) -> Float32[np.ndarray, "n d"]:
    """All tables side by side, each brought to the same total variance, on their main directions, at a common scale."""
    count = len(tables[0])
    scaled = []
    for table in tables:
        wide = range(0, count, block)
        total = sum(table[i : i + block].sum(0, dtype=np.float64) for i in wide)
        middle = (total / count).astype(np.float32)
        power = sum(float(((table[i : i + block] - middle) ** 2).sum(dtype=np.float64)) for i in wide) / count
        scaled.append((table, middle, np.float32(1 / np.sqrt(max(power, 1e-12)))))

    def part(i: int) -> Float32[np.ndarray, "b w"]:
        return np.concatenate([((t[i : i + block] - m) * s).astype(np.float32) for t, m, s in scaled], axis=1)

    width = sum(table.shape[1] for table in tables)
    covariance = np.zeros((width, width))
    for i in range(0, count, block):
        rows = part(i)
        covariance += rows.T @ rows
    _, directions = np.linalg.eigh(covariance / count)
    main = directions[:, ::-1][:, : min(_DIRECTIONS, width)].astype(np.float32)
    points = np.concatenate([part(i) @ main for i in range(0, count, block)])
    # a mean square of 1 a direction: what the regularisation counts with
    found: Float32[np.ndarray, "n d"] = points * np.float32(
        np.sqrt(points.shape[1]) / max(np.sqrt((points**2).sum(1).mean()), 1e-6)
    )
    return found
