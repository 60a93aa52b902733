"""The runs of a learning curve: the same training on 1/8, 1/4 and 1/2 of the pictures, kept in the run's folder.

Every run gets what the run of all pictures got: the same recipe with the same minutes or number of steps, measured as
often, from the same first weights. With the same number of passes instead, the run on an eighth would make an eighth
of the steps; part of its error would be missing training, not missing pictures, and the curve would promise too much.
"""

import copy
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from lenslet.errors import CallError, DivergedError
from lenslet.files import write_whole
from lenslet.results.learning_curve import CurvePoint, LearningCurve, curve_points

if TYPE_CHECKING:
    from torch import Tensor

    from lenslet.data import Batches
    from lenslet.loops import Feed
    from lenslet.tasks.classify.classifier import Classifier
    from lenslet.tasks.classify.prepare import Prepared
    from lenslet.verbs.progress import Bar

FILE = "curve.json"
# (one over the share, which draw of it), in the order in which they run: one of each size first, then the second and
# third draws of the small ones, whose pictures differ most from draw to draw
RUNS = ((2, 0), (4, 0), (8, 0), (8, 1), (4, 1), (8, 2))
ONCE = 3
_LONG = 600.0  # seconds of one run, above which sizes are not repeated: an hour more is not for a wider choice of luck


class CurveRuns:
    """Learning-curve runs of one training; finished ones are kept in curve.json and not made again.

    Make it before training: it keeps the first weights.

    Args:
        prepared: the run of all pictures, not yet begun.

    Raises:
        CallError: no picture is held out, or there are too few to learn from parts of them.
    """

    def __init__(self, prepared: "Prepared") -> None:
        if prepared.by_heart:
            raise CallError("a learning curve needs pictures that are held out, and here are none: add pictures")
        self.prepared = prepared
        self.net = copy.deepcopy(prepared.net)
        self.labels, self.keys = prepared.train.targets.numpy(), prepared.keys
        if len({int(part.sum()) for part in (self._part(by, 0) for by in (1, 2, 4, 8))}) < 3:
            raise CallError(
                f"a learning curve needs more pictures than {len(self.labels)} in {len(prepared.card.labels)} classes "
                "to take parts of: add some, or leave out --curve"
            )

    def run(self, model: "Classifier", bar: "Bar", *, seconds: float) -> LearningCurve:
        """Make the runs that are not made yet, and write curve.json, curve.csv and curve.png.

        Args:
            model: of all pictures, in its folder, with its evaluation.
            bar: to be told.
            seconds: that its training took.
        """
        folder, evaluation = model.folder, model.evaluation
        assert folder is not None
        assert evaluation is not None
        done = {(p.n, p.repeat): p for p in self._kept(folder)}
        right = round(evaluation["accuracy"] * evaluation.n)
        points = [CurvePoint(len(self.labels), 1.0, 0, right, evaluation.n, seconds)]
        runs = RUNS if seconds <= _LONG else RUNS[:ONCE]
        for number, (by, draw) in enumerate(runs, start=1):
            part = self._part(by, draw)
            n = int(part.sum())
            if n == points[0].n or (n, draw) in {(p.n, p.repeat) for p in points}:
                continue  # of few pictures, shares may come to the same
            if (n, draw) not in done:
                bar.phase(f"learning curve {number} of {len(runs)}: 1/{by} of the pictures, {n:,}")
                began = perf_counter()
                try:
                    right, of = self._one(part, draw, bar)
                except DivergedError:
                    continue  # it says nothing about the number of pictures
                done[n, draw] = CurvePoint(n, 1 / by, draw, right, of, perf_counter() - began)
                self._keep(folder, [p for p in done.values() if p.n < points[0].n])
            points.append(done[n, draw])
        curve = LearningCurve(tuple(points), _each(self.prepared))
        write_whole(folder / "curve.csv", curve.csv())
        curve.plot(folder / "curve.png")
        return curve

    def _one(self, part: np.ndarray, draw: int, bar: "Bar") -> tuple[int, int]:
        """Train on a part: how many of how many held-out pictures are then right."""
        from lenslet.loops import fit
        from lenslet.tasks.classify.classifier import Classifier

        recipe = replace(self.prepared.recipe, seed=self.prepared.recipe.seed + draw)
        train = self._batches(part, recipe.seed)
        p = replace(self.prepared, net=copy.deepcopy(self.net), recipe=recipe, train=train)
        way = p.begin()
        for epoch in fit(way.net, p.task, _Repeated(way.train, len(self.prepared.train)), way.valid, way.recipe):
            bar.at(0.95 * epoch.fraction, f"{epoch.valid['accuracy']:.1%} right" if epoch.valid else "")
        evaluation = Classifier(p.net, p.card).evaluate(p.held_out)
        return round(evaluation["accuracy"] * evaluation.n), evaluation.n

    def _batches(self, part: np.ndarray, seed: int) -> "Batches":
        """Those of a part."""
        from lenslet.data import Batches

        p, whole = self.prepared, self.prepared.train
        return Batches(
            whole.pixels, whole.rows[part], whole.targets[part], p.card.preprocess,
            size=min(p.recipe.batch, int(part.sum())), augment=whole.augment, shuffle=True,
            balance=bool(p.card.recipe["balance"]), mixup=whole.mixup, seed=seed,
        )  # fmt: skip

    def _part(self, by: int, draw: int) -> np.ndarray:
        from lenslet.data.nested import nested_part

        return nested_part(self.keys, self.labels, 1 / by, draw=draw)

    def _kept(self, folder: Path) -> tuple[CurvePoint, ...]:
        """Points of an earlier call on the same data with the same recipe; a file of anything else is passed over."""
        try:
            plain = json.loads((folder / FILE).read_text(encoding="utf-8"))
            return curve_points(plain["points"]) if plain["of"] == self._name else ()
        except (OSError, ValueError, KeyError, TypeError):
            return ()

    def _keep(self, folder: Path, points: list[CurvePoint]) -> None:
        text = json.dumps({"of": self._name, "points": [asdict(p) for p in points]}, indent=1)
        write_whole(folder / FILE, text + "\n")

    @property
    def _name(self) -> str:
        """Stands for everything that decides these runs."""
        card = self.prepared.card
        held = [str(s.path.name) for s in self.prepared.held_out]
        facts: list[Any] = [card.net, card.net_arguments, card.recipe, card.seen, card.preprocess.to_dict(), held]
        return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:32]


class _Repeated:
    """A feed that goes through `batches` as often as it takes to give `steps` of them."""

    def __init__(self, batches: "Feed", steps: int) -> None:
        self.batches, self.steps = batches, steps

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> "Iterator[tuple[Tensor, Any]]":
        given = 0
        while given < self.steps:
            for batch in self.batches:
                yield batch
                given += 1
                if given == self.steps:
                    return


def _each(prepared: "Prepared") -> str:
    recipe = prepared.recipe
    if recipe.minutes is not None:
        return f"{recipe.minutes:g} minutes"
    assert recipe.epochs is not None
    return f"{recipe.epochs * len(prepared.train):,} steps"
