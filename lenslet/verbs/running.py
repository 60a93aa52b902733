"""One training run on its way into its folder: what is learned is saved as it comes, and nothing is lost at the end."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from lenslet.errors import WorkError
from lenslet.verbs.run_folder import STATE

if TYPE_CHECKING:
    from lenslet.loops import Epoch, State
    from lenslet.results.learning_curve import LearningCurve
    from lenslet.verbs.job import Job, Model
    from lenslet.verbs.progress import Bar
    from lenslet.verbs.scratch import Scratch
    from lenslet.verbs.tracking import Ending, Tracking

_SAVE_EVERY = 15.0  # seconds at least between two writes: a short epoch must not wait for the disk
_KEEP_EVERY = 120.0  # seconds between two states within a long epoch


class Watch:
    """Turns batches and epochs into a bar's fraction and words."""

    def __init__(self, bar: "Bar") -> None:
        self.bar, self.pictures, self.said = bar, 0, ""
        self.began = perf_counter()
        self.prepared: Job | None = None

    def start(self, prepared: "Job", state: "State | None") -> None:
        """The run begins now, or goes on."""
        self.began = perf_counter() - (state.facts["seconds"] if state is not None else 0)
        self.pictures = state.facts["steps"] * prepared.recipe.batch if state is not None else 0
        self.prepared = prepared
        self.bar.phase(f"training {prepared.card.net}")

    @property
    def seconds(self) -> float:
        """Of training, those of earlier parts of the run among them."""
        return perf_counter() - self.began

    def preparing(self, fraction: float) -> None:
        """Features are being computed, before the first epoch."""
        self.bar.at(0.0, f"features of what is learned already: {fraction:.0%}")

    def batch(self, pictures: int) -> None:
        """So many more pictures have been learned from."""
        if self.prepared is None:
            return
        self.pictures += pictures
        recipe = self.prepared.recipe
        if recipe.minutes is not None:
            fraction = self.seconds / (60 * recipe.minutes)
        else:
            assert recipe.epochs is not None
            fraction = self.pictures / (recipe.epochs * len(self.prepared.train.rows))
        self.bar.at(min(fraction, 1.0), self.said)

    def epoch(self, epoch: "Epoch") -> None:
        """An epoch is over."""
        assert self.prepared is not None
        measured = f", {self.prepared.said(epoch.valid)}" if epoch.valid else ""
        loss = sum(epoch.train.values()) if epoch.train else float("nan")
        self.said = f"epoch {epoch.number}: loss {loss:.3f}{measured}"
        self.bar.at(epoch.fraction, self.said)


