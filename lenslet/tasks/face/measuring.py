"""Measuring whatever encodes pictures: on people, on pairs, on one-shot runs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from lenslet.data.identities import Identities, read_identities
from lenslet.errors import DataError
from lenslet.results import Encoding, Evaluation, Miss, Unreadable
from lenslet.results.intervals import bootstrap
from lenslet.tasks.face.episodes import one_shot_error
from lenslet.tasks.face.metrics import Apart, Pairs, evaluate, squared
from lenslet.tasks.face.runs import OneShotRun, find_runs

__all__ = ["Measured", "measure", "of_vectors"]


@runtime_checkable
class Measured(Protocol):
    """What can be measured: an embedder, or a pipeline that finds the faces first."""

    @property
    def apart(self) -> Apart | None:
        """Another measure than the squared distance."""

    @property
    def threshold(self) -> float:
        """Up to which two count as the same."""

    @property
    def dimensions(self) -> int:
        """Numbers in an encoding."""

    @property
    def card(self) -> Any:
        """With the thresholds."""

    def predict(self, pictures: Iterable[str | Path]) -> Iterator[Encoding | Unreadable | None]:
        """One answer a picture; None where nothing is found on it."""

    def without_seen(self, people: Identities, *, include_seen: bool) -> tuple[list[Any], list[str]]:
        """What to measure on, and what a reader of the numbers must know."""


def measure(
    model: Measured,
    data: str | Path | Identities,
    *,
    include_seen: bool = False,
    on_picture: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Verification and one-shot recognition on a data set of identities, on pairs, or on Omniglot's runs.

    Raises:
        DataError: no such data, or nothing that can be read.
    """
    if not isinstance(data, Identities) and (runs := find_runs(data)):
        return _on_runs(model, runs, on_picture)
    people = data if isinstance(data, Identities) else read_identities(data)
    chosen, told = model.without_seen(people, include_seen=include_seen or bool(people.pairs))
    paths = [sample.path for sample in chosen]
    rows, skipped, missing = _vectors(model, paths, on_picture)
    kept = [i for i, row in enumerate(rows) if row is not None]
    if not kept:
        raise DataError(f"none of the {len(paths)} pictures can be read; the first: {skipped[0][1]}")
    vectors = np.stack([row for row in rows if row is not None])
    identities = np.array([chosen[i].label for i in kept])
    pairs = None
    if people.pairs:
        place = {paths[i]: number for number, i in enumerate(kept)}
        read = [p for p in people.pairs if p.first in place and p.second in place]
        first, second = (np.array([place[getattr(p, side)] for p in read]) for side in ("first", "second"))
        pairs = Pairs(first, second, np.array([p.same for p in read]))
    counts = np.bincount(identities)
    if len(np.unique(identities)) < 2 or (counts > 1).sum() < 1:
        raise DataError(f"{people.root}: to compare takes two identities at least, and two pictures of one of them")
    return of_vectors(
        model, vectors, identities, people.names, groups=people.groups, pairs=pairs,
        pictures=[paths[i] for i in kept], missing=missing, skipped=skipped, notes=[*people.notes, *told],
    )  # fmt: skip


def of_vectors(
    model: Measured,
    vectors: Float[np.ndarray, "n e"],
    identities: Int[np.ndarray, " n"],
    names: tuple[str, ...],
    *,
    groups: Sequence[str],
    pairs: Pairs | None = None,
    pictures: Sequence[Path] | None = None,
    missing: int = 0,
    skipped: Sequence[tuple[str, str]] = (),
    notes: Sequence[str] = (),
) -> Evaluation:
    """The same of encodings."""
    threshold = model.threshold if "distance" in model.card.thresholds else None
    found = evaluate(
        vectors, identities, names, pictures=pictures, pairs=pairs, apart=model.apart, threshold=threshold,
        missing=missing, skipped=skipped, notes=notes,
    )  # fmt: skip
    if pairs is not None:
        return found
    error, between, how = one_shot_error(vectors, identities, groups or None, apart=model.apart)
    intervals = dict(found.intervals) | ({} if between is None else {"one_shot_error": between})
    metrics = {**found.metrics, "one_shot_error": error}
    return replace(found, metrics=metrics, intervals=intervals, notes=(*found.notes, how))


def _vectors(
    model: Measured, paths: Sequence[Path], on_picture: Callable[[int, int], None] | None
) -> tuple[list[np.ndarray | None], list[tuple[str, str]], int]:
    """A row a picture: of NaN where nothing is found on it, None where it cannot be read; what was skipped; how many
    show nothing."""
    rows: list[np.ndarray | None] = []
    skipped: list[tuple[str, str]] = []
    missing = 0
    for answer in model.predict(paths):
        if isinstance(answer, Unreadable):
            skipped.append((str(answer.picture), answer.why))
            rows.append(None)
        elif answer is None:
            missing += 1
            rows.append(np.full(model.dimensions, np.nan))
        else:
            rows.append(answer.vector)
        if on_picture is not None:
            on_picture(len(rows), len(paths))
    return rows, skipped, missing


def _on_runs(model: Measured, runs: Sequence[OneShotRun], on_picture: Callable[[int, int], None] | None) -> Evaluation:
    """Each run is a question of as many classes as it has; the error is the mean over the runs."""
    every = [path for run in runs for path in (*run.known, *(asked for asked, _ in run.asked))]
    rows, skipped, _ = _vectors(model, every, on_picture)
    if skipped:
        raise DataError(f"a one-shot run needs all of its pictures: {skipped[0][1]}")
    vectors, start = np.stack([row for row in rows if row is not None]), 0
    errors, worst = [], []
    for run in runs:
        known = vectors[start : (start := start + len(run.known))]
        asked = vectors[start : (start := start + len(run.asked))]
        away = np.nan_to_num((model.apart or squared)(asked[:, None, :], known[None, :, :]), nan=np.inf)
        answers, truth = away.argmin(1), np.array([number for _, number in run.asked])
        wrong = (answers != truth) | ~np.isfinite(away.min(1))
        errors.append(100 * float(wrong.mean()))
        for i in np.flatnonzero(wrong):
            far, near = float(away[i, truth[i]]), float(away[i, answers[i]])
            right, said = run.known[truth[i]].stem, run.known[answers[i]].stem
            where = run.folder.name
            worst.append(
                Miss(run.asked[i][0], f"{where}: {right}, at {far:.3f}", f"{said}, at {near:.3f}", 1.0, far - near)
            )
    values = np.array(errors)[:, None]
    between = bootstrap(values)
    return Evaluation(
        task="face",
        n=sum(len(run.asked) for run in runs),
        metrics={"one_shot_error": float(values.mean())},
        intervals={} if between is None else {"one_shot_error": between[0]},
        worst=tuple(sorted(worst, key=lambda miss: -miss.loss)[:24]),
        notes=(
            f"{len(runs)} run{'' if len(runs) == 1 else 's'} of {len(runs[0].known)} classes, one picture each: "
            + ", ".join(f"{run.folder.name} {error:g} %" for run, error in zip(runs, errors, strict=True)),
        ),
    )