class Run:
    """One training run, from its first or its latest step to its report.

    Args:
        prepared: what it learns from and with.
        folder: where it is kept; None in the processes that only help (see `loops.distributed`).
        watch: tells the bar.
        arguments: of the call, for the report.
        state: where an earlier part of the run had got to.
        tracking: where the numbers go as well; it is started here.
    """

    def __init__(
        self,
        prepared: "Job",
        folder: Path | None,
        watch: Watch,
        arguments: dict[str, Any],
        state: "State | None" = None,
        tracking: "Tracking | None" = None,
    ) -> None:
        from lenslet.verbs.tracking import facts

        self.prepared, self.folder, self.watch, self.arguments, self.state = prepared, folder, watch, arguments, state
        self.model: Model = prepared.model()
        self.rows: list[dict[str, float]] = list(state.facts["rows"]) if state is not None else []
        self.saved_at = self.kept_at = float("-inf")
        self.notes: list[str] = []
        self.compared: dict[str, Any] = {}  # what the report shows beside the run, where it was asked for
        self.tracking = tracking if folder is not None else None
        if self.tracking is not None and folder is not None:
            self.tracking.start(folder, facts(prepared.card))

    def learn(self, *, by_heart: bool) -> None:
        """Run the loop; every better model is saved as it comes; what is to be learned by heart, and is, ends early."""
        from lenslet.loops import fit
        from lenslet.verbs.progress import Onlooker
        from lenslet.verbs.run_folder import write_results

        p, folder = self.prepared, self.folder
        onlooker = self.watch.bar if isinstance(self.watch.bar, Onlooker) else None
        keep = self._keep if folder is not None and not p.by_heart else None
        way = p.begin(progress=self.watch.preparing)
        run = fit(
            way.net, p.task, way.train, way.valid, way.recipe, resume=self.state, keep=keep, keep_every=_KEEP_EVERY,
            pause=onlooker.paused if onlooker is not None else None,
        )  # fmt: skip
        for epoch in run:
            self.watch.epoch(epoch)
            self.rows.append(row(epoch, before=way.seconds))
            if self.tracking is not None:
                self.tracking.epoch(self.rows[-1])
            if onlooker is not None:
                onlooker.learned(self.model, p, self.rows)
            if folder is not None:
                due = self.watch.seconds - self.saved_at >= _SAVE_EVERY
                if epoch.best and due:
                    self._safely("the model", lambda: self.model.save(folder))
                    self.saved_at = self.watch.seconds
                if due or epoch.fraction >= 1:
                    self._safely("results.csv", lambda: write_results(folder, self.rows))
            if by_heart and p.enough(epoch):
                break

    def finish(self, note: str, bar: "Bar", ending: "Ending" = "finished") -> "Model":
        """Measure the best model with the code that its users run, and write model and report."""
        from lenslet.verbs.run_folder import write_results

        p = self.prepared
        self._save_somewhere()  # before measuring: what is learned is safe first
        bar.phase("measuring")
        self.model, beside, said = p.measured(self.model, on_picture=lambda done, of: bar.at(0.9 * done / of))
        self.compared |= beside
        self.notes += said
        if self.tracking is not None and self.model.evaluation is not None:
            self.notes += filter(None, [self.tracking.finish(self.model.evaluation.metrics, ending)])
        folder = self._save_somewhere()
        self._safely("results.csv", lambda: write_results(folder, self.rows))
        for sentence in self.notes:
            bar.say(sentence)
        if note:
            self.notes.insert(0, note)
        self._report()
        bar.at(1.0)
        return self.model

    def compare(self, scratch: "Scratch") -> "Model":
        """Put the same training from noise beside this one, in the report and on the card."""
        found, model, folder = scratch.evaluation, self.model, self.folder
        assert folder is not None
        numbers = {"accuracy": found["accuracy"], "interval": list(found.intervals["accuracy"]), "n": found.n}
        model.card = replace(model.card, started_from=model.card.started_from | {"scratch": numbers})
        self._safely("the model", lambda: model.save(folder))
        self.compared["scratch"] = scratch
        self._report()
        return model

    def show(self, curve: "LearningCurve") -> "Model":
        """Put what more pictures would bring into the report, and beside the model."""
        self.model.curve = self.compared["curve"] = curve
        self._report()
        return self.model

    def _report(self) -> None:
        from lenslet.verbs.run_folder import write_measured
        from lenslet.verbs.train_report import write_report

        folder, evaluation = self.folder, self.model.evaluation
        assert folder is not None
        if evaluation is not None:
            self._safely("evaluation.json", lambda: write_measured(folder, evaluation))
        about: dict[str, Any] = {"notes": self.notes, **self.compared}
        self._safely(
            "the report",
            lambda: write_report(self.model, self.prepared, self.rows, folder, self.arguments, **about),
        )

    def _keep(self, state: "State") -> None:
        """Save the state: in mid-epoch always, after an epoch if the last one is a while ago, at the end always."""
        from lenslet.loops import State

        if not state.facts["batch"] and not state.facts["over"] and perf_counter() - self.kept_at < _SAVE_EVERY:
            return
        card, recipe = self.prepared.card, self.prepared.recipe
        more = {"rows": self.rows, "fingerprint": card.data["fingerprint"], "labels": list(card.labels)}
        # of the whole run; what the loop was given is less by the minutes that went into features
        more |= {"recipe": recipe.to_dict(), "budget": [recipe.epochs, recipe.minutes]}
        assert self.folder is not None
        path = self.folder / STATE
        self._safely("the state of the run", lambda: State(state.tensors, state.facts | more).save(path))
        self.kept_at = perf_counter()

    def _safely(self, what: str, write: Callable[[], object]) -> None:
        """Write; a full disk or a folder that is gone is told, and costs nothing that is learned."""
        try:
            write()
        except OSError as error:
            why = error.strerror or error
            said = f"{what} could not be written into {self.folder} ({why}); nothing that is learned is lost"
            if said not in self.notes:
                self.notes.append(said)
                self.watch.bar.say(said)

    def _save_somewhere(self) -> Path:
        """Save the model: into its folder, if need be in place of the run's state, else where there is room."""
        assert self.folder is not None
        try:
            return self.model.save(self.folder)
        except OSError:
            (self.folder / STATE).unlink(missing_ok=True)  # five times the size of the model, and of less worth
        try:
            return self.model.save(self.folder)
        except OSError as error:
            elsewhere = Path(tempfile.mkdtemp(prefix="lenslet-model-"))
            try:
                self.model.save(elsewhere)
            except OSError as last:
                raise WorkError(
                    f"the model can be written neither into {self.folder} ({error.strerror}) nor into {elsewhere} "
                    f"({last.strerror}): free some space; from Python, the net that was trained still holds it"
                ) from last
            self.notes.append(f"{self.folder} cannot be written ({error.strerror}): the model is in {elsewhere}")
            self.folder = elsewhere
            return elsewhere


def row(epoch: "Epoch", *, before: float = 0.0) -> dict[str, float]:
    """An epoch as a row of results.csv; `before`: seconds that went into features before the first one."""
    return {
        "epoch": float(epoch.number),
        "seconds": before + epoch.seconds,
        "rate": epoch.rate,
        **{f"train_{name}": value for name, value in epoch.train.items()},
        **{f"valid_{name}": value for name, value in epoch.valid.items()},
        "images_per_second": epoch.images_per_second,
    }
